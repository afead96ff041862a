package dev.distill.proxy.money;

import dev.distill.config.ProxyConfig.Period;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.Optional;

/**
 * A stretch of time in UTC, from its start to before its end.
 *
 * @param ends empty when it lasts for ever
 */
record Window(Instant starts, Optional<Instant> ends) {
    /** The one of a period that a moment is in. */
    static Window of(Period per, Instant when) {
        ZonedDateTime hour = when.atZone(ZoneOffset.UTC).truncatedTo(ChronoUnit.HOURS);
        LocalDate day = hour.toLocalDate();
        return switch (per) {
            case HOUR -> new Window(hour.toInstant(), Optional.of(hour.plusHours(1).toInstant()));
            case DAY -> days(day, day.plusDays(1));
            case WEEK -> {
                LocalDate monday = day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
                yield days(monday, monday.plusWeeks(1));
            }
            case MONTH -> days(day.withDayOfMonth(1), day.withDayOfMonth(1).plusMonths(1));
            case EVER -> new Window(Instant.EPOCH, Optional.empty());
        };
    }

    private static Window days(LocalDate first, LocalDate next) {
        return new Window(start(first), Optional.of(start(next)));
    }

    private static Instant start(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }
}
