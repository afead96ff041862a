package dev.distill.cli;

import dev.distill.pipeline.Machine;
import picocli.CommandLine;

/** The version of this build, from the jar's manifest. */
final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"distill " + Machine.version(), "Java " + Runtime.version()};
    }
}
