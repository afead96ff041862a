package dev.distill.models.chat.jinja;

import dev.distill.models.chat.jinja.Expression.DictOf;
import dev.distill.models.chat.jinja.Expression.ListOf;
import dev.distill.models.chat.jinja.Expression.Literal;
import dev.distill.models.chat.jinja.Expression.Name;
import dev.distill.models.chat.jinja.Expression.Pair;
import dev.distill.models.chat.jinja.Expression.TupleOf;
import dev.distill.models.chat.jinja.Token.Kind;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** Parses what an expression begins with: names, literals, and what stands between brackets. */
final class PrimaryParser {
    private final TokenStream tokens;
    private final ExpressionParser expressions;

    PrimaryParser(TokenStream tokens, ExpressionParser expressions) {
        this.tokens = tokens;
        this.expressions = expressions;
    }

    Expression primary() {
        Token token = tokens.current();
        Position position = token.position();
        return switch (token.kind()) {
            case NAME -> named(tokens.next());
            case STRING -> strings();
            case INTEGER -> new Literal(integer(tokens.next().text()), position);
            case FLOAT -> new Literal(floating(tokens.next().text()), position);
            case OPERATOR -> bracketed(token);
            case DATA, PRINT_BEGIN, PRINT_END, BLOCK_BEGIN, BLOCK_END, END ->
                    throw tokens.expected("an expression");
        };
    }

    private static Expression named(Token token) {
        Position position = token.position();
        return switch (token.text()) {
            case "true", "True" -> new Literal(true, position);
            case "false", "False" -> new Literal(false, position);
            case "none", "None" -> new Literal(None.NONE, position);
            default -> new Name(token.text(), position);
        };
    }

    /** Strings beside each other are one. */
    private Expression strings() {
        Position position = tokens.current().position();
        StringBuilder text = new StringBuilder();
        while (tokens.is(Kind.STRING)) {
            text.append(tokens.next().text());
        }
        return new Literal(text.toString(), position);
    }

    private static BigInteger integer(String text) {
        String digits = text.replace("_", "").toLowerCase(Locale.ROOT);
        if (digits.length() > 2 && Character.isLetter(digits.charAt(1))) {
            int radix =
                    switch (digits.charAt(1)) {
                        case 'b' -> 2;
                        case 'o' -> 8;
                        default -> 16;
                    };
            return new BigInteger(digits.substring(2), radix);
        }
        return new BigInteger(digits);
    }

    private static Double floating(String text) {
        return Double.valueOf(text.replace("_", ""));
    }

    private Expression bracketed(Token token) {
        Position position = token.position();
        if (tokens.skipOperator("(")) {
            Expression inner =
                    tokens.current().isOperator(")")
                            ? new TupleOf(List.of(), position)
                            : tuple(expressions::expression, "");
            tokens.expectOperator(")");
            return inner;
        }
        if (tokens.skipOperator("[")) {
            return new ListOf(items("]", expressions::expression), position);
        }
        if (tokens.skipOperator("{")) {
            return new DictOf(items("}", this::pair), position);
        }
        throw tokens.expected("an expression");
    }

    private Pair pair() {
        Expression key = expressions.expression();
        tokens.expectOperator(":");
        return new Pair(key, expressions.expression());
    }

    private <T> List<T> items(String end, Supplier<T> item) {
        List<T> items = new ArrayList<>();
        while (!tokens.current().isOperator(end)) {
            items.add(item.get());
            if (!tokens.current().isOperator(end)) {
                tokens.expectOperator(",");
            }
        }
        tokens.expectOperator(end);
        return items;
    }

    /** One expression, or a tuple where there are commas. */
    Expression tuple(Supplier<Expression> item, String end) {
        Position position = tokens.current().position();
        Expression first = item.get();
        if (!tokens.current().isOperator(",")) {
            return first;
        }
        List<Expression> items = new ArrayList<>(List.of(first));
        while (tokens.skipOperator(",") && !endsTuple(end)) {
            items.add(item.get());
        }
        return new TupleOf(items, position);
    }

    private boolean endsTuple(String end) {
        return tokens.is(Kind.PRINT_END)
                || tokens.is(Kind.BLOCK_END)
                || tokens.current().isOperator(")")
                || (!end.isEmpty() && tokens.current().isName(end));
    }
}
