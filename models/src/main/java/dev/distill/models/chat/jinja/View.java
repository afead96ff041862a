package dev.distill.models.chat.jinja;

import java.util.List;

/**
 * What {@code items()}, {@code keys()} or {@code values()} of a dict gives: it can be counted and
 * iterated, not indexed.
 *
 * @param type Python's name for it: {@code dict_items}, {@code dict_keys}, {@code dict_values}
 */
record View(String type, List<Object> items) {}
