package dev.distill.models.chat.jinja;

/** Python's {@code None}, JSON's {@code null}. */
enum None {
    NONE
}
