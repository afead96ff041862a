package dev.distill.pipeline;

import dev.distill.config.ConfigFile;
import dev.distill.config.ProxyConfig;
import java.net.URI;

/** Where a job's teacher is reached. */
public sealed interface JobProxy {
    /** A proxy that runs inside this command. */
    record Embedded(ConfigFile<ProxyConfig> file) implements JobProxy {}

    /** A proxy that is a process of its own. */
    record Remote(URI uri) implements JobProxy {}
}
