package dev.distill.pipeline;

import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import java.util.Optional;

/** Tells refusals that concern one row from those that every further row would meet too. */
final class Refusals {
    private Refusals() {}

    /** The end of the run that a refusal means, if it means one. */
    static Optional<UserError> fatal(Job job, ChatClient.Reply.Refused refused) {
        return switch (refused.code()) {
            case "budget_exceeded" ->
                    Optional.of(
                            error(
                                    job,
                                    ExitCode.BUDGET_REACHED,
                                    "teacher.max_usd",
                                    refused.message(),
                                    "everything paid for is stored; raise teacher.max_usd and run again to go on"));
            case "price_unknown" ->
                    Optional.of(
                            error(
                                    job,
                                    ExitCode.INVALID_INPUT,
                                    "teacher.max_usd",
                                    refused.message(),
                                    "add the price to the proxy file, or remove teacher.max_usd"));
            case "upstream_credentials_exhausted" ->
                    Optional.of(
                            error(
                                    job,
                                    ExitCode.CREDENTIALS,
                                    "teacher.route",
                                    refused.message(),
                                    "check api_key of the route's providers in the proxy file"));
            case "model_not_found" ->
                    Optional.of(
                            error(
                                    job,
                                    ExitCode.INVALID_INPUT,
                                    "teacher.route",
                                    refused.message(),
                                    "name a route of the proxy"));
            case "store_failed" ->
                    Optional.of(
                            new UserError(
                                    ExitCode.INVALID_INPUT,
                                    Problem.of(refused.message())
                                            .withHint(
                                                    "free some disk space and run again; what is stored is kept")));
            case "not_a_proxy" ->
                    Optional.of(
                            error(
                                    job,
                                    ExitCode.INVALID_INPUT,
                                    "proxy",
                                    refused.message(),
                                    "name the address of a `distill proxy`, or a proxy file"));
            case "unreachable" ->
                    Optional.of(
                            error(
                                    job,
                                    ExitCode.REMOTE_FAILED,
                                    "proxy",
                                    refused.message(),
                                    "is the proxy running? answers received so far are stored there"));
            default -> Optional.empty();
        };
    }

    private static UserError error(
            Job job, ExitCode code, String key, String message, String hint) {
        return new UserError(code, Problem.at(job.file().at(key), message).withHint(hint));
    }
}
