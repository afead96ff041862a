package dev.distill.proxy;

import dev.distill.proxy.wire.Refusal;
import dev.distill.proxy.wire.Refusal.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Why no target of a route has answered, and what its caller is told: their own fault in the
 * provider's words; else whose limit it was and when it is over, as far as anybody knows. Used by
 * one thread.
 */
final class Shortfall {
    private static final Duration SOON = Duration.ofSeconds(1);

    private final List<Tried> tried = new ArrayList<>();

    /** The last failure of a target and how many times it was asked. */
    private record Tried(Target target, Failed failed, int times) {
        @Override
        public String toString() {
            return times == 0
                    ? "%s: not asked, %s".formatted(target, failed.message())
                    : "%s: %s after %d attempt%s"
                            .formatted(target, failed.summary(), times, times == 1 ? "" : "s");
        }

        /** How long until it may answer; empty when nobody knows. */
        Optional<Duration> rest() {
            Duration keys = target.upstream().keys().wait(Set.of());
            return keys.isZero() ? failed.retryAfter() : Optional.of(keys);
        }
    }

    /** A target was asked and failed. */
    void asked(Target target, Failed failed) {
        add(target, failed, 1);
    }

    /** A target could not be asked. */
    void notAsked(Target target, Failed failed) {
        add(target, failed, 0);
    }

    private void add(Target target, Failed failed, int times) {
        int before =
                tried.stream()
                        .filter(t -> t.target().equals(target))
                        .mapToInt(Tried::times)
                        .findFirst()
                        .orElse(0);
        tried.removeIf(t -> t.target().equals(target));
        tried.add(new Tried(target, failed, before + times));
    }

    /** Whether nothing has failed. */
    boolean isEmpty() {
        return tried.isEmpty();
    }

    /** How many targets have failed. */
    int targets() {
        return tried.size();
    }

    /** Whether every target failed in one of these ways, and one at least did. */
    boolean all(Kind... kinds) {
        return !tried.isEmpty()
                && tried.stream().allMatch(t -> Set.of(kinds).contains(t.failed().kind()));
    }

    private boolean any(Kind kind) {
        return tried.stream().anyMatch(t -> t.failed().kind() == kind);
    }

    /**
     * What the caller is told.
     *
     * @param left until the answer had to be whole
     */
    Refusal refusal(String route, Duration left) {
        Failed last = tried.getLast().failed();
        if (last.isTooLarge()) {
            return Refusals.upstream(
                    502, Kind.MALFORMED, Refusals.ANSWER_TOO_LARGE, last.message());
        }
        return switch (last.kind()) {
            case CALLER_FAULT, CONTENT_POLICY, CONTEXT_LENGTH ->
                    last.refusal()
                            .orElseGet(
                                    () -> Refusals.badRequest(last.code(), "body", last.message()));
            case CREDENTIALS,
                    RATE_LIMITED,
                    QUOTA_EXHAUSTED,
                    OVERLOADED,
                    TRANSIENT,
                    MODEL_GONE,
                    MALFORMED ->
                    exhausted(route, left);
        };
    }

    private Refusal exhausted(String route, Duration left) {
        String message =
                Stream.concat(
                                Stream.of("no target of route %s answered".formatted(route)),
                                tried.stream().map(Tried::toString))
                        .collect(Collectors.joining("; "));
        if (all(Kind.CREDENTIALS)) {
            return Refusals.upstream(
                    502, Kind.CREDENTIALS, "upstream_credentials_exhausted", message);
        }
        if (all(Kind.CREDENTIALS, Kind.QUOTA_EXHAUSTED)) {
            return Refusals.providerQuota(
                    "the quota or credit of the proxy's account at %s is used up, not yours; %s"
                            .formatted(exhaustedProviders(), message),
                    soonest());
        }
        if (all(Kind.CREDENTIALS, Kind.QUOTA_EXHAUSTED, Kind.RATE_LIMITED)) {
            return Refusals.tooMany(
                    "upstream_rate_limited",
                    "the proxy's account at its providers is at its rate limit, not you; "
                            + message,
                    soonest().or(() -> Optional.of(SOON)));
        }
        if (any(Kind.OVERLOADED)
                && all(
                        Kind.CREDENTIALS,
                        Kind.QUOTA_EXHAUSTED,
                        Kind.RATE_LIMITED,
                        Kind.OVERLOADED)) {
            return Refusals.later("upstream_overloaded", message, soonest().orElse(SOON));
        }
        return left.isPositive()
                ? Refusals.upstream(502, Kind.TRANSIENT, "upstream_failed", message)
                : Refusals.upstream(504, Kind.TRANSIENT, "deadline_exceeded", message);
    }

    private String exhaustedProviders() {
        return tried.stream()
                .filter(t -> t.failed().kind() == Kind.QUOTA_EXHAUSTED)
                .map(t -> t.target().provider())
                .distinct()
                .collect(Collectors.joining(" and "));
    }

    private Optional<Duration> soonest() {
        return tried.stream().flatMap(t -> t.rest().stream()).min(Duration::compareTo);
    }
}
