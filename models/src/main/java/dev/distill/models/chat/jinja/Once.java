package dev.distill.models.chat.jinja;

import java.util.Iterator;

/**
 * A generator: always true, without a length, and empty after it was iterated once.
 *
 * @param items in the order in which they are taken
 */
record Once(Iterator<Object> items) {}
