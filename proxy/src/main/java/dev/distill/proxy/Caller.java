package dev.distill.proxy;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Who asks, and on which terms.
 *
 * @param job who pays
 * @param maxNanoUsd the most that the job may have spent over all time
 * @param sample which of several answers to the same request
 * @param storeUse whether the store may be read and written
 * @param session what the caller calls the session, where it has a name for it
 */
record Caller(
        Optional<String> job,
        OptionalLong maxNanoUsd,
        int sample,
        StoreUse storeUse,
        Optional<String> session) {
    private static final Pattern JOB = Pattern.compile("[A-Za-z0-9._:/-]{1,128}");
    private static final Pattern USD = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,9})?");

    /** Whose terms make no sense. */
    static final Caller NOBODY =
            new Caller(Optional.empty(), OptionalLong.empty(), 0, StoreUse.ON, Optional.empty());

    enum StoreUse {
        ON,
        OFF
    }

    /**
     * Reads the headers of a request.
     *
     * @param header the value of a header by its name
     * @throws RefusedException when one cannot be understood
     */
    static Caller of(Function<String, Optional<String>> header) {
        Optional<String> job = header.apply(Headers.JOB);
        job.filter(name -> !JOB.matcher(name).matches())
                .ifPresent(
                        name -> {
                            throw invalid(Headers.JOB, "1 to 128 of A-Z a-z 0-9 . _ : / -", name);
                        });
        Optional<String> limit = header.apply(Headers.MAX_USD);
        if (limit.isPresent() && job.isEmpty()) {
            throw invalid(Headers.MAX_USD, "sent together with " + Headers.JOB, limit.get());
        }
        return new Caller(
                job,
                limit.map(text -> OptionalLong.of(nanoUsd(text))).orElse(OptionalLong.empty()),
                header.apply(Headers.SAMPLE).map(Caller::sample).orElse(0),
                header.apply(Headers.STORE).map(Caller::storeUse).orElse(StoreUse.ON),
                header.apply(Headers.SESSION).map(Caller::session));
    }

    private static long nanoUsd(String text) {
        if (!USD.matcher(text).matches()) {
            throw invalid(Headers.MAX_USD, "an amount of US dollars such as 5.00", text);
        }
        return new BigDecimal(text).movePointRight(9).longValueExact();
    }

    private static int sample(String text) {
        try {
            int sample = Integer.parseInt(text);
            if (sample >= 0) {
                return sample;
            }
        } catch (NumberFormatException _) {
            // falls through to the refusal
        }
        throw invalid(Headers.SAMPLE, "an integer from 0", text);
    }

    private static StoreUse storeUse(String text) {
        if (text.equals(Headers.OFF)) {
            return StoreUse.OFF;
        }
        throw invalid(Headers.STORE, "off or absent", text);
    }

    private static String session(String text) {
        if (!JOB.matcher(text).matches()) {
            throw invalid(Headers.SESSION, "1 to 128 of A-Z a-z 0-9 . _ : / -", text);
        }
        return text;
    }

    private static RefusedException invalid(String header, String expected, String value) {
        return new RefusedException(
                Refusals.badRequest(
                        "invalid_header",
                        header,
                        header + " must be " + expected + ", got " + value));
    }
}
