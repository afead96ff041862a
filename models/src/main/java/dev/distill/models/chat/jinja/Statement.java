package dev.distill.models.chat.jinja;

import dev.distill.models.chat.jinja.Expression.Filter;
import dev.distill.models.chat.jinja.Expression.Passed;
import java.util.List;
import java.util.Optional;

/** What a template does, one after the other. */
sealed interface Statement {
    Position position();

    /** Text as it stands. */
    record Data(String text, Position position) implements Statement {}

    /** {@code {{ value }}}. */
    record Print(Expression value, Position position) implements Statement {}

    /** One of several bodies; {@code else} is a branch whose condition is true. */
    record If(List<Branch> branches, Position position) implements Statement {}

    record Branch(Expression condition, List<Statement> body) {}

    /**
     * @param condition which items are taken at all
     * @param otherwise what is done when there is none
     */
    record For(
            Target target,
            Expression items,
            Optional<Expression> condition,
            boolean recursive,
            List<Statement> body,
            List<Statement> otherwise,
            Position position)
            implements Statement {}

    record Break(Position position) implements Statement {}

    record Continue(Position position) implements Statement {}

    record Set(Target target, Expression value, Position position) implements Statement {}

    /** {@code {% set name | filter %}text{% endset %}}. */
    record SetBlock(Target target, Optional<Filter> filter, List<Statement> body, Position position)
            implements Statement {}

    record With(List<Binding> bindings, List<Statement> body, Position position)
            implements Statement {}

    record Binding(Target target, Expression value) {}

    record MacroDefinition(
            String name, Signature signature, List<Statement> body, Position position)
            implements Statement {}

    /** {@code {% call(parameters) callee(arguments) %}body{% endcall %}}. */
    record CallBlock(
            Signature signature,
            Expression callee,
            Passed arguments,
            List<Statement> body,
            Position position)
            implements Statement {}

    record FilterBlock(Filter filter, List<Statement> body, Position position)
            implements Statement {}

    /** What the model itself said: {@code {% generation %}...{% endgeneration %}}. */
    record Generation(List<Statement> body, Position position) implements Statement {}

    /**
     * The parameters of a macro; the last ones have defaults.
     *
     * @param mentioned the names in its body: a macro takes more than its parameters when it
     *     mentions {@code varargs}, {@code kwargs} or {@code caller}
     */
    record Signature(
            List<String> names, List<Expression> defaults, java.util.Set<String> mentioned) {
        boolean uses(String name) {
            return mentioned.contains(name);
        }

        /** The default of a parameter. */
        Optional<Expression> defaultOf(int parameter) {
            int index = parameter - (names.size() - defaults.size());
            return index < 0 ? Optional.empty() : Optional.of(defaults.get(index));
        }
    }

    /** What can be assigned to. */
    sealed interface Target {
        record Variable(String name) implements Target {}

        record Member(String namespace, String name) implements Target {}

        record Several(List<Target> targets) implements Target {}
    }
}
