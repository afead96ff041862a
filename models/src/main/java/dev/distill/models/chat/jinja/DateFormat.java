package dev.distill.models.chat.jinja;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Python's {@code strftime} in the C locale, for a time that does not tell its zone. */
final class DateFormat {
    private DateFormat() {}

    static String format(String format, ZonedDateTime time) {
        StringBuilder result = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                result.append(c);
                continue;
            }
            char field = format.charAt(++i);
            boolean bare = field == '-' && i + 1 < format.length();
            if (bare) {
                field = format.charAt(++i);
            }
            String text = field(field, time);
            result.append(bare ? text.replaceFirst("^[0 ]+(?=.)", "") : text);
        }
        return result.toString();
    }

    private static String field(char field, ZonedDateTime time) {
        String pattern =
                switch (field) {
                    case 'a' -> "EEE";
                    case 'A' -> "EEEE";
                    case 'b', 'h' -> "MMM";
                    case 'B' -> "MMMM";
                    case 'd' -> "dd";
                    case 'e' -> "ppd";
                    case 'm' -> "MM";
                    case 'y' -> "yy";
                    case 'Y' -> "uuuu";
                    case 'H' -> "HH";
                    case 'I' -> "hh";
                    case 'p' -> "a";
                    case 'M' -> "mm";
                    case 'S' -> "ss";
                    case 'f' -> "SSSSSS";
                    case 'j' -> "DDD";
                    case 'D', 'x' -> "MM/dd/yy";
                    case 'F' -> "uuuu-MM-dd";
                    case 'T', 'X' -> "HH:mm:ss";
                    case 'R' -> "HH:mm";
                    case 'c' -> "EEE MMM ppd HH:mm:ss uuuu";
                    default -> "";
                };
        return switch (field) {
            case '%' -> "%";
            case 'n' -> "\n";
            case 't' -> "\t";
            case 'Z', 'z' -> "";
            case 'u' -> String.valueOf(time.getDayOfWeek().getValue());
            case 'w' -> String.valueOf(time.getDayOfWeek().getValue() % 7);
            case 'G', 'V' -> iso(field, time);
            default -> {
                if (pattern.isEmpty()) {
                    throw new TemplateError("strftime_now() does not know %%%c".formatted(field));
                }
                yield DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(time);
            }
        };
    }

    /** The year and the week of ISO 8601. */
    private static String iso(char field, ZonedDateTime time) {
        return field == 'G'
                ? String.valueOf(time.get(java.time.temporal.IsoFields.WEEK_BASED_YEAR))
                : "%02d".formatted(time.get(java.time.temporal.IsoFields.WEEK_OF_WEEK_BASED_YEAR));
    }
}
