package dev.distill.proxy.upstream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Optional;

/**
 * A chat completion as it is made. One thread reads it; any thread may close it, upon which the
 * work on it ends and whoever waits for more is woken.
 */
public interface Chunks extends AutoCloseable {
    /** What comes next. */
    sealed interface Step {
        /**
         * More of the answer, or at its end what it has used.
         *
         * @param chunk a {@code chat.completion.chunk} of OpenAI's
         */
        record More(ObjectNode chunk) implements Step {}

        /** That was all; nothing follows. */
        record Done() implements Step {}

        /** There is no answer, or no more of it than came so far; nothing follows. */
        record Failed(Outcome.Failure failure) implements Step {}
    }

    /**
     * Waits for the next step.
     *
     * @return empty when there was none within a time
     */
    Optional<Step> next(Duration most) throws InterruptedException;

    /** Nobody wants to know any more. */
    @Override
    void close();
}
