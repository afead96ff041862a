package dev.distill.models.chat.jinja;

import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A template, parsed. Immutable and thread-safe. */
public final class Template {
    private final List<Statement> statements;
    private final Builtins builtins = new Builtins();

    private Template(List<Statement> statements) {
        this.statements = statements;
    }

    /**
     * Parses a template.
     *
     * @throws TemplateError with its place, when it is not well-formed
     */
    public static Template parse(String text) {
        return new Template(StatementParser.parse(text));
    }

    /**
     * Renders it.
     *
     * @param variables what it may use by name: {@code Boolean}, {@code BigInteger}, {@code
     *     Double}, {@code String}, lists and maps of these, and {@link #NONE}
     * @param clock what {@code strftime_now} reads
     * @throws TemplateError with its place, when the template refuses its input, uses what is not
     *     there, or goes on for too long
     */
    public Rendered render(Map<String, Object> variables, Clock clock) {
        Map<String, Object> names = new HashMap<>(Globals.all(clock));
        names.putAll(variables);
        try {
            return new Renderer(builtins).render(statements, new Scope(names));
        } catch (StackOverflowError _) {
            throw new TemplateError("the template is nested too deeply");
        }
    }

    /** Python's {@code None} among the variables. */
    public static final Object NONE = None.NONE;
}
