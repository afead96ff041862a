package dev.distill.proxy.upstream;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The name that a provider gives to a request, which its support asks for. */
public final class UpstreamId {
    /** OpenAI and most others, Anthropic, Amazon, and Azure's gateway before its models. */
    private static final List<String> HEADERS =
            List.of(
                    "x-request-id",
                    "request-id",
                    "x-amzn-requestid",
                    "apim-request-id",
                    "x-goog-request-id");

    private static final int MOST_CHARACTERS = 200;

    private UpstreamId() {}

    /**
     * The name in the headers of an answer, if there is one: at most 200 characters, and a question
     * mark for each that has no place in a header.
     */
    public static Optional<String> of(Function<String, Optional<String>> header) {
        for (String name : HEADERS) {
            Optional<String> id = header.apply(name).filter(value -> !value.isBlank());
            if (id.isPresent()) {
                String text = id.get().strip();
                String brief = text.substring(0, Math.min(text.length(), MOST_CHARACTERS));
                return Optional.of(brief.replaceAll("[^ -~]", "?"));
            }
        }
        return Optional.empty();
    }
}
