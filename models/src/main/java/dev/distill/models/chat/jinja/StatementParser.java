package dev.distill.models.chat.jinja;

import dev.distill.models.chat.jinja.Expression.Filter;
import dev.distill.models.chat.jinja.Statement.Binding;
import dev.distill.models.chat.jinja.Statement.Branch;
import dev.distill.models.chat.jinja.Statement.Signature;
import dev.distill.models.chat.jinja.Statement.Target;
import dev.distill.models.chat.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Parses a whole template: text, {@code {{ }}} and {@code {% %}}. */
final class StatementParser {
    private static final String KNOWN =
            "known are if, for, set, macro, call, filter, with, print, break, continue, generation";

    private final TokenStream tokens;
    private final ExpressionParser expressions;
    private final TargetParser targets;
    private int depth;

    private StatementParser(TokenStream tokens) {
        this.tokens = tokens;
        this.expressions = new ExpressionParser(tokens);
        this.targets = new TargetParser(tokens);
    }

    /**
     * The statements of a template.
     *
     * @throws TemplateError with its place, when it is not well-formed
     */
    static List<Statement> parse(String template) {
        StatementParser parser =
                new StatementParser(new TokenStream(Lexer.tokens(new Source(template))));
        return parser.statements("", parser.tokens.current().position());
    }

    /** Statements up to one of the tags that end them, which becomes the current token. */
    private List<Statement> statements(String tag, Position start, String... ends) {
        if (++depth > Limits.NESTING) {
            throw new TemplateError(
                    "blocks are nested more than %d deep".formatted(Limits.NESTING), start);
        }
        List<Statement> body = new ArrayList<>();
        while (true) {
            Token token = tokens.next();
            switch (token.kind()) {
                case DATA -> body.add(new Statement.Data(token.text(), token.position()));
                case PRINT_BEGIN -> {
                    Position position = tokens.current().position();
                    body.add(new Statement.Print(expressions.tuple(), position));
                    tokens.expect(Kind.PRINT_END);
                }
                case BLOCK_BEGIN -> {
                    if (Arrays.stream(ends).anyMatch(tokens.current()::isName)) {
                        depth--;
                        return body;
                    }
                    statement(body, ends);
                    tokens.expect(Kind.BLOCK_END);
                }
                case END -> {
                    if (ends.length > 0) {
                        throw new TemplateError(
                                "the block '%s' has no %s"
                                        .formatted(tag, String.join(" or ", ends)),
                                start);
                    }
                    return body;
                }
                case PRINT_END, BLOCK_END, NAME, STRING, INTEGER, FLOAT, OPERATOR ->
                        throw new IllegalStateException("a token outside of a tag: " + token);
            }
        }
    }

    /** The body of a block: up to its end tag, which is the current token then. */
    private List<Statement> body(Token tag, String... ends) {
        tokens.skipOperator(":");
        tokens.expect(Kind.BLOCK_END);
        return statements(tag.text(), tag.position(), ends);
    }

    private List<Statement> wholeBody(Token tag) {
        List<Statement> body = body(tag, "end" + tag.text());
        tokens.next();
        return body;
    }

    private void statement(List<Statement> body, String... ends) {
        Token tag = tokens.expectName();
        Position position = tag.position();
        switch (tag.text()) {
            case "if" -> body.add(ifElse(tag));
            case "for" -> body.add(forLoop(tag));
            case "set" -> body.add(set(tag));
            case "macro" -> body.add(macro(tag));
            case "call" -> body.add(call(tag));
            case "filter" -> {
                Filter filter = filterChain(expressions.filterName(Optional.empty()));
                body.add(new Statement.FilterBlock(filter, wholeBody(tag), position));
            }
            case "with" -> body.add(with(tag));
            case "print" -> print(body, position);
            case "break" -> body.add(new Statement.Break(position));
            case "continue" -> body.add(new Statement.Continue(position));
            case "generation" -> body.add(new Statement.Generation(wholeBody(tag), position));
            default -> throw unknown(tag, ends);
        }
    }

    private static TemplateError unknown(Token tag, String... ends) {
        String problem =
                switch (tag.text()) {
                    case "include", "import", "from", "extends", "block", "autoescape" ->
                            "the tag '%s' is not supported in a chat template";
                    default -> "unknown tag '%s'";
                };
        String expected = ends.length > 0 ? "expected " + String.join(" or ", ends) : KNOWN;
        return new TemplateError(problem.formatted(tag.text()) + "; " + expected, tag.position());
    }

    private Statement ifElse(Token tag) {
        List<Branch> branches = new ArrayList<>();
        Expression condition = expressions.tupleBeforeIf("");
        branches.add(new Branch(condition, body(tag, "elif", "else", "endif")));
        while (tokens.skipName("elif")) {
            Expression next = expressions.tupleBeforeIf("");
            branches.add(new Branch(next, body(tag, "elif", "else", "endif")));
        }
        Position position = tokens.current().position();
        if (tokens.skipName("else")) {
            branches.add(new Branch(new Expression.Literal(true, position), body(tag, "endif")));
        }
        tokens.expectName("endif");
        return new Statement.If(branches, tag.position());
    }

    private Statement forLoop(Token tag) {
        Target target = targets.target("in");
        tokens.expectName("in");
        Expression items = expressions.tupleBeforeIf("recursive");
        Optional<Expression> condition =
                tokens.skipName("if") ? Optional.of(expressions.expression()) : Optional.empty();
        boolean recursive = tokens.skipName("recursive");
        List<Statement> body = body(tag, "endfor", "else");
        List<Statement> otherwise = tokens.skipName("else") ? body(tag, "endfor") : List.of();
        tokens.expectName("endfor");
        return new Statement.For(
                target, items, condition, recursive, body, otherwise, tag.position());
    }

    private Statement set(Token tag) {
        Target target = targets.targetOrMember();
        if (tokens.skipOperator("=")) {
            return new Statement.Set(target, expressions.tuple(), tag.position());
        }
        Optional<Filter> filter =
                tokens.current().isOperator("|")
                        ? Optional.of(filterChain(expressions.filter(Optional.empty())))
                        : Optional.empty();
        return new Statement.SetBlock(target, filter, wholeBody(tag), tag.position());
    }

    private Filter filterChain(Filter first) {
        Filter filter = first;
        while (tokens.current().isOperator("|")) {
            filter = expressions.filter(Optional.of(filter));
        }
        return filter;
    }

    private Statement with(Token tag) {
        List<Binding> bindings = new ArrayList<>();
        while (!tokens.is(Kind.BLOCK_END)) {
            if (!bindings.isEmpty()) {
                tokens.expectOperator(",");
            }
            Target target = targets.one();
            tokens.expectOperator("=");
            bindings.add(new Binding(target, expressions.expression()));
        }
        return new Statement.With(bindings, wholeBody(tag), tag.position());
    }

    private void print(List<Statement> body, Position position) {
        while (!tokens.is(Kind.BLOCK_END)) {
            body.add(new Statement.Print(expressions.expression(), position));
            if (!tokens.is(Kind.BLOCK_END)) {
                tokens.expectOperator(",");
            }
        }
    }

    private Statement macro(Token tag) {
        String name = tokens.expectName().text();
        Signature signature = signature();
        int start = tokens.count();
        List<Statement> body = wholeBody(tag);
        return new Statement.MacroDefinition(
                name, mentioning(signature, start), body, tag.position());
    }

    private Statement call(Token tag) {
        Signature signature =
                tokens.current().isOperator("(")
                        ? signature()
                        : new Signature(List.of(), List.of(), Set.of());
        Position position = tokens.current().position();
        if (!(expressions.expression() instanceof Expression.Call callee)) {
            throw new TemplateError("expected a call", position);
        }
        int start = tokens.count();
        List<Statement> body = wholeBody(tag);
        return new Statement.CallBlock(
                mentioning(signature, start),
                callee.callee(),
                callee.arguments(),
                body,
                tag.position());
    }

    private Signature mentioning(Signature signature, int start) {
        return new Signature(signature.names(), signature.defaults(), tokens.namesSince(start));
    }

    private Signature signature() {
        List<String> names = new ArrayList<>();
        List<Expression> defaults = new ArrayList<>();
        tokens.expectOperator("(");
        while (!tokens.current().isOperator(")")) {
            if (!names.isEmpty()) {
                tokens.expectOperator(",");
            }
            Token name = tokens.expectName();
            names.add(name.text());
            if (tokens.skipOperator("=")) {
                defaults.add(expressions.expression());
            } else if (!defaults.isEmpty()) {
                throw new TemplateError(
                        "the parameter '%s' without a default follows one with a default"
                                .formatted(name.text()),
                        name.position());
            }
        }
        tokens.expectOperator(")");
        return new Signature(names, defaults, Set.of());
    }
}
