package dev.distill.proxy.wire;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * The tools that the provider runs by itself while it answers. Each use may have the model read all
 * of its context once more, and some uses cost apart.
 *
 * @param present whether there are any
 * @param uses how often they may be used in all; empty when the request does not say
 * @param searches whether one of them searches the web
 * @param mostSearches how often it may; empty when the request does not say
 * @param costly the first one whose uses cost something that no usage object tells
 */
public record ServerTools(
        boolean present,
        OptionalLong uses,
        boolean searches,
        OptionalLong mostSearches,
        Optional<String> costly) {
    /** None of them. */
    public static final ServerTools NONE =
            new ServerTools(
                    false, OptionalLong.empty(), false, OptionalLong.empty(), Optional.empty());
}
