package dev.distill.models.chat.jinja;

import dev.distill.models.chat.jinja.Expression.Compared;
import dev.distill.models.chat.jinja.Expression.Passed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the value of an expression. */
final class Evaluator {
    private final Builtins builtins;
    private final Renderer renderer;

    Evaluator(Builtins builtins, Renderer renderer) {
        this.builtins = builtins;
        this.renderer = renderer;
    }

    /**
     * The value of an expression among the names of a scope.
     *
     * @throws TemplateError with the place of the innermost expression that has none
     */
    Object evaluate(Expression expression, Scope scope) {
        renderer.step();
        try {
            return value(expression, scope);
        } catch (TemplateError e) {
            throw e.at(expression.position());
        }
    }

    private Object value(Expression expression, Scope scope) {
        return switch (expression) {
            case Expression.Literal literal -> literal.value();
            case Expression.Name name -> scope.get(name.name());
            case Expression.ListOf list -> all(list.items(), scope);
            case Expression.TupleOf tuple -> new Tuple(all(tuple.items(), scope));
            case Expression.DictOf dict -> dict(dict, scope);
            case Expression.Attribute attribute ->
                    Access.attribute(evaluate(attribute.value(), scope), attribute.name());
            case Expression.Item item ->
                    Access.item(evaluate(item.value(), scope), evaluate(item.key(), scope));
            case Expression.Slice slice ->
                    Slices.of(
                            optional(slice.from(), scope),
                            optional(slice.to(), scope),
                            optional(slice.step(), scope));
            case Expression.Call call -> call(call.callee(), call.arguments(), Map.of(), scope);
            case Expression.Filter filter ->
                    filter(filter, evaluate(filter.value().orElseThrow(), scope), scope);
            case Expression.Test test -> test(test, scope);
            case Expression.Not not -> !Values.truth(evaluate(not.value(), scope));
            case Expression.And and -> {
                Object left = evaluate(and.left(), scope);
                yield Values.truth(left) ? evaluate(and.right(), scope) : left;
            }
            case Expression.Or or -> {
                Object left = evaluate(or.left(), scope);
                yield Values.truth(left) ? left : evaluate(or.right(), scope);
            }
            case Expression.Comparison comparison -> compare(comparison, scope);
            case Expression.Binary binary ->
                    Operators.binary(
                            binary.operator(),
                            evaluate(binary.left(), scope),
                            evaluate(binary.right(), scope));
            case Expression.Sign sign ->
                    Operators.sign(sign.negative(), evaluate(sign.value(), scope));
            case Expression.Concatenation parts -> concatenate(parts.parts(), scope);
            case Expression.Conditional choice -> choose(choice, scope);
        };
    }

    private Object choose(Expression.Conditional choice, Scope scope) {
        if (Values.truth(evaluate(choice.condition(), scope))) {
            return evaluate(choice.then(), scope);
        }
        return choice.otherwise()
                .map(otherwise -> evaluate(otherwise, scope))
                .orElseGet(
                        () ->
                                new Undefined(
                                        "the inline if-expression evaluated to false and no else"
                                                + " section was defined"));
    }

    private Object optional(Optional<Expression> expression, Scope scope) {
        return expression.map(e -> evaluate(e, scope)).orElse(None.NONE);
    }

    private List<Object> all(List<Expression> expressions, Scope scope) {
        List<Object> values = new ArrayList<>();
        expressions.forEach(e -> values.add(evaluate(e, scope)));
        return values;
    }

    private Map<Object, Object> dict(Expression.DictOf dict, Scope scope) {
        Map<Object, Object> values = new LinkedHashMap<>();
        dict.pairs()
                .forEach(
                        pair ->
                                Dicts.put(
                                        values,
                                        evaluate(pair.key(), scope),
                                        evaluate(pair.value(), scope)));
        return values;
    }

    private Object concatenate(List<Expression> parts, Scope scope) {
        Output output = new Output();
        parts.forEach(part -> output.write(Text.of(evaluate(part, scope))));
        return output.toString();
    }

    private boolean compare(Expression.Comparison comparison, Scope scope) {
        Object left = evaluate(comparison.first(), scope);
        for (Compared next : comparison.rest()) {
            Object right = evaluate(next.value(), scope);
            if (!Operators.compare(next.operator(), left, right)) {
                return false;
            }
            left = right;
        }
        return true;
    }

    /**
     * Calls what an expression names.
     *
     * @param more keywords beside those that are written there
     */
    Object call(Expression callee, Passed passed, Map<String, Object> more, Scope scope) {
        Object called = evaluate(callee, scope);
        Arguments arguments = arguments(nameOf(callee), passed, more, scope);
        return switch (called) {
            case Function function -> function.call(arguments);
            case Loop loop -> loop.call(arguments);
            case Undefined undefined -> throw undefined.error();
            default ->
                    throw new TemplateError(
                            "'%s' object is not callable".formatted(Values.typeName(called)));
        };
    }

    private static String nameOf(Expression callee) {
        return switch (callee) {
            case Expression.Name name -> name.name();
            case Expression.Attribute attribute -> attribute.name();
            default -> "the function";
        };
    }

    /** What a filter makes of a value, or of what the filter before it in a block makes of it. */
    Object filter(Expression.Filter filter, Object value, Scope scope) {
        Object input =
                filter.value().orElse(null) instanceof Expression.Filter inner && isOfBlock(inner)
                        ? filter(inner, value, scope)
                        : value;
        try {
            return builtins.filter(
                    filter.name(), input, arguments(filter.name(), filter.arguments(), scope));
        } catch (TemplateError e) {
            throw e.at(filter.position());
        }
    }

    /** Whether a chain of filters begins with a block's text. */
    private static boolean isOfBlock(Expression.Filter filter) {
        return filter.value()
                .map(v -> v instanceof Expression.Filter inner && isOfBlock(inner))
                .orElse(true);
    }

    private Object test(Expression.Test test, Scope scope) {
        Object value = evaluate(test.value(), scope);
        return builtins.test(test.name(), value, arguments(test.name(), test.arguments(), scope));
    }

    private Arguments arguments(String function, Passed passed, Scope scope) {
        return arguments(function, passed, Map.of(), scope);
    }

    private Arguments arguments(
            String function, Passed passed, Map<String, Object> more, Scope scope) {
        List<Object> positional = all(passed.positional(), scope);
        passed.spread().ifPresent(e -> positional.addAll(Values.items(evaluate(e, scope))));
        Map<String, Object> keywords = new LinkedHashMap<>();
        passed.keywords().forEach(k -> keywords.put(k.name(), evaluate(k.value(), scope)));
        passed.spreadKeywords().ifPresent(e -> spread(evaluate(e, scope), keywords));
        keywords.putAll(more);
        return new Arguments(function, positional, keywords);
    }

    private static void spread(Object value, Map<String, Object> keywords) {
        if (!(value instanceof Map<?, ?> dict)) {
            throw new TemplateError(
                    "argument after ** must be a mapping, not " + Values.typeName(value));
        }
        dict.forEach((name, member) -> keywords.put(Text.of(name), member));
    }
}
