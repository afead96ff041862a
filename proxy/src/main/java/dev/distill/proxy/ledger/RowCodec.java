package dev.distill.proxy.ledger;

import dev.distill.proxy.money.Drawdown.Draw;
import dev.distill.proxy.wire.Usage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Rows as bytes: numbers by seven bits a byte, texts as UTF-8 after their length plus one, zero for
 * none. Contents of answers are left out; they go to the store of paid answers.
 *
 * <p>The first byte is the version of the form; earlier ones are read, others are not.
 */
final class RowCodec {
    private static final int VERSION = 2;

    /** The first form, which named but one lot. */
    private static final int ONE_LOT = 1;

    private RowCodec() {}

    /** The bytes of a row after so many that are the caller's. */
    static byte[] write(RequestRow row, int offset) {
        Writer to = new Writer(offset);
        to.number(VERSION);
        to.number(row.at().toEpochMilli());
        to.text(row.requestId());
        to.optional(row.who().job());
        to.optional(row.who().key());
        to.optional(row.who().user());
        to.optional(row.who().team());
        to.optional(row.who().session());
        to.text(row.route());
        to.text(row.dialect());
        to.flag(row.stream());
        to.text(row.outcome());
        to.number(row.status());
        to.number(row.latencyMillis());
        to.optional(row.firstTokenMillis());
        to.flag(row.served().isPresent());
        if (row.served().isPresent()) {
            Served served = row.served().get();
            to.text(served.provider());
            to.text(served.model());
            to.usage(served.usage());
            to.flag(served.estimated());
            to.flag(served.simulated());
        }
        to.text(row.store());
        to.number(row.attempts().size());
        row.attempts().forEach(attempt -> write(attempt, to));
        return to.bytes();
    }

    private static void write(Attempt attempt, Writer to) {
        to.number(attempt.at().toEpochMilli());
        to.text(attempt.provider());
        to.optional(attempt.providerKey());
        to.text(attempt.model());
        to.text(attempt.outcome());
        to.number(attempt.status());
        to.number(attempt.latencyMillis());
        to.optional(attempt.firstTokenMillis());
        to.usage(attempt.usage());
        to.flag(attempt.estimated());
        to.optional(attempt.costNanoUsd());
        to.number(attempt.chargedNanoUsd());
        to.optional(attempt.tier());
        to.number(attempt.draws().size());
        for (Draw draw : attempt.draws()) {
            to.text(draw.lot());
            to.number(draw.tokens());
            to.number(draw.amortisedNanoUsd());
        }
        to.flag(attempt.simulated());
        to.optional(attempt.upstreamId());
    }

    /**
     * The row in some bytes.
     *
     * @throws IllegalStateException when they are of an unknown version
     */
    static RequestRow read(ByteBuffer bytes) {
        Reader from = new Reader(bytes);
        long version = from.number();
        if (version != VERSION && version != ONE_LOT) {
            throw new IllegalStateException("a row of version " + version + " in the local log");
        }
        return new RequestRow(
                Instant.ofEpochMilli(from.number()),
                from.text(),
                new Who(
                        from.optional(),
                        from.optional(),
                        from.optional(),
                        from.optional(),
                        from.optional()),
                from.text(),
                from.text(),
                from.flag(),
                from.text(),
                (int) from.number(),
                from.number(),
                from.optionalNumber(),
                from.flag() ? Optional.of(served(from)) : Optional.empty(),
                from.text(),
                attempts(from, version));
    }

    private static Served served(Reader from) {
        return new Served(from.text(), from.text(), from.usage(), from.flag(), from.flag());
    }

    private static List<Attempt> attempts(Reader from, long version) {
        int count = (int) from.number();
        List<Attempt> attempts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            attempts.add(attempt(from, version));
        }
        return attempts;
    }

    private static Attempt attempt(Reader from, long version) {
        Instant at = Instant.ofEpochMilli(from.number());
        String provider = from.text();
        Optional<String> providerKey = from.optional();
        String model = from.text();
        String outcome = from.text();
        int status = (int) from.number();
        long latency = from.number();
        OptionalLong firstToken = from.optionalNumber();
        Optional<Usage> usage = from.usage();
        return new Attempt(
                at,
                provider,
                providerKey,
                model,
                outcome,
                status,
                latency,
                firstToken,
                usage,
                from.flag(),
                from.optionalNumber(),
                from.number(),
                from.optional(),
                version == ONE_LOT ? oneLot(from, usage) : draws(from),
                from.flag(),
                version == ONE_LOT ? Optional.empty() : from.optional(),
                Optional.empty());
    }

    private static List<Draw> oneLot(Reader from, Optional<Usage> usage) {
        long tokens = usage.map(used -> used.input() + used.output()).orElse(0L);
        return from.optional().map(lot -> new Draw(lot, tokens, 0)).stream().toList();
    }

    private static List<Draw> draws(Reader from) {
        int count = (int) from.number();
        List<Draw> draws = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            draws.add(new Draw(from.text(), from.number(), from.number()));
        }
        return draws;
    }

    /** A growing array of bytes. */
    static final class Writer {
        private byte[] bytes = new byte[320];
        private int size;

        Writer(int offset) {
            this.size = offset;
        }

        void number(long value) {
            room(10);
            // Small negative numbers stay short too.
            long left = (value << 1) ^ (value >> 63);
            while ((left & ~0x7FL) != 0) {
                bytes[size++] = (byte) ((left & 0x7F) | 0x80);
                left >>>= 7;
            }
            bytes[size++] = (byte) left;
        }

        void text(String value) {
            byte[] encoded = value.getBytes(StandardCharsets.UTF_8);
            number(encoded.length + 1L);
            room(encoded.length);
            System.arraycopy(encoded, 0, bytes, size, encoded.length);
            size += encoded.length;
        }

        void optional(Optional<String> value) {
            if (value.isPresent()) {
                text(value.get());
            } else {
                number(0);
            }
        }

        void optional(OptionalLong value) {
            flag(value.isPresent());
            if (value.isPresent()) {
                number(value.getAsLong());
            }
        }

        void flag(boolean value) {
            number(value ? 1 : 0);
        }

        void usage(Optional<Usage> usage) {
            flag(usage.isPresent());
            if (usage.isPresent()) {
                Usage tokens = usage.get();
                number(tokens.inputFresh());
                number(tokens.inputCached());
                number(tokens.cacheWrite());
                number(tokens.cacheWriteHour());
                number(tokens.inputAudio());
                number(tokens.outputText());
                number(tokens.outputReasoning());
                number(tokens.outputAudio());
                number(tokens.webSearches());
            }
        }

        private void room(int more) {
            if (size + more > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(size + more, 2 * bytes.length));
            }
        }

        byte[] bytes() {
            return Arrays.copyOf(bytes, size);
        }
    }

    /** Reads what a {@link Writer} wrote. */
    static final class Reader {
        private final ByteBuffer bytes;

        Reader(ByteBuffer bytes) {
            this.bytes = bytes;
        }

        long number() {
            long value = 0;
            byte next;
            int shift = 0;
            do {
                next = bytes.get();
                value |= (next & 0x7FL) << shift;
                shift += 7;
            } while (next < 0);
            return (value >>> 1) ^ -(value & 1);
        }

        String text() {
            return optional().orElse("");
        }

        Optional<String> optional() {
            int length = (int) number() - 1;
            if (length < 0) {
                return Optional.empty();
            }
            byte[] encoded = new byte[length];
            bytes.get(encoded);
            return Optional.of(new String(encoded, StandardCharsets.UTF_8));
        }

        OptionalLong optionalNumber() {
            return flag() ? OptionalLong.of(number()) : OptionalLong.empty();
        }

        boolean flag() {
            return number() != 0;
        }

        Optional<Usage> usage() {
            return flag()
                    ? Optional.of(
                            new Usage(
                                    number(), number(), number(), number(), number(), number(),
                                    number(), number(), number()))
                    : Optional.empty();
        }
    }
}
