package dev.distill.models.chat.jinja;

import dev.distill.models.chat.jinja.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into tokens, as jinja2's lexer does with {@code trim_blocks} and {@code
 * lstrip_blocks}:
 *
 * <ul>
 *   <li>{@code -} inside a tag takes all white space on that side of it;
 *   <li>one line end after a block or comment goes, unless it ends with {@code +};
 *   <li>blanks between the start of a line and a block or comment go, unless it begins with {@code
 *       +}.
 * </ul>
 */
final class Lexer {
    private static final String DIGITS = "(?:\\d+_)*\\d+";
    private static final Pattern FLOAT =
            Pattern.compile("(?<!\\.)%1$s(?:(?:\\.%1$s)?[eE][+-]?%1$s|\\.%1$s)".formatted(DIGITS));
    private static final Pattern INTEGER =
            Pattern.compile(
                    "0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+"
                            + "|[1-9](?:_?\\d)*|0(?:_?0)*");
    private static final Pattern NAME =
            Pattern.compile("[\\w&&[^0-9]]\\w*", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern STRING =
            Pattern.compile(
                    "'[^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+'|\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"",
                    Pattern.DOTALL);
    private static final Pattern OPERATOR =
            Pattern.compile("//|\\*\\*|==|!=|>=|<=|[-+/*%~\\[\\](){}><=.:|,;]");
    private static final Pattern RAW_BEGIN =
            Pattern.compile("\\{%[-+]?\\s*raw\\s*(?:-%\\}|%\\})", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern RAW_END =
            Pattern.compile(
                    "\\{%([-+]?)\\s*endraw\\s*([-+]?)%\\}", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern TAG = Pattern.compile("\\{[{%#]");

    private final Source source;
    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int at;

    private Lexer(Source source) {
        this.source = source;
        this.text = source.text();
    }

    /**
     * The tokens of a template; the last is {@link Kind#END}.
     *
     * @throws TemplateError when a comment, a raw block or a string does not end, a bracket does
     *     not match, or a character belongs to no token
     */
    static List<Token> tokens(Source source) {
        Lexer lexer = new Lexer(source);
        lexer.run();
        return lexer.tokens;
    }

    private void run() {
        Matcher tag = TAG.matcher(text);
        while (tag.find(at)) {
            char type = text.charAt(tag.start() + 1);
            Matcher raw = RAW_BEGIN.matcher(text).region(tag.start(), text.length());
            data(tag.start(), type != '{', sign(tag.end()));
            at = tag.end() + (sign(tag.end()) == 0 ? 0 : 1);
            if (type == '#') {
                comment(tag.start());
            } else if (type == '%' && raw.lookingAt()) {
                raw(raw);
            } else {
                add(type == '{' ? Kind.PRINT_BEGIN : Kind.BLOCK_BEGIN, "", tag.start());
                code(type == '{' ? "}}" : "%}", tag.start());
            }
        }
        if (at < text.length()) {
            add(Kind.DATA, text.substring(at), at);
        }
        add(Kind.END, "", text.length());
    }

    /** The {@code +} or {@code -} at an offset, else 0. */
    private char sign(int offset) {
        char c = offset < text.length() ? text.charAt(offset) : 0;
        return c == '-' || c == '+' ? c : 0;
    }

    /** What stands between the last tag and one that begins at {@code end}. */
    private void data(int end, boolean block, char sign) {
        int keep = end;
        if (sign == '-') {
            while (keep > at && Characters.isSpace(text.charAt(keep - 1))) {
                keep--;
            }
        } else if (sign != '+' && block) {
            int line = text.lastIndexOf('\n', end - 1) + 1;
            if (line >= at && Characters.isBlank(text, line, end)) {
                keep = line;
            }
        }
        if (keep > at) {
            add(Kind.DATA, text.substring(at, keep), at);
        }
    }

    private void comment(int start) {
        if (at == text.length()) {
            return;
        }
        int end = text.indexOf("#}", at);
        if (end < 0) {
            throw new TemplateError("a comment has no end", source.position(start));
        }
        char sign = end > at ? sign(end - 1) : 0;
        at = end + 2;
        afterBlock(sign);
    }

    private void raw(Matcher begin) {
        at = begin.end();
        if (text.charAt(begin.end() - 3) == '-') {
            skipSpace();
        }
        Matcher end = RAW_END.matcher(text);
        if (!end.find(at)) {
            throw new TemplateError("a raw block has no end", source.position(begin.start()));
        }
        data(end.start(), true, end.group(1).isEmpty() ? 0 : end.group(1).charAt(0));
        at = end.end();
        afterBlock(end.group(2).isEmpty() ? 0 : end.group(2).charAt(0));
    }

    /** What a block's or a comment's end takes of the text after it. */
    private void afterBlock(char sign) {
        if (sign == '-') {
            skipSpace();
        } else if (sign == 0 && at < text.length() && text.charAt(at) == '\n') {
            at++;
        }
    }

    private void skipSpace() {
        while (at < text.length() && Characters.isSpace(text.charAt(at))) {
            at++;
        }
    }

    /** The tokens up to the end of a tag. */
    private void code(String end, int start) {
        Deque<Token> open = new ArrayDeque<>();
        while (true) {
            skipSpace();
            if (at >= text.length()) {
                throw new TemplateError("a tag has no end", source.position(start));
            }
            if (open.isEmpty() && endsHere(end)) {
                return;
            }
            if (!take(FLOAT, Kind.FLOAT)
                    && !take(INTEGER, Kind.INTEGER)
                    && !take(NAME, Kind.NAME)
                    && !string()) {
                operator(open);
            }
        }
    }

    private boolean endsHere(String end) {
        boolean print = end.equals("}}");
        char sign = sign(at);
        if ((sign == '+' && print) || !text.startsWith(end, at + (sign == 0 ? 0 : 1))) {
            return false;
        }
        add(print ? Kind.PRINT_END : Kind.BLOCK_END, "", at);
        at += end.length() + (sign == 0 ? 0 : 1);
        if (!print) {
            afterBlock(sign);
        } else if (sign == '-') {
            skipSpace();
        }
        return true;
    }

    private boolean take(Pattern pattern, Kind kind) {
        Matcher matcher = matcher(pattern);
        if (!matcher.lookingAt()) {
            return false;
        }
        add(kind, matcher.group(), at);
        at = matcher.end();
        return true;
    }

    private boolean string() {
        Matcher matcher = matcher(STRING);
        if (!matcher.lookingAt()) {
            return false;
        }
        String inner = text.substring(at + 1, matcher.end() - 1);
        try {
            add(Kind.STRING, Escapes.resolve(inner), at);
        } catch (TemplateError e) {
            throw e.at(source.position(at));
        }
        at = matcher.end();
        return true;
    }

    private void operator(Deque<Token> open) {
        if (!take(OPERATOR, Kind.OPERATOR)) {
            char c = text.charAt(at);
            throw new TemplateError(
                    c == '\'' || c == '"'
                            ? "a string has no end"
                            : "unexpected character " + Text.repr(String.valueOf(c)),
                    source.position(at));
        }
        Token token = tokens.getLast();
        switch (token.text()) {
            case "(", "[", "{" -> open.push(token);
            case ")", "]", "}" -> close(open, token);
            default -> {}
        }
    }

    private static void close(Deque<Token> open, Token token) {
        if (open.isEmpty()) {
            throw new TemplateError("unexpected '" + token.text() + "'", token.position());
        }
        String expected =
                switch (open.pop().text()) {
                    case "(" -> ")";
                    case "[" -> "]";
                    default -> "}";
                };
        if (!expected.equals(token.text())) {
            throw new TemplateError(
                    "unexpected '%s', expected '%s'".formatted(token.text(), expected),
                    token.position());
        }
    }

    private Matcher matcher(Pattern pattern) {
        return pattern.matcher(text)
                .region(at, text.length())
                .useTransparentBounds(true)
                .useAnchoringBounds(false);
    }

    private void add(Kind kind, String value, int offset) {
        tokens.add(new Token(kind, value, source.position(offset)));
    }
}
