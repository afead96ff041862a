package dev.distill.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a message may repeat of a file without telling a secret. */
public final class Shown {
    /** Nobody's key looks like this: a few words of letters. */
    private static final Pattern WORD = Pattern.compile("[A-Za-z]{1,20}(_[A-Za-z]{1,20}){0,3}");

    /** The name and password before a host, greedily: a password may hold a slash or an @. */
    private static final Pattern PERSON =
            Pattern.compile("^([A-Za-z0-9+.:-]*?//)?.*@", Pattern.DOTALL);

    /** A host with a port, or an address of version 6. */
    private static final Pattern PORT = Pattern.compile("\\[.*|[^:]*:\\d{0,5}(\\?\\.\\.\\.)?");

    private static final int NEAR = 2;
    private static final int LONGEST_PATH = 300;

    private static final Map<Type, Boolean> HOLDS = new ConcurrentHashMap<>();

    private Shown() {}

    /** An address without the user, the password and the query that it may hold. */
    public static String address(String text) {
        Matcher person = PERSON.matcher(text);
        String rest = text;
        if (person.find()) {
            String before = Optional.ofNullable(person.group(1)).orElse("");
            rest = before + "..." + text.substring(person.end() - 1);
        }
        int query = rest.indexOf('?');
        return withoutPassword(query < 0 ? rest : rest.substring(0, query) + "?...");
    }

    /** What follows a colon and is no port may be a password whose host is missing. */
    private static String withoutPassword(String address) {
        int slashes = address.indexOf("//");
        int start = slashes < 0 ? 0 : slashes + 2;
        int end = address.indexOf('/', start);
        String host = end < 0 ? address.substring(start) : address.substring(start, end);
        int colon = host.indexOf(':');
        return colon < 0 || PORT.matcher(host).matches()
                ? address
                : address.substring(0, start + colon) + ":...";
    }

    /**
     * Whether a name that should have been one of those known can be repeated: among secrets, it
     * may be one of them in the wrong place.
     */
    static boolean name(String name, Collection<String> known) {
        return WORD.matcher(name).matches()
                || known.stream().anyMatch(word -> Suggestion.distance(name, word) <= NEAR);
    }

    /** A path, unless it is what should stand in the file. */
    static String path(Path path) {
        String text = path.toString();
        return text.length() > LONGEST_PATH || text.contains("\n")
                ? "a text that is no path"
                : text;
    }

    /** Whether what stands under this key may be, or may hold, a secret. */
    static boolean confidential(RecordComponent component) {
        return component.isAnnotationPresent(Confidential.class)
                || holdsSecrets(component.getGenericType());
    }

    /** Whether a value of this type may hold a secret somewhere. */
    static boolean holdsSecrets(Type type) {
        Boolean known = HOLDS.get(type);
        if (known == null) {
            known = holdsSecrets(type, new HashSet<>());
            HOLDS.put(type, known);
        }
        return known;
    }

    private static boolean holdsSecrets(Type type, Set<Type> seen) {
        if (type == Secret.class) {
            return true;
        }
        if (!seen.add(type)) {
            return false;
        }
        if (type instanceof ParameterizedType generic) {
            return Arrays.stream(generic.getActualTypeArguments())
                    .anyMatch(argument -> holdsSecrets(argument, seen));
        }
        Class<?> raw = (Class<?>) type;
        if (raw.isRecord()) {
            return Arrays.stream(raw.getRecordComponents())
                    .anyMatch(
                            part ->
                                    part.isAnnotationPresent(Confidential.class)
                                            || holdsSecrets(part.getGenericType(), seen));
        }
        return raw.isSealed()
                && Arrays.stream(raw.getPermittedSubclasses())
                        .anyMatch(permitted -> holdsSecrets(permitted, seen));
    }
}
