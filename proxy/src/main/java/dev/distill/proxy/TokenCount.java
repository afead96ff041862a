package dev.distill.proxy;

import dev.distill.proxy.upstream.Ask;
import dev.distill.proxy.upstream.Call;
import dev.distill.proxy.upstream.Credential;
import dev.distill.proxy.upstream.UpstreamException;
import dev.distill.proxy.wire.Codecs;
import dev.distill.proxy.wire.Dialect;
import dev.distill.proxy.wire.Envelope;
import dev.distill.proxy.wire.Refusal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The tokens of a request, counted by the first target of a route that can. Only Anthropic counts
 * them free of charge; a guess of ours would be taken for the truth.
 *
 * @param headers of the caller
 */
record TokenCount(Route route, Envelope request, Map<String, String> headers) {
    /**
     * Hands on what the provider says.
     *
     * @throws RefusedException when no target counts, or none can at the moment
     */
    void handTo(Outlet outlet) throws InterruptedException, ClientGoneException {
        List<Target> able =
                route.targets().stream()
                        .filter(t -> t.upstream().speaks().contains(Dialect.ANTHROPIC_MESSAGES))
                        .toList();
        if (able.isEmpty()) {
            throw new RefusedException(
                    Refusals.badRequest(
                            "unsupported_endpoint",
                            "model",
                            "no model of route %s counts tokens: only Anthropic's do"
                                    .formatted(route.name())));
        }
        Optional<Refusal> refusal = Optional.empty();
        for (Target target : able) {
            Optional<Credential> key = target.upstream().keys().take(Set.of());
            if (key.isEmpty()) {
                continue;
            }
            try (Call call = target.upstream().open(ask(target, key.get()))) {
                if (call.status() / 100 == 2) {
                    outlet.whole(call.status(), call.whole(), Map.of());
                    return;
                }
                refusal = Optional.of(refusal(call));
                if (refusal.get().kind() == Refusal.Kind.CALLER_FAULT) {
                    throw new RefusedException(refusal.get());
                }
            } catch (UpstreamException _) {
                // the next one may answer
            }
        }
        throw new RefusedException(
                Refusals.upstream(
                        502,
                        refusal.map(Refusal::kind).orElse(Refusal.Kind.TRANSIENT),
                        "upstream_failed",
                        "no target of route %s has counted the tokens%s"
                                .formatted(
                                        route.name(),
                                        refusal.map(r -> ": " + r.message()).orElse(""))));
    }

    private Ask ask(Target target, Credential key) {
        return new Ask(
                Dialect.ANTHROPIC_MESSAGES,
                target.model(),
                request.withModel(target.model()),
                Ask.Purpose.COUNT_TOKENS,
                key,
                headers,
                route.clocks(),
                _ -> {});
    }

    private static Refusal refusal(Call call) {
        return Codecs.forProvider(Dialect.ANTHROPIC_MESSAGES)
                .readError(call.status(), Headers.of(call::header), call.errorText());
    }
}
