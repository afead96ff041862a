package dev.distill.proxy.recording;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.distill.config.ProxyConfig.Redaction;
import dev.distill.files.Json;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Blacks out what looks like something that nobody should keep: each find becomes a word such as
 * {@code [EMAIL]}. It goes by shapes, so that it misses what has none, for example names and
 * addresses. Every pattern takes time in proportion to the text.
 */
final class Redactor {
    /** At the border of the patterns: neither a letter nor a digit. */
    private static final String START = "(?<![A-Za-z0-9])";

    private static final Pattern EMAIL =
            Pattern.compile(
                    "(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}+@(?:[A-Za-z0-9-]{1,63}+\\.){1,8}"
                            + "[A-Za-z]{2,24}(?![A-Za-z0-9])");

    private static final Pattern KEY_SHAPES =
            Pattern.compile(
                    START
                            + "(?:(?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,}+"
                            + "|gh[opsur]_[A-Za-z0-9]{20,}+|github_pat_[A-Za-z0-9_]{20,}+"
                            + "|glpat-[A-Za-z0-9_-]{16,}+|hf_[A-Za-z0-9]{20,}+"
                            + "|xox[abeoprs]-[A-Za-z0-9-]{10,}+|dstl[-_][A-Za-z0-9_-]{16,}+"
                            + "|A(?:KIA|SIA)[A-Z0-9]{16}+|AIza[A-Za-z0-9_-]{30,}+"
                            + "|eyJ[A-Za-z0-9_-]{8,}+\\.[A-Za-z0-9_-]{8,}+\\.[A-Za-z0-9_-]*+"
                            + "|-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[^-]{0,20000}+"
                            + "(?:-----END [A-Z ]{0,20}PRIVATE KEY-----)?)");

    /** A word for a secret, and its value; the value alone goes. */
    private static final Pattern NAMED =
            Pattern.compile(
                    "(?i)((?:password|passwd|passphrase|secret|api[_-]?key|access[_-]?token|"
                            + "auth[_-]?token|private[_-]?key)[\"']?\\s{0,3}[:=]\\s{0,3}[\"']?"
                            + "|\\bbearer\\s{1,3}(?=[A-Za-z0-9._~+/-]{16}))([^\\s\"',;}\\[]{4,})");

    private static final Pattern SECRET_NAME =
            Pattern.compile(
                    "(?i).*(?:password|passwd|passphrase|secret|api[_-]?key|access[_-]?token|"
                            + "auth[_-]?token|private[_-]?key)");

    private static final Pattern CARD =
            Pattern.compile("(?<![0-9])[0-9](?:[ -]?[0-9]){12,18}(?![0-9])");

    private static final Pattern PHONE =
            Pattern.compile(
                    "(?<![A-Za-z0-9.+])(?:\\+[0-9]{1,3}[ .-]?(?:\\([0-9]{1,5}\\)[ .-]?)?"
                            + "[0-9]{1,5}(?:[ ./-]?[0-9]{2,5}){1,5}"
                            + "|\\([0-9]{2,5}\\)[ .-]?[0-9]{3,5}(?:[ .-]?[0-9]{2,5}){1,3}"
                            + "|[0-9]{3}[ .-][0-9]{3}[ .-][0-9]{4}"
                            + "|0[0-9]{2,4}[ /-][0-9]{3,4}(?:[ -]?[0-9]{2,5}){1,2})(?![0-9])");

    private final Set<Redaction> what;

    Redactor(Collection<Redaction> what) {
        this.what = EnumSet.noneOf(Redaction.class);
        this.what.addAll(what);
    }

    /** A text; what was found first is not looked at again. */
    String text(String text) {
        String left = text;
        if (what.contains(Redaction.SECRET)) {
            left = KEY_SHAPES.matcher(left).replaceAll("[SECRET]");
            left = NAMED.matcher(left).replaceAll("$1[SECRET]");
        }
        if (what.contains(Redaction.EMAIL)) {
            left = EMAIL.matcher(left).replaceAll("[EMAIL]");
        }
        if (what.contains(Redaction.CARD)) {
            left = CARD.matcher(left).replaceAll(Redactor::card);
        }
        if (what.contains(Redaction.PHONE)) {
            left = PHONE.matcher(left).replaceAll("[PHONE]");
        }
        return left;
    }

    /** All texts of a JSON value; the names of members stay, and say that a value is a secret. */
    JsonNode json(JsonNode value) {
        return switch (value) {
            case TextNode text -> TextNode.valueOf(text(text.asText()));
            case ArrayNode array -> {
                ArrayNode copy = Json.array();
                array.forEach(one -> copy.add(json(one)));
                yield copy;
            }
            case ObjectNode object -> {
                ObjectNode copy = Json.object();
                object.properties().forEach(member -> copy.set(member.getKey(), member(member)));
                yield copy;
            }
            default -> value;
        };
    }

    private JsonNode member(Map.Entry<String, JsonNode> member) {
        boolean secret =
                what.contains(Redaction.SECRET)
                        && member.getValue().isTextual()
                        && SECRET_NAME.matcher(member.getKey()).matches();
        return secret ? TextNode.valueOf("[SECRET]") : json(member.getValue());
    }

    private static String card(MatchResult found) {
        return luhn(found.group()) ? "[CARD]" : Matcher.quoteReplacement(found.group());
    }

    /**
     * Whether the last digit is the check digit.
     *
     * @see <a href="https://patents.google.com/patent/US2950048A">H. P. Luhn, Computer for
     *     verifying numbers</a>
     */
    private static boolean luhn(String number) {
        int sum = 0;
        boolean twice = false;
        for (int i = number.length() - 1; i >= 0; i--) {
            int digit = Character.digit(number.charAt(i), 10);
            if (digit >= 0) {
                int value = twice ? 2 * digit : digit;
                sum += value > 9 ? value - 9 : value;
                twice = !twice;
            }
        }
        return sum % 10 == 0;
    }
}
