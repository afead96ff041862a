package dev.distill.proxy.ledger;

import java.util.Optional;

/**
 * On whose behalf a request was made.
 *
 * @param job the distillation job that asked, whose spending has a limit of its own
 * @param key the name of the virtual key
 * @param session the conversation that the request belongs to
 */
public record Who(
        Optional<String> job,
        Optional<String> key,
        Optional<String> user,
        Optional<String> team,
        Optional<String> session) {
    /** Nobody in particular. */
    public static final Who NOBODY =
            new Who(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());

    /** A job, and nobody else. */
    public static Who job(Optional<String> job) {
        return new Who(job, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }
}
