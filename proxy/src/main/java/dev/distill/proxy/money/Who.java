package dev.distill.proxy.money;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * Who makes a request, as far as money and limits go.
 *
 * @param key the name of the virtual key
 * @param route the model name that was asked for
 */
public record Who(
        Optional<String> key,
        Optional<String> user,
        Optional<String> team,
        String route,
        Optional<Job> job) {

    /**
     * The job that pays.
     *
     * @param maxNanoUsd the most that it may have spent over all time, if this request says so
     */
    public record Job(String name, OptionalLong maxNanoUsd) {}

    /** Somebody without a key. */
    public static Who anonymous(String route) {
        return new Who(
                Optional.empty(), Optional.empty(), Optional.empty(), route, Optional.empty());
    }
}
