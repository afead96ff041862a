package dev.distill.proxy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.proxy.affinity.Place;
import dev.distill.proxy.affinity.Whereabouts;
import dev.distill.proxy.upstream.Credential;
import dev.distill.proxy.wire.Dialect;
import dev.distill.proxy.wire.Refusal;
import dev.distill.proxy.wire.Ties;
import dev.distill.proxy.wire.Unsealed;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * To whom a request is tied by what earlier answers left behind. Bound, it goes to the key that
 * knows what it refers to, or to nobody. Else it goes there first, and whoever takes over gets it
 * without the thoughts that they could not read. Used by one thread.
 */
final class Tie {
    private static final Place NOWHERE = new Place("", "", "");
    private static final String HINT =
            "send the whole conversation to be answered by somebody else";

    private final Question question;
    private final Optional<Place> home;
    private final Optional<String> bound;
    private final boolean isReachable;
    private final Map<String, Place> places;

    private Tie(
            Question question,
            Optional<Place> home,
            Optional<String> bound,
            boolean isReachable,
            Map<String, Place> places) {
        this.question = question;
        this.home = home;
        this.bound = bound;
        this.isReachable = isReachable;
        this.places = places;
    }

    /** The one of a request; most are tied to nobody. */
    static Tie of(Exchange exchange, Whereabouts known) {
        Question question = exchange.question();
        Ties ties = question.envelope().ties();
        if (ties.isEmpty()) {
            return new Tie(question, Optional.empty(), Optional.empty(), true, Map.of());
        }
        for (String id : ties.stored()) {
            Optional<Place> place = known.find(id);
            if (place.isPresent()) {
                boolean isReachable =
                        exchange.route().targets().stream()
                                .anyMatch(t -> t.provider().equals(place.get().provider()));
                return new Tie(question, place, Optional.of(id), isReachable, Map.of());
            }
        }
        Map<String, Place> places = new HashMap<>();
        Optional<Place> home = Optional.empty();
        for (String id : ties.sealed()) {
            Optional<Place> place = id.isEmpty() ? Optional.empty() : known.find(id);
            place.ifPresent(found -> places.put(id, found));
            home = place.isPresent() ? place : home; // the latest is who goes on
        }
        if (home.isEmpty() && (!ties.sealed().isEmpty() || ties.thoughts() > 0)) {
            home = exchange.session().flatMap(call -> known.find(ofSession(call.sessionId())));
        }
        return new Tie(question, home, Optional.empty(), true, places);
    }

    /** The name of a session's thoughts among the whereabouts. */
    static String ofSession(String id) {
        return "session " + id;
    }

    /** Whether somebody is to be asked before the others. */
    boolean hasHome() {
        return home.isPresent();
    }

    /** Whether nobody else can answer. */
    boolean isBound() {
        return bound.isPresent();
    }

    /** Whether a target may be asked at all. */
    boolean admits(Target target) {
        return bound.isEmpty() || isHome(target);
    }

    /** How far a target is from home, from 0; all are as far when there is none. */
    int distance(Target target) {
        return home.isEmpty()
                ? 0
                : !isHome(target) ? 2 : target.model().equals(home.get().model()) ? 0 : 1;
    }

    /** The keys of a target that know nothing of what a bound request refers to. */
    Set<String> strangers(Target target) {
        return bound.isPresent() && isHome(target) ? othersThanHome(target) : Set.of();
    }

    /**
     * The keys that are not asked yet: all but the one at home, as long as that can be had.
     *
     * @param failed those that are of no use to the request
     */
    Set<String> notYet(Target target, Set<String> failed) {
        if (!isHome(target) || failed.contains(home.orElseThrow().key())) {
            return failed;
        }
        Set<String> others = othersThanHome(target);
        others.addAll(failed);
        return target.upstream().keys().wait(others).isZero() ? others : failed;
    }

    private boolean isHome(Target target) {
        return home.isPresent() && home.get().provider().equals(target.provider());
    }

    /** None when the key has gone: its successor is most likely of the same account. */
    private Set<String> othersThanHome(Target target) {
        List<String> names = target.upstream().keys().names();
        Set<String> others = new HashSet<>();
        if (names.contains(home.orElseThrow().key())) {
            others.addAll(names);
            others.remove(home.get().key());
        }
        return others;
    }

    /** What a target is asked: all of it at home, elsewhere without what cannot be read there. */
    Question questionFor(Target target, Credential key) {
        return isTied(target) ? unsealed(target, key).orElse(question) : question;
    }

    private boolean isTied(Target target) {
        Ties ties = question.envelope().ties();
        return switch (question.dialect()) {
            case OPENAI_RESPONSES ->
                    !ties.sealed().isEmpty() && (home.isPresent() || cannotRead(target));
            case ANTHROPIC_MESSAGES -> ties.thoughts() > 0 && !cannotRead(target);
            case OPENAI_CHAT, OPENAI_EMBEDDINGS, GEMINI, BEDROCK_CONVERSE -> false;
        };
    }

    /** In another dialect there is no word for them. */
    private boolean cannotRead(Target target) {
        return !target.upstream().speaks().contains(question.dialect());
    }

    private Optional<Question> unsealed(Target target, Credential key) {
        Optional<ObjectNode> without =
                question.dialect() == Dialect.OPENAI_RESPONSES
                        ? Unsealed.response(question.tree(), id -> isReadable(id, target, key))
                        : Unsealed.messages(question.tree());
        return without.map(tree -> Question.of(question.dialect(), tree));
    }

    private boolean isReadable(String id, Target target, Credential key) {
        Place made = places.getOrDefault(id, home.orElse(NOWHERE));
        return !cannotRead(target)
                && made.provider().equals(target.provider())
                && (made.key().equals(key.name())
                        || !target.upstream().keys().names().contains(made.key()));
    }

    /** Why a bound request was not answered, which would be told otherwise of a free one. */
    RefusedException explained(RefusedException failure) {
        Refusal refusal = failure.refusal();
        if (bound.isEmpty() || isAboutTheRequest(refusal.kind())) {
            return failure;
        }
        Place place = home.orElseThrow();
        String known =
                "%s is known to provider %s (key %s) alone"
                        .formatted(bound.get(), place.provider(), place.key());
        if (!isReachable) {
            return new RefusedException(
                    Refusals.badRequest(
                            Refusals.STATE_UNAVAILABLE,
                            "model",
                            known + ", which this route does not lead to; " + HINT));
        }
        return new RefusedException(
                new Refusal(
                        refusal.status(),
                        refusal.kind(),
                        refusal.type(),
                        Optional.of(Refusals.STATE_UNAVAILABLE),
                        known + ", which cannot answer now; " + HINT + ": " + refusal.message(),
                        refusal.param(),
                        refusal.retryAfter()));
    }

    private static boolean isAboutTheRequest(Refusal.Kind kind) {
        return switch (kind) {
            case CALLER_FAULT, CONTENT_POLICY, CONTEXT_LENGTH -> true;
            default -> false;
        };
    }
}
