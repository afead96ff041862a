package dev.distill.models.chat.jinja;

import dev.distill.models.chat.jinja.Expression.Keyword;
import dev.distill.models.chat.jinja.Expression.Passed;
import dev.distill.models.chat.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Parses what is passed to a call: values, then keywords, {@code *list} and {@code **dict}. */
final class ArgumentParser {
    private final TokenStream tokens;
    private final ExpressionParser expressions;
    private final List<Expression> positional = new ArrayList<>();
    private final List<Keyword> keywords = new ArrayList<>();
    private Optional<Expression> spread = Optional.empty();
    private Optional<Expression> spreadKeywords = Optional.empty();

    ArgumentParser(TokenStream tokens, ExpressionParser expressions) {
        this.tokens = tokens;
        this.expressions = expressions;
    }

    Passed parse() {
        tokens.expectOperator("(");
        while (!tokens.current().isOperator(")")) {
            one();
            if (!tokens.current().isOperator(")")) {
                tokens.expectOperator(",");
            }
        }
        tokens.expectOperator(")");
        return new Passed(positional, keywords, spread, spreadKeywords);
    }

    private void one() {
        Token token = tokens.current();
        if (tokens.skipOperator("*")) {
            inOrder(spread.isEmpty() && spreadKeywords.isEmpty(), token);
            spread = Optional.of(expressions.expression());
        } else if (tokens.skipOperator("**")) {
            inOrder(spreadKeywords.isEmpty(), token);
            spreadKeywords = Optional.of(expressions.expression());
        } else if (token.kind() == Kind.NAME && tokens.ahead().isOperator("=")) {
            inOrder(spreadKeywords.isEmpty(), token);
            tokens.next();
            tokens.next();
            keywords.add(new Keyword(token.text(), expressions.expression()));
        } else {
            inOrder(spread.isEmpty() && spreadKeywords.isEmpty() && keywords.isEmpty(), token);
            positional.add(expressions.expression());
        }
    }

    private static void inOrder(boolean ordered, Token token) {
        if (!ordered) {
            throw new TemplateError(
                    "arguments of a call must be in the order: values, *list, keywords, **dict",
                    token.position());
        }
    }
}
