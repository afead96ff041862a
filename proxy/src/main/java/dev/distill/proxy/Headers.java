package dev.distill.proxy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The HTTP headers that distill adds to the OpenAI dialect, for callers and for the proxy itself.
 *
 * <p>Money is in US dollars as a plain decimal ({@code 0.000123}), or {@link #UNKNOWN}.
 */
public final class Headers {
    /** Asked: the job that pays, 1 to 128 of {@code A-Z a-z 0-9 . _ : / -}. */
    public static final String JOB = "x-distill-job";

    /** Asked: most US dollars that the job may have spent over all time; needs {@link #JOB}. */
    public static final String MAX_USD = "x-distill-max-usd";

    /** Asked: which of several answers to the same request, from 0; 0 when absent. */
    public static final String SAMPLE = "x-distill-sample";

    /**
     * Asked: {@link #OFF} neither reads nor writes the store (the ledger still counts). Answered:
     * {@link #HIT}, {@link #MISS} or {@link #OFF}.
     */
    public static final String STORE = "x-distill-store";

    /**
     * Asked: the session that this belongs to, for clients that know; otherwise it is inferred.
     * Answered: the session's name, by which it is acknowledged, stopped and resumed.
     */
    public static final String SESSION = "x-distill-session";

    /** Answered: what the session has cost before this request. */
    public static final String SESSION_USD = "x-distill-session-usd";

    /** Answered: how many calls to providers were made for this request. */
    public static final String ATTEMPTS = "x-distill-attempts";

    /**
     * Answered: hints of the request that the provider has no word for and that change no answer,
     * such as {@code cache_control}, by their names in the caller's dialect, with commas between.
     */
    public static final String LEFT_OUT = "x-distill-left-out";

    /** Answered: how many other targets were asked before the one that answered. */
    public static final String FALLBACKS = "x-distill-fallbacks";

    /** Answered: who answered, as {@code provider/model} in the words of the proxy file. */
    public static final String TARGET = "x-distill-target";

    /**
     * Answered: milliseconds from the arrival of the request until these headers that no call to a
     * provider was under way, such as {@code 0.218}; pauses between attempts are in it.
     */
    public static final String OVERHEAD_MILLIS = "x-distill-overhead-ms";

    /**
     * Answered: {@link #STRIPPED} when whoever answered got the conversation without the encrypted
     * or signed thoughts in it, because another account or provider has made them.
     */
    public static final String THOUGHTS = "x-distill-thoughts";

    /** Answered: the provider's own name for the request, which its support asks for. */
    public static final String UPSTREAM_REQUEST_ID = "x-upstream-request-id";

    /** Answered: a budget that is nearly used up. */
    public static final String BUDGET_WARNING = "x-distill-budget-warning";

    /** Answered: the route that takes the place of this one. */
    public static final String SUCCESSOR = "x-distill-model-successor";

    /** Answered: the name of this request in the ledger. */
    public static final String REQUEST_ID = "x-request-id";

    /** Answered: SHA-256 of the canonical request, the key of the answer in the store. */
    public static final String REQUEST_KEY = "x-distill-request-key";

    /** Answered: the provider that gave the answer. */
    public static final String PROVIDER = "x-distill-provider";

    /** Answered: the model that gave the answer, as its provider names it. */
    public static final String MODEL = "x-distill-model";

    /** Answered: what this request cost, failed attempts included; 0 for a store hit. */
    public static final String COST_USD = "x-distill-cost-usd";

    /** Answered: what the answer cost when it was really asked; the same for a store hit. */
    public static final String ANSWER_COST_USD = "x-distill-answer-cost-usd";

    /** Answered: how long the provider took when it was really asked; the same for a store hit. */
    public static final String LATENCY_MILLIS = "x-distill-latency-ms";

    /** Answered: when the answer was really asked, in ISO 8601; the same for a store hit. */
    public static final String ASKED_AT = "x-distill-asked-at";

    /**
     * Answered: {@code true} when the answer is a recording, so that no figure rests on it
     * unmarked.
     */
    public static final String SIMULATED = "x-distill-simulated";

    /** {@link #STORE}: the answer was there, or another caller's identical request brought it. */
    public static final String HIT = "hit";

    /** {@link #STORE}: a provider was asked. */
    public static final String MISS = "miss";

    /** {@link #STORE}: the store is not used. */
    public static final String OFF = "off";

    /** {@link #THOUGHTS}: left out. */
    public static final String STRIPPED = "stripped";

    /** A cost that nobody can know: the model has no price, or the provider reported no usage. */
    public static final String UNKNOWN = "unknown";

    private static final List<String> HINTS =
            List.of("retry-after", "x-should-retry", "x-amzn-errortype");

    private Headers() {}

    /** The headers of a provider's error that say more about it. */
    static Map<String, String> of(Function<String, Optional<String>> header) {
        Map<String, String> found = new HashMap<>();
        HINTS.forEach(name -> header.apply(name).ifPresent(value -> found.put(name, value)));
        return found;
    }
}
