package dev.distill.proxy.money;

import dev.distill.config.ProxyConfig.Budget;
import dev.distill.config.ProxyConfig.Limit;
import java.util.Optional;

/**
 * The names that a budget or a limit is written with. {@code each} matches any name and counts
 * every one on its own; a key that is not written matches also requests that have none.
 */
record Selector(
        Optional<String> key,
        Optional<String> user,
        Optional<String> team,
        Optional<String> route,
        Optional<String> provider,
        Optional<String> model) {
    /** Written with nothing: everything counts together. */
    static final Selector ANYTHING =
            new Selector(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());

    private static final String EACH = "each";

    static Selector of(Budget budget) {
        return new Selector(
                budget.key(),
                budget.user(),
                budget.team(),
                budget.route(),
                budget.provider(),
                budget.model());
    }

    static Selector of(Limit limit) {
        return new Selector(
                limit.key(),
                limit.user(),
                limit.team(),
                limit.route(),
                Optional.empty(),
                Optional.empty());
    }

    /** What a request counts to; empty when the selector does not match it. */
    Optional<Scope> scope(Who who, Optional<String> provider, Optional<String> model) {
        boolean matches =
                matches(key, who.key())
                        && matches(user, who.user())
                        && matches(team, who.team())
                        && matches(route, Optional.of(who.route()))
                        && matches(this.provider, provider)
                        && matches(this.model, model);
        return matches
                ? Optional.of(
                        new Scope(
                                only(key, who.key()),
                                only(user, who.user()),
                                only(team, who.team()),
                                only(route, Optional.of(who.route())),
                                only(this.provider, provider),
                                only(this.model, model),
                                Optional.empty()))
                : Optional.empty();
    }

    /** Whether it is one that {@link #scope} of this selector can give. */
    boolean gives(Scope scope) {
        return scope.job().isEmpty()
                && gives(key, scope.key())
                && gives(user, scope.user())
                && gives(team, scope.team())
                && gives(route, scope.route())
                && gives(provider, scope.provider())
                && gives(model, scope.model());
    }

    private static boolean matches(Optional<String> written, Optional<String> actual) {
        return written.isEmpty()
                || (actual.isPresent()
                        && (written.get().equals(EACH) || written.get().equals(actual.get())));
    }

    private static Optional<String> only(Optional<String> written, Optional<String> actual) {
        return written.isPresent() ? actual : Optional.empty();
    }

    private static boolean gives(Optional<String> written, Optional<String> name) {
        return written.isPresent() == name.isPresent() && matches(written, name);
    }
}
