package dev.distill.proxy.routing;

import dev.distill.config.ProxyConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Puts the targets of a group in the order in which they are asked. Each place goes to one drawn by
 * weight, or to the better of two so drawn: the power of two choices, which spreads load almost as
 * well as asking for the best of all, without everybody running to it.
 */
public final class Balancer {
    /** A target without any rate limit left still counts for this share of its weight. */
    private static final double LEAST_SHARE = 0.01;

    private final RandomGenerator random;

    /**
     * @param random safe for use by many threads if this is to be
     */
    public Balancer(RandomGenerator random) {
        this.random = random;
    }

    /**
     * A target as it is right now.
     *
     * @param weight its share of the load in its group
     * @param available whether it may be asked
     * @param prepaid whether its tokens are paid for already
     * @param pending calls under way
     * @param latencyNanos how long it takes to answer, 0 when unknown
     * @param share what is left of its rate limit, from 0 to 1; 1 when unknown
     */
    public record Candidate<T>(
            T target,
            double weight,
            boolean available,
            boolean prepaid,
            int pending,
            double latencyNanos,
            double share) {
        private double drawnBy() {
            return weight * Math.max(LEAST_SHARE, share);
        }

        /** What a call would have to wait for, the calls under way included. */
        private double load(ProxyConfig.Balance balance) {
            return switch (balance) {
                case WEIGHT -> 0;
                case PENDING -> pending / weight;
                case LATENCY -> latencyNanos * (pending + 1);
            };
        }
    }

    /** The available targets, those that are paid for first; the others are left out. */
    public <T> List<T> order(List<Candidate<T>> group, ProxyConfig.Balance balance) {
        List<T> order = new ArrayList<>(group.size());
        fill(order, group.stream().filter(c -> c.available() && c.prepaid()).toList(), balance);
        fill(order, group.stream().filter(c -> c.available() && !c.prepaid()).toList(), balance);
        return order;
    }

    private <T> void fill(
            List<T> order, List<Candidate<T>> candidates, ProxyConfig.Balance balance) {
        List<Candidate<T>> left = new ArrayList<>(candidates);
        while (!left.isEmpty()) {
            Candidate<T> next = draw(left);
            if (balance != ProxyConfig.Balance.WEIGHT && left.size() > 1) {
                List<Candidate<T>> others = new ArrayList<>(left);
                others.remove(next);
                Candidate<T> other = draw(others);
                next = better(next, other, balance);
            }
            left.remove(next);
            order.add(next.target());
        }
    }

    private static <T> Candidate<T> better(
            Candidate<T> first, Candidate<T> second, ProxyConfig.Balance balance) {
        Comparator<Candidate<T>> byLoad = Comparator.comparingDouble(c -> c.load(balance));
        return byLoad.compare(first, second) <= 0 ? first : second;
    }

    private <T> Candidate<T> draw(List<Candidate<T>> candidates) {
        if (candidates.size() == 1) {
            return candidates.getFirst();
        }
        double left =
                random.nextDouble() * candidates.stream().mapToDouble(Candidate::drawnBy).sum();
        for (Candidate<T> candidate : candidates) {
            left -= candidate.drawnBy();
            if (left < 0) {
                return candidate;
            }
        }
        return candidates.getLast();
    }
}
