package dev.distill.models.chat.jinja;

/**
 * What a name or a member is that is not there: it prints as nothing, is false and empty, and any
 * other use of it is an error.
 *
 * @param problem why it is not there: what the error says
 */
record Undefined(String problem) {
    static Undefined name(String name) {
        return new Undefined("'%s' is undefined".formatted(name));
    }

    static Undefined member(Object of, Object key) {
        if (of instanceof Undefined undefined) {
            throw undefined.error();
        }
        return new Undefined(
                key instanceof String name
                        ? "%s has no attribute %s"
                                .formatted(
                                        of == None.NONE
                                                ? "None"
                                                : "'" + Values.typeName(of) + " object'",
                                        Text.repr(name))
                        : "%s object has no element %s"
                                .formatted(Values.typeName(of), Text.repr(key)));
    }

    /** That it was used. */
    TemplateError error() {
        return new TemplateError(problem);
    }
}
