package dev.distill.proxy;

import dev.distill.config.ProxyConfig;
import dev.distill.proxy.routing.AttemptPlan.Progress;
import dev.distill.proxy.routing.Balancer;
import dev.distill.proxy.upstream.KeyPool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/** Where one request stands among the targets of its route. Used by one thread. */
final class Course {
    /** How long a target is out of reach while somebody else finds out whether it is well. */
    private static final Duration WHILE_PROBING = Duration.ofSeconds(1);

    /** Further than anything that can be asked now. */
    private static final int LATER = Integer.MAX_VALUE;

    private final List<Target> order = new ArrayList<>();
    private final Map<Target, Integer> tries = new HashMap<>();
    private final Map<Target, Set<String>> failedKeys = new HashMap<>();
    private final Map<Target, Set<String>> limitedKeys = new HashMap<>();
    private final Set<Target> hopeless = new HashSet<>();
    private int triesInAll;

    /**
     * @param canAnswer leaves out the targets that have no words for the request
     * @param prepaid whether the tokens of a target are paid for already
     */
    Course(Route route, Balancer balancer, Predicate<Target> canAnswer, Predicate<Target> prepaid) {
        List<Target> resting = new ArrayList<>();
        for (List<Target> group : route.groups()) {
            List<Target> able = group.stream().filter(canAnswer).toList();
            if (able.size() == 1) {
                (able.getFirst().health().available() ? order : resting).add(able.getFirst());
                continue;
            }
            ProxyConfig.Balance balance = route.config().balance();
            List<Target> balanced =
                    balancer.order(able.stream().map(t -> candidate(t, prepaid)).toList(), balance);
            order.addAll(balanced);
            able.stream().filter(t -> !balanced.contains(t)).forEach(resting::add);
        }
        order.addAll(resting); // somebody to ask when all the others have failed
    }

    private static Balancer.Candidate<Target> candidate(Target target, Predicate<Target> prepaid) {
        return new Balancer.Candidate<>(
                target,
                target.weight(),
                target.health().available(),
                prepaid.test(target),
                target.health().pending(),
                target.health().latencyNanos(),
                target.health().share().orElse(1));
    }

    /**
     * Has some asked first, as long as they may be asked.
     *
     * @param distance how much later others are
     */
    void prefer(ToIntFunction<Target> distance) {
        order.sort(
                Comparator.comparingInt(
                        t -> t.health().available() ? distance.applyAsInt(t) : LATER));
    }

    /** Whether there is nobody who can answer. */
    boolean isEmpty() {
        return order.isEmpty();
    }

    /** The next target that has not been asked and may be. */
    Optional<Target> next() {
        return next(_ -> true);
    }

    /** The next one with another model than those asked so far. */
    Optional<Target> nextModel() {
        return next(target -> tries.keySet().stream().noneMatch(t -> sameModel(t, target)));
    }

    /** The one that may be asked again soonest. */
    Optional<Target> soonest() {
        return order.stream()
                .filter(target -> !hopeless.contains(target))
                .min((a, b) -> wait(a).compareTo(wait(b)));
    }

    /** How long until a target may be asked. */
    Duration wait(Target target) {
        Duration rest = target.health().wait(WHILE_PROBING);
        Set<String> failed = failedKeys.getOrDefault(target, Set.of());
        KeyPool pool = target.upstream().keys();
        Duration keys = pool.wait(failed.size() < pool.names().size() ? failed : Set.of());
        return rest.compareTo(keys) > 0 ? rest : keys;
    }

    /** A target is asked once more. */
    void trying(Target target) {
        tries.merge(target, 1, Integer::sum);
        triesInAll++;
    }

    /** A target is not worth asking again. */
    void giveUp(Target target) {
        hopeless.add(target);
    }

    /** A key has failed for this request. */
    void failed(Target target, String key) {
        failedKeys.computeIfAbsent(target, _ -> new HashSet<>()).add(key);
    }

    /** A key is at its rate limit. */
    void limited(Target target, String key) {
        limitedKeys.computeIfAbsent(target, _ -> new HashSet<>()).add(key);
    }

    /** A target has had its pause: keys that were at their limit may be used again. */
    void rested(Target target) {
        limitedKeys.remove(target);
    }

    /** The keys of a target that are of no use to this request. */
    Set<String> failedKeys(Target target) {
        Set<String> keys = new HashSet<>(failedKeys.getOrDefault(target, Set.of()));
        keys.addAll(limitedKeys.getOrDefault(target, Set.of()));
        return keys;
    }

    /** Whether somebody else could still be asked. */
    boolean hasOtherThan(Target target) {
        return order.stream().anyMatch(t -> !t.equals(target) && isFresh(t));
    }

    /** What the next decision rests on. */
    Progress progress(Target target, Duration left) {
        boolean keyLeft =
                target.upstream().keys().names().size() > failedKeys(target).size()
                        && target.upstream().keys().wait(failedKeys(target)).isZero();
        return new Progress(
                tries.getOrDefault(target, 0),
                triesInAll,
                keyLeft,
                next().isPresent(),
                nextModel().isPresent(),
                order.stream()
                        .filter(t -> !t.equals(target) && !hopeless.contains(t))
                        .filter(tries::containsKey)
                        .map(this::wait)
                        .min(Duration::compareTo),
                left);
    }

    private Optional<Target> next(Predicate<Target> wanted) {
        return order.stream().filter(this::isFresh).filter(wanted).findFirst();
    }

    private boolean isFresh(Target target) {
        return !tries.containsKey(target)
                && !hopeless.contains(target)
                && target.health().available();
    }

    private static boolean sameModel(Target a, Target b) {
        return a.model().equals(b.model());
    }
}
