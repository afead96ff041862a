package dev.distill.models;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.distill.config.Location;
import dev.distill.config.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Turns texts into token numbers as a tokenizer.json says, special tokens included. Its own
 * truncation and padding are off: texts are cut here, and the result tells.
 *
 * <p>Thread-safe. Whoever loaded it closes it.
 */
public final class Tokenizer implements AutoCloseable {
    private final HuggingFaceTokenizer tokenizer;

    private Tokenizer(HuggingFaceTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /**
     * Reads a tokenizer.json.
     *
     * @throws UserError when there is none or it is not understood
     */
    public static Tokenizer load(Path file) {
        if (!Files.isRegularFile(file)) {
            throw UserError.invalid(Location.of(file), "there is no such file");
        }
        try {
            return new Tokenizer(
                    HuggingFaceTokenizer.builder()
                            .optTokenizerPath(file)
                            .optTruncation(false)
                            .optPadding(false)
                            .build());
        } catch (IOException | RuntimeException e) {
            throw UserError.invalid(
                    Location.of(file), "not a tokenizer that can be read: " + e.getMessage());
        }
    }

    /**
     * The tokens of each text.
     *
     * @param maxLength most tokens of a text, at least 2; a longer one keeps its first tokens and
     *     the final [SEP]
     */
    public List<Tokens> encode(List<String> texts, int maxLength) {
        if (texts.isEmpty()) {
            return List.of();
        }
        return Arrays.stream(tokenizer.batchEncode(texts, true, false))
                .map(encoding -> tokens(encoding, maxLength))
                .toList();
    }

    /**
     * The tokens of a text as it stands: what a chat template rendered has its special tokens in
     * it, and gets no others.
     */
    public long[] plain(String text) {
        return tokenizer.encode(text, false, false).getIds();
    }

    /** The text that tokens stand for, without special tokens. */
    public String text(long[] ids) {
        return tokenizer.decode(ids, true);
    }

    /** The text that tokens stand for, special tokens included. */
    public String wholeText(long[] ids) {
        return tokenizer.decode(ids, false);
    }

    private static Tokens tokens(Encoding encoding, int maxLength) {
        long[] ids = encoding.getIds();
        if (ids.length <= maxLength) {
            return new Tokens(ids, false);
        }
        long[] kept = Arrays.copyOf(ids, maxLength);
        kept[maxLength - 1] = ids[ids.length - 1];
        return new Tokens(kept, true);
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
