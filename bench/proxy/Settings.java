import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * Settings given as {@code name=value} words; each has a default, and an unknown name is an error.
 */
final class Settings {
    private final Map<String, String> values = new LinkedHashMap<>();

    /**
     * @param defaults every setting that there is, as {@code name=value}
     */
    Settings(String... defaults) {
        for (String word : defaults) {
            values.put(name(word), word.substring(name(word).length() + 1));
        }
    }

    /** Changes settings, in the order given. */
    void set(String... words) {
        for (String word : words) {
            if (!values.containsKey(name(word))) {
                throw new IllegalArgumentException(
                        "there is no setting "
                                + name(word)
                                + ", only "
                                + new TreeSet<>(values.keySet()));
            }
            values.put(name(word), word.substring(name(word).length() + 1));
        }
    }

    String text(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalStateException("no default was given for " + name);
        }
        return value;
    }

    int number(String name) {
        try {
            return Integer.parseInt(text(name));
        } catch (NumberFormatException _) {
            throw new IllegalArgumentException(name + " must be a whole number, got " + text(name));
        }
    }

    boolean flag(String name) {
        return switch (text(name)) {
            case "true" -> true;
            case "false" -> false;
            default ->
                    throw new IllegalArgumentException(
                            name + " must be true or false, got " + text(name));
        };
    }

    private static String name(String word) {
        int end = word.indexOf('=');
        if (end < 1) {
            throw new IllegalArgumentException("expected name=value, got " + word);
        }
        return word.substring(0, end);
    }
}
