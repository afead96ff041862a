package dev.distill.models.chat.jinja;

/** How far a template may go: it is somebody else's program. */
final class Limits {
    /** How deep expressions, blocks and calls may be nested. */
    static final int NESTING = 200;

    /** Most statements and expressions that one rendering carries out. */
    static final long STEPS = 20_000_000;

    /** Longest text that a rendering, or any value in it, may have; in UTF-16 units. */
    static final int TEXT = 64 << 20;

    /** Longest list that an operator or {@code range} makes; jinja2's sandbox has the same. */
    static final int ITEMS = 100_000;

    private Limits() {}
}
