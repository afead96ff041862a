package dev.distill.models.chat.jinja;

/** What can be called: a function, a method that is bound to its value, a macro. */
@FunctionalInterface
interface Function {
    Object call(Arguments arguments);
}
