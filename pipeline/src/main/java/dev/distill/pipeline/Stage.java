package dev.distill.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A step of a job: a pure function of its settings and of the contents of its inputs. Equal {@link
 * #inputs} mean an equal output, so that it is computed once for all runs and jobs.
 */
interface Stage {
    /** The stage's name, a plain word. */
    String name();

    /** The kind of student that it is about, if it is about one; its facts name it too. */
    default Optional<String> student() {
        return Optional.empty();
    }

    /**
     * Everything that the output depends on: settings, and digests of what is read. A change of the
     * stage's own code that changes its output raises the number {@code code} in it.
     */
    ObjectNode inputs();

    /**
     * Computes the output.
     *
     * @param output an empty folder to write into
     * @param scratch a folder that outlives a killed run, to go on from
     * @return figures for the report and for later stages
     */
    ObjectNode run(Path output, Path scratch) throws InterruptedException;

    /** Whether an output that is at hand will do; a stage that left work undone says no. */
    default boolean complete(StageOutput output) {
        return true;
    }
}
