package dev.distill.evaluation;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.function.Function;

/** Figures as people read them; the same in every output, whatever the machine's language. */
final class Format {
    private static final String MINUS = "\u2212";

    private Format() {}

    /** What a share of right answers is called: {@code accuracy}, {@code exact match}. */
    static String metric(Comparison comparison) {
        return key(comparison).replace('_', ' ');
    }

    /** The same for programs: {@code accuracy}, {@code exact_match}. */
    static String key(Comparison comparison) {
        return comparison.metric().name().toLowerCase(Locale.ROOT);
    }

    /** A share: {@code 91.2 %}. */
    static String percent(double share) {
        return fixed(share * 100, 1) + " %";
    }

    /** A difference of shares: {@code +0.8 points}. */
    static String points(double difference) {
        return signed(difference * 100, 1) + " points";
    }

    /** A difference of scores between 0 and 1: {@code +0.013}. */
    static String signedScore(double difference) {
        return signed(difference, 3);
    }

    /** A score between 0 and 1: {@code 0.913}. */
    static String score(double score) {
        return fixed(score, 3);
    }

    /** A probability: {@code 0.042}, {@code < 0.001}. */
    static String probability(double p) {
        return p < 0.001 ? "< 0.001" : fixed(p, 3);
    }

    /** A confidence level: {@code 95 %}. */
    static String level(double confidence) {
        return significant(confidence * 100, 3) + " %";
    }

    /**
     * A duration: {@code 8.7 ms}, {@code 850 ms}, {@code 1.25 s}; nothing is measured to three
     * digits.
     */
    static String millis(double millis) {
        if (Double.isInfinite(millis)) {
            return "unbounded";
        }
        return millis >= 1000
                ? significant(millis / 1000, 3) + " s"
                : significant(millis, millis < 10 ? 2 : 3) + " ms";
    }

    /** Money: {@code $12.40}, {@code $0.00028}. */
    static String usd(double usd) {
        if (usd == 0) {
            return "$0";
        }
        return "$" + (usd >= 0.1 ? fixed(usd, 2) : significant(usd, 2));
    }

    /** Money booked in millionths of a dollar. */
    static String microUsd(long microUsd) {
        return usd(microUsd / 1e6);
    }

    /** A ratio: {@code 14x}, {@code 1.3x}. */
    static String times(double ratio) {
        return (ratio < 1000 ? significant(ratio, ratio < 10 ? 2 : 3) : about(ratio)) + "\u00d7";
    }

    /**
     * How many times better or worse: {@code 14x faster}, {@code 1.3x slower}; empty where one of
     * the two is nothing, of which the other is no number of times.
     */
    static String comparison(double ratio, String better, String worse) {
        if (!(ratio > 0) || Double.isInfinite(ratio)) {
            return "";
        }
        return ratio >= 1 ? times(ratio) + " " + better : times(1 / ratio) + " " + worse;
    }

    /** A count: {@code 3,080}. */
    static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /** A count that is only known roughly, two digits of it: {@code 6,200}. */
    static String about(double count) {
        BigDecimal rounded =
                BigDecimal.valueOf(count).round(new MathContext(2, RoundingMode.HALF_UP));
        return count(rounded.longValue());
    }

    /** Requests a second: {@code 412/s}. */
    static String rate(double perSecond) {
        return significant(perSecond, 3) + "/s";
    }

    /** A size: {@code 90.9 MB}. */
    static String bytes(long bytes) {
        if (bytes < 1_000_000) {
            return significant(bytes / 1e3, 3) + " kB";
        }
        return bytes < 1_000_000_000
                ? significant(bytes / 1e6, 3) + " MB"
                : significant(bytes / 1e9, 3) + " GB";
    }

    /** How many weights: {@code 22.7 M}. */
    static String parameters(long parameters) {
        if (parameters < 1_000_000) {
            return significant(parameters / 1e3, 3) + " k";
        }
        return parameters < 1_000_000_000
                ? significant(parameters / 1e6, 3) + " M"
                : significant(parameters / 1e9, 3) + " B";
    }

    /** A time: {@code 4.2 s}, {@code 12 min}. */
    static String seconds(double seconds) {
        return seconds < 120
                ? significant(seconds, 2) + " s"
                : significant(seconds / 60, 2) + " min";
    }

    /** Both limits, the unit once when it is the same: {@code 90.4 to 92.1 %}. */
    static String range(Interval interval, Function<Double, String> format) {
        String low = format.apply(interval.low());
        String high = format.apply(interval.high());
        int space = low.lastIndexOf(' ');
        boolean sameUnit = space > 0 && high.endsWith(low.substring(space));
        return (sameUnit ? low.substring(0, space) : low) + " to " + high;
    }

    /** The first digits of a digest, enough for people to tell it from others. */
    static String digest(String digest) {
        String hex = digest.startsWith("sha256:") ? digest.substring("sha256:".length()) : digest;
        return hex.substring(0, Math.min(12, hex.length()));
    }

    /** Plain digits, at most {@code digits} that matter. */
    static String significant(double value, int digits) {
        BigDecimal rounded =
                BigDecimal.valueOf(value).round(new MathContext(digits, RoundingMode.HALF_UP));
        BigDecimal plain = rounded.stripTrailingZeros();
        return (plain.scale() < 0 ? plain.setScale(0, RoundingMode.UNNECESSARY) : plain)
                .toPlainString();
    }

    /** So many digits after the point, the sign before it. */
    static String fixed(double value, int decimals) {
        String digits = String.format(Locale.ROOT, "%,." + decimals + "f", Math.abs(value));
        boolean negative = value < 0 && digits.chars().anyMatch(c -> c >= '1' && c <= '9');
        return negative ? MINUS + digits : digits;
    }

    private static String signed(double value, int decimals) {
        String text = fixed(value, decimals);
        boolean positive = value > 0 && text.chars().anyMatch(c -> c >= '1' && c <= '9');
        return positive ? "+" + text : text;
    }
}
