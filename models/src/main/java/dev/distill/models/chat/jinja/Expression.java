package dev.distill.models.chat.jinja;

import java.util.List;
import java.util.Optional;

/** What has a value. */
sealed interface Expression {
    /** Where it stands: what an error in it names. */
    Position position();

    /** A number, a string, a boolean or none. */
    record Literal(Object value, Position position) implements Expression {}

    record Name(String name, Position position) implements Expression {}

    record ListOf(List<Expression> items, Position position) implements Expression {}

    record TupleOf(List<Expression> items, Position position) implements Expression {}

    record DictOf(List<Pair> pairs, Position position) implements Expression {}

    record Pair(Expression key, Expression value) {}

    /** {@code value.name}. */
    record Attribute(Expression value, String name, Position position) implements Expression {}

    /** {@code value[key]}. */
    record Item(Expression value, Expression key, Position position) implements Expression {}

    /** {@code from:to:step} between brackets. */
    record Slice(
            Optional<Expression> from,
            Optional<Expression> to,
            Optional<Expression> step,
            Position position)
            implements Expression {}

    record Call(Expression callee, Passed arguments, Position position) implements Expression {}

    /**
     * {@code value | name(arguments)}.
     *
     * @param value empty in {@code set} and {@code filter} blocks, whose text it is then
     */
    record Filter(Optional<Expression> value, String name, Passed arguments, Position position)
            implements Expression {}

    /** {@code value is name(arguments)}. */
    record Test(Expression value, String name, Passed arguments, Position position)
            implements Expression {}

    record Not(Expression value, Position position) implements Expression {}

    record And(Expression left, Expression right, Position position) implements Expression {}

    record Or(Expression left, Expression right, Position position) implements Expression {}

    /** {@code a < b <= c}: each with the next, as Python chains them. */
    record Comparison(Expression first, List<Compared> rest, Position position)
            implements Expression {}

    /**
     * @param operator one of {@code == != < <= > >= in}, {@code not in}
     */
    record Compared(String operator, Expression value) {}

    /** {@code + - * / // % **}. */
    record Binary(String operator, Expression left, Expression right, Position position)
            implements Expression {}

    /** {@code -value} or {@code +value}. */
    record Sign(boolean negative, Expression value, Position position) implements Expression {}

    /** {@code a ~ b ~ c}. */
    record Concatenation(List<Expression> parts, Position position) implements Expression {}

    /** {@code then if condition else otherwise}. */
    record Conditional(
            Expression condition,
            Expression then,
            Optional<Expression> otherwise,
            Position position)
            implements Expression {}

    /**
     * What is passed to a call, a filter or a test.
     *
     * @param spread {@code *list}
     * @param spreadKeywords {@code **dict}
     */
    record Passed(
            List<Expression> positional,
            List<Keyword> keywords,
            Optional<Expression> spread,
            Optional<Expression> spreadKeywords) {
        static final Passed NOTHING =
                new Passed(List.of(), List.of(), Optional.empty(), Optional.empty());
    }

    record Keyword(String name, Expression value) {}
}
