package dev.distill.models.chat.jinja;

import dev.distill.models.chat.jinja.Statement.Signature;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A part of a template that can be called: it gives what it writes.
 *
 * @param scope where it was defined: its body sees those names
 */
record Macro(String name, Signature signature, List<Statement> body, Scope scope, Renderer renderer)
        implements Function {
    @Override
    public Object call(Arguments arguments) {
        Scope inner = scope.inner();
        List<String> names = signature.names();
        Map<String, Object> keywords = new HashMap<>(arguments.keywords());
        List<Object> positional = arguments.positional();
        for (int i = 0; i < names.size(); i++) {
            String parameter = names.get(i);
            Object keyword = keywords.remove(parameter);
            if (i < positional.size()) {
                if (keyword != null) {
                    throw wrong("got two values for '" + parameter + "'");
                }
                inner.set(parameter, positional.get(i));
            } else {
                inner.set(
                        parameter,
                        keyword != null
                                ? keyword
                                : signature
                                        .defaultOf(i)
                                        .map(value -> renderer.evaluate(value, inner))
                                        .orElseGet(() -> notGiven(parameter)));
            }
        }
        caller(keywords, inner);
        List<Object> more =
                positional.subList(Math.min(names.size(), positional.size()), positional.size());
        if (!more.isEmpty() && !signature.uses("varargs")) {
            throw wrong("takes not more than %d arguments".formatted(names.size()));
        }
        if (!keywords.isEmpty() && !signature.uses("kwargs")) {
            throw wrong(
                    "takes no keyword argument '%s'"
                            .formatted(keywords.keySet().iterator().next()));
        }
        inner.set("varargs", new Tuple(more));
        inner.set("kwargs", new LinkedHashMap<Object, Object>(keywords));
        return renderer.captured(body, inner);
    }

    /** What {@code call} passes goes to a name of its own, or among the other keywords. */
    private void caller(Map<String, Object> keywords, Scope inner) {
        Object given = signature.uses("caller") ? keywords.remove("caller") : null;
        inner.set("caller", given != null ? given : new Undefined("no caller is defined"));
    }

    private static Object notGiven(String parameter) {
        return new Undefined("parameter '%s' was not provided".formatted(parameter));
    }

    private TemplateError wrong(String problem) {
        return new TemplateError("macro '%s' %s".formatted(name, problem));
    }
}
