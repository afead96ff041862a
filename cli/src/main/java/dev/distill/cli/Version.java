package dev.distill.cli;

import picocli.CommandLine;

/** The version of this build, from the jar's manifest. */
final class Version implements CommandLine.IVersionProvider {
    static String text() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    @Override
    public String[] getVersion() {
        return new String[] {"distill " + text(), "Java " + Runtime.version()};
    }
}
