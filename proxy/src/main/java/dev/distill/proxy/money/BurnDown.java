package dev.distill.proxy.money;

import dev.distill.config.ProxyConfig.Lot;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Where a lot is going when the coming days are like the last ones.
 *
 * @param remaining tokens that are left in it
 * @param tokensPerDay that come out of it on a day on which it is used; 0 when it never is
 * @param daysLeft until it is used up; empty when it is not, or not within ten years
 * @param runsOutOn the day on which it is used up
 * @param expiresOn the last day on which it can be used
 * @param expiringUnused tokens that will be left after that day
 */
public record BurnDown(
        String lot,
        long remaining,
        long tokensPerDay,
        OptionalLong daysLeft,
        Optional<LocalDate> runsOutOn,
        Optional<LocalDate> expiresOn,
        long expiringUnused) {
    private static final int MOST_DAYS = 3653;

    /** How many tokens a model of a provider takes on a typical day. */
    public record DailyUse(String provider, String model, long tokens) {}

    /**
     * Plays the coming days through: every day each use draws from its lots, first from the one
     * that expires first, as the proxy will do it. In the order in which the lots are used.
     *
     * @param today the first of them
     */
    public static List<BurnDown> forecast(Lots lots, List<DailyUse> uses, LocalDate today) {
        List<Course> courses =
                lots.all().stream().map(lot -> new Course(lot, lots.remaining(lot))).toList();
        for (int i = 0; i < MOST_DAYS; i++) {
            LocalDate day = today.plusDays(i);
            for (DailyUse use : uses) {
                long wanted = use.tokens();
                for (Course course : courses) {
                    wanted -= course.draw(use, wanted, day);
                }
            }
        }
        List<BurnDown> forecast = new ArrayList<>();
        courses.forEach(course -> forecast.add(course.result(today)));
        return forecast;
    }

    /** One lot on its way through the days. */
    private static final class Course {
        private final Lot lot;
        private final long remaining;
        private long left;
        private long days;
        private Optional<LocalDate> lastDrawn = Optional.empty();

        Course(Lot lot, long remaining) {
            this.lot = lot;
            this.remaining = remaining;
            this.left = remaining;
        }

        /** How much of what is wanted comes out of it. */
        long draw(DailyUse use, long wanted, LocalDate day) {
            if (!Lots.usable(lot, use.provider(), use.model(), day)) {
                return 0;
            }
            long drawn = Math.min(left, wanted);
            left -= drawn;
            if (drawn > 0 && !lastDrawn.equals(Optional.of(day))) {
                lastDrawn = Optional.of(day);
                days++;
            }
            return drawn;
        }

        BurnDown result(LocalDate today) {
            Optional<LocalDate> runsOut = left == 0 ? lastDrawn : Optional.empty();
            return new BurnDown(
                    lot.name(),
                    remaining,
                    days == 0 ? 0 : (remaining - left) / days,
                    runsOut.map(day -> OptionalLong.of(ChronoUnit.DAYS.between(today, day)))
                            .orElse(OptionalLong.empty()),
                    runsOut,
                    lot.expires(),
                    lot.expires().isPresent() ? left : 0);
        }
    }
}
