package dev.distill.models.chat.jinja;

import dev.distill.models.chat.jinja.Expression.Attribute;
import dev.distill.models.chat.jinja.Expression.Binary;
import dev.distill.models.chat.jinja.Expression.Call;
import dev.distill.models.chat.jinja.Expression.Compared;
import dev.distill.models.chat.jinja.Expression.Comparison;
import dev.distill.models.chat.jinja.Expression.Concatenation;
import dev.distill.models.chat.jinja.Expression.Conditional;
import dev.distill.models.chat.jinja.Expression.Filter;
import dev.distill.models.chat.jinja.Expression.Item;
import dev.distill.models.chat.jinja.Expression.Passed;
import dev.distill.models.chat.jinja.Expression.Sign;
import dev.distill.models.chat.jinja.Expression.Slice;
import dev.distill.models.chat.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Parses expressions by recursive descent, loosest first: conditional, {@code or}, {@code and},
 * {@code not}, comparisons, {@code + -}, {@code ~}, {@code * / // %}, {@code **} (which groups to
 * the left in Jinja), signs, and then what follows a primary: members, calls, filters and tests.
 */
final class ExpressionParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

    private final TokenStream tokens;
    private final PrimaryParser primaries;
    private int depth;

    ExpressionParser(TokenStream tokens) {
        this.tokens = tokens;
        this.primaries = new PrimaryParser(tokens, this);
    }

    /** An expression. */
    Expression expression() {
        if (++depth > Limits.NESTING) {
            throw new TemplateError(
                    "expressions are nested more than %d deep".formatted(Limits.NESTING),
                    tokens.current().position());
        }
        Expression result = or();
        while (tokens.current().isName("if")) {
            Position position = tokens.next().position();
            Expression condition = or();
            Optional<Expression> otherwise =
                    tokens.skipName("else") ? Optional.of(expression()) : Optional.empty();
            result = new Conditional(condition, result, otherwise, position);
        }
        depth--;
        return result;
    }

    /** An expression, or several with commas between them: a tuple. */
    Expression tuple() {
        return primaries.tuple(this::expression, "");
    }

    /** The same where {@code if} means something else; {@code end} is a name that ends it. */
    Expression tupleBeforeIf(String end) {
        return primaries.tuple(this::or, end);
    }

    private Expression or() {
        Expression left = and();
        while (tokens.current().isName("or")) {
            Position position = tokens.next().position();
            left = new Expression.Or(left, and(), position);
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (tokens.current().isName("and")) {
            Position position = tokens.next().position();
            left = new Expression.And(left, not(), position);
        }
        return left;
    }

    private Expression not() {
        int count = 0;
        Position position = tokens.current().position();
        while (tokens.skipName("not")) {
            count++;
        }
        Expression value = comparison();
        // Two of them still make a boolean.
        for (int i = 0; i < Math.min(count, 2 - count % 2); i++) {
            value = new Expression.Not(value, position);
        }
        return value;
    }

    private Expression comparison() {
        Expression first = sum();
        List<Compared> rest = new ArrayList<>();
        Position position = tokens.current().position();
        while (true) {
            Token token = tokens.current();
            if (token.kind() == Kind.OPERATOR && COMPARISONS.contains(token.text())) {
                tokens.next();
                rest.add(new Compared(token.text(), sum()));
            } else if (tokens.skipName("in")) {
                rest.add(new Compared("in", sum()));
            } else if (token.isName("not") && tokens.ahead().isName("in")) {
                tokens.next();
                tokens.next();
                rest.add(new Compared("not in", sum()));
            } else {
                return rest.isEmpty() ? first : new Comparison(first, rest, position);
            }
        }
    }

    private Expression sum() {
        return binary(Set.of("+", "-"), this::concatenation);
    }

    private Expression concatenation() {
        Expression first = product();
        if (!tokens.current().isOperator("~")) {
            return first;
        }
        Position position = tokens.current().position();
        List<Expression> parts = new ArrayList<>(List.of(first));
        while (tokens.skipOperator("~")) {
            parts.add(product());
        }
        return new Concatenation(parts, position);
    }

    private Expression product() {
        return binary(Set.of("*", "/", "//", "%"), () -> binary(Set.of("**"), () -> signed(true)));
    }

    private Expression binary(Set<String> operators, Supplier<Expression> operand) {
        Expression left = operand.get();
        while (tokens.is(Kind.OPERATOR) && operators.contains(tokens.current().text())) {
            Token operator = tokens.next();
            left = new Binary(operator.text(), left, operand.get(), operator.position());
        }
        return left;
    }

    private Expression signed(boolean filtered) {
        Token token = tokens.current();
        Expression result;
        if (token.isOperator("-") || token.isOperator("+")) {
            if (++depth > Limits.NESTING) {
                throw new TemplateError("too many signs", token.position());
            }
            tokens.next();
            result = new Sign(token.text().equals("-"), signed(false), token.position());
            depth--;
        } else {
            result = primaries.primary();
        }
        result = members(result);
        return filtered ? filters(result) : result;
    }

    /** What follows a value directly: {@code .name}, {@code [key]}, {@code (arguments)}. */
    Expression members(Expression value) {
        Expression result = value;
        while (true) {
            Token token = tokens.current();
            if (tokens.skipOperator(".")) {
                result = member(result, token.position());
            } else if (tokens.skipOperator("[")) {
                result = new Item(result, key(), token.position());
            } else if (token.isOperator("(")) {
                result = new Call(result, arguments(), token.position());
            } else {
                return result;
            }
        }
    }

    private Expression member(Expression value, Position position) {
        if (tokens.is(Kind.INTEGER)) {
            return new Item(value, primaries.primary(), position);
        }
        return new Attribute(value, tokens.expectName().text(), position);
    }

    private Expression key() {
        Position position = tokens.current().position();
        List<Expression> keys = new ArrayList<>();
        boolean several = false;
        while (!tokens.current().isOperator("]")) {
            if (!keys.isEmpty()) {
                several = true;
                tokens.expectOperator(",");
            }
            keys.add(keyOrSlice());
        }
        tokens.expectOperator("]");
        return several || keys.isEmpty() ? new Expression.TupleOf(keys, position) : keys.getFirst();
    }

    private Expression keyOrSlice() {
        Position position = tokens.current().position();
        Optional<Expression> from = Optional.empty();
        if (!tokens.current().isOperator(":")) {
            Expression key = expression();
            if (!tokens.current().isOperator(":")) {
                return key;
            }
            from = Optional.of(key);
        }
        tokens.expectOperator(":");
        Optional<Expression> to = bound();
        Optional<Expression> step = tokens.skipOperator(":") ? bound() : Optional.empty();
        return new Slice(from, to, step, position);
    }

    private Optional<Expression> bound() {
        Token token = tokens.current();
        return token.isOperator(":") || token.isOperator("]") || token.isOperator(",")
                ? Optional.empty()
                : Optional.of(expression());
    }

    private Expression filters(Expression value) {
        Expression result = value;
        while (true) {
            Token token = tokens.current();
            if (token.isOperator("|")) {
                result = filter(Optional.of(result));
            } else if (tokens.skipName("is")) {
                result = test(result, token.position());
            } else if (token.isOperator("(")) {
                result = new Call(result, arguments(), token.position());
            } else {
                return result;
            }
        }
    }

    /** {@code | name(arguments)}, once. */
    Filter filter(Optional<Expression> value) {
        tokens.expectOperator("|");
        return filterName(value);
    }

    /** {@code name(arguments)}. */
    Filter filterName(Optional<Expression> value) {
        Token name = tokens.current();
        return new Filter(
                value,
                dottedName(),
                tokens.current().isOperator("(") ? arguments() : Passed.NOTHING,
                name.position());
    }

    private String dottedName() {
        StringBuilder name = new StringBuilder(tokens.expectName().text());
        while (tokens.skipOperator(".")) {
            name.append('.').append(tokens.expectName().text());
        }
        return name.toString();
    }

    private Expression test(Expression value, Position position) {
        boolean negated = tokens.skipName("not");
        String name = dottedName();
        Passed passed = Passed.NOTHING;
        if (tokens.current().isOperator("(")) {
            passed = arguments();
        } else if (startsArgument()) {
            passed =
                    new Passed(
                            List.of(members(primaries.primary())),
                            List.of(),
                            Optional.empty(),
                            Optional.empty());
        }
        Expression test = new Expression.Test(value, name, passed, position);
        return negated ? new Expression.Not(test, position) : test;
    }

    /** Whether a test's only argument follows, without brackets: {@code is divisibleby 3}. */
    private boolean startsArgument() {
        Token token = tokens.current();
        return switch (token.kind()) {
            case NAME -> {
                if (token.isName("is")) {
                    throw new TemplateError("tests cannot be chained with is", token.position());
                }
                yield !token.isName("else") && !token.isName("or") && !token.isName("and");
            }
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> token.isOperator("[") || token.isOperator("{");
            case DATA, PRINT_BEGIN, PRINT_END, BLOCK_BEGIN, BLOCK_END, END -> false;
        };
    }

    /** What stands between the brackets of a call, with them. */
    Passed arguments() {
        return new ArgumentParser(tokens, this).parse();
    }
}
