package dev.distill.models.chat.jinja;

import dev.distill.models.chat.jinja.Token.Kind;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Tokens, one after the other, with a look at the next but one. */
final class TokenStream {
    private final List<Token> tokens;
    private int at;

    TokenStream(List<Token> tokens) {
        this.tokens = List.copyOf(tokens);
    }

    Token current() {
        return tokens.get(at);
    }

    /** The token after the current one. */
    Token ahead() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    /** The current token; the next one becomes the current one. */
    Token next() {
        Token token = current();
        at = Math.min(at + 1, tokens.size() - 1);
        return token;
    }

    /** How many tokens came before the current one. */
    int count() {
        return at;
    }

    /** The names among the tokens from one on to the current one. */
    Set<String> namesSince(int start) {
        return tokens.subList(start, at).stream()
                .filter(token -> token.kind() == Kind.NAME)
                .map(Token::text)
                .collect(Collectors.toUnmodifiableSet());
    }

    boolean is(Kind kind) {
        return current().kind() == kind;
    }

    boolean skipName(String name) {
        return skip(current().isName(name));
    }

    boolean skipOperator(String operator) {
        return skip(current().isOperator(operator));
    }

    private boolean skip(boolean matches) {
        if (matches) {
            next();
        }
        return matches;
    }

    /** The name that must come now. */
    Token expectName() {
        if (!is(Kind.NAME)) {
            throw expected("a name");
        }
        return next();
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw expected("'" + name + "'");
        }
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw expected("'" + operator + "'");
        }
    }

    void expect(Kind kind) {
        if (!is(kind)) {
            throw expected(new Token(kind, "", current().position()).describe());
        }
        next();
    }

    /** The error that something else stands here. */
    TemplateError expected(String what) {
        return new TemplateError(
                "expected %s, got %s".formatted(what, current().describe()), current().position());
    }
}
