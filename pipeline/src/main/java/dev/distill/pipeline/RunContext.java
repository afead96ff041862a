package dev.distill.pipeline;

import dev.distill.models.Base;
import dev.distill.models.Bases;
import java.nio.file.Path;

/**
 * What the stages of a run share.
 *
 * @param home the state folder, shared by all jobs
 * @param events told of everything that happens
 * @param stop says when to save and end
 */
record RunContext(Job job, Path home, Events events, StopSignal stop) {
    /** The paid answers and the ledger. */
    Path store() {
        return home.resolve("proxy.db");
    }

    /**
     * What the student starts from; a path is relative to the job file.
     *
     * @throws dev.distill.config.UserError when there is no such base
     */
    Base base() {
        String written = job.config().student().base();
        String name =
                written.equals(Bases.MINILM)
                        ? written
                        : job.file().file().resolveSibling(written).normalize().toString();
        return new Bases(home.resolve("bases")).resolve(name);
    }
}
