package dev.distill.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Binds YAML nodes to records by reflection and collects every problem on the way. A value that
 * cannot be bound is {@code null} inside this class, and what holds it gets a stand-in, so that all
 * else can still be checked; whoever uses the result looks at {@link #problems()} first. No message
 * repeats a secret, or what stands where one belongs.
 */
final class RecordBinder {
    private static final String KIND = "kind";
    private static final String SECRET_HINT =
            "name what holds it: an environment variable (env:OPENAI_API_KEY) or a file (file:openai.key)";

    private final Path file;
    private final StandIns standIns;
    private final List<Problem> problems = new ArrayList<>();
    private final Set<String> unreadable = new HashSet<>();
    private final Set<String> guessing = new HashSet<>();
    private final Set<String> written = new HashSet<>();
    private final Map<String, Location> locations = new LinkedHashMap<>();

    RecordBinder(Path file) {
        this.file = file;
        this.standIns = new StandIns(file);
    }

    List<Problem> problems() {
        return problems;
    }

    Map<String, Location> locations() {
        return locations;
    }

    /** The problems so far, to go on from. */
    Findings findings() {
        return new Findings(locations, Location.of(file), unreadable, guessing, written, problems);
    }

    <T extends Record> Optional<T> bindRoot(Node node, Class<T> type) {
        return Optional.ofNullable(type.cast(record("", node, type)));
    }

    /** Binds {@code node}, which stands under the dotted {@code key}. */
    @Nullable Object bind(String key, Node node, Type type, RecordComponent component) {
        locations.putIfAbsent(key, location(node));
        if (type instanceof ParameterizedType generic) {
            Type argument = generic.getActualTypeArguments()[0];
            if (generic.getRawType() == Optional.class) {
                Object value = bind(key, node, argument, component);
                return value == null ? null : Optional.of(value);
            }
            if (generic.getRawType() == List.class) {
                return list(key, node, argument, component);
            }
            if (generic.getRawType() == Map.class) {
                return map(key, node, generic.getActualTypeArguments()[1], component);
            }
        }
        Class<?> raw = (Class<?>) type;
        if (raw.isRecord()) {
            return record(key, node, raw);
        }
        if (raw.isSealed() && raw != Secret.class) {
            return alternative(key, node, raw);
        }
        return scalar(key, node, raw, component);
    }

    @Nullable Object record(String key, Node written, Class<?> type) {
        if (!(longForm(written, type) instanceof MappingNode mapping)) {
            boolean hidden = Shown.holdsSecrets(type);
            Shorthand shorthand = type.getAnnotation(Shorthand.class);
            String or = shorthand == null ? "" : "list of " + shorthand.value() + " or a ";
            return problem(
                    key,
                    written,
                    "must be a %smapping of keys to values, got %s"
                            .formatted(or, describe(written, hidden)));
        }
        Map<String, Node> entries = entries(key, mapping, Shown.holdsSecrets(type));
        RecordComponent[] components = type.getRecordComponents();
        List<String> known = Arrays.stream(components).map(RecordBinder::keyOf).toList();
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode word)) {
                continue; // entries() has said so
            }
            String name = word.getValue();
            if (!known.contains(name) && !name.equals(KIND)) {
                unknown(key, word, known, Shown.holdsSecrets(type));
            } else if (name.equals(KIND)
                    && !known.contains(KIND)
                    && !type.isAnnotationPresent(Kind.class)) {
                problems.add(Problem.at(location(word), "unknown key " + dotted(key, name)));
            }
        }
        @Nullable Object[] values = new Object[components.length];
        int before = problems.size();
        for (int i = 0; i < components.length; i++) {
            Object value =
                    component(key, mapping, entries.get(keyOf(components[i])), components[i]);
            values[i] = value == null ? standIns.of(components[i]) : value;
        }
        if (Arrays.stream(values).anyMatch(Objects::isNull)) {
            return null;
        }
        return construct(key, mapping, type, values, problems.size() == before);
    }

    private void unknown(String key, ScalarNode word, List<String> known, boolean amongSecrets) {
        String name = word.getValue();
        known.stream()
                .filter(other -> Suggestion.distance(name, other) <= Math.max(2, name.length() / 2))
                .forEach(other -> guessing.add(dotted(key, other)));
        boolean shown = !amongSecrets || Shown.name(name, known);
        String message =
                shown
                        ? "unknown key " + dotted(key, name)
                        : "unknown key in %s, not shown because it may be a secret"
                                .formatted(key.isEmpty() ? "the file" : key);
        problems.add(
                Problem.at(location(word), message)
                        .withHint(
                                shown
                                        ? Suggestion.hint(name, known)
                                        : "known are " + String.join(", ", known)));
    }

    /** A list that stands for a record, as the mapping that it is short for. */
    private static Node longForm(Node node, Class<?> type) {
        Shorthand shorthand = type.getAnnotation(Shorthand.class);
        if (shorthand == null || !(node instanceof SequenceNode)) {
            return node;
        }
        Node key =
                new ScalarNode(
                        Tag.STR,
                        true,
                        shorthand.value(),
                        ScalarStyle.PLAIN,
                        node.getStartMark(),
                        node.getStartMark());
        return new MappingNode(
                Tag.MAP,
                true,
                List.of(new NodeTuple(key, node)),
                FlowStyle.BLOCK,
                node.getStartMark(),
                node.getEndMark());
    }

    private @Nullable Object component(
            String key, Node parent, @Nullable Node node, RecordComponent component) {
        String name = dotted(key, keyOf(component));
        if (node != null && !node.getTag().equals(Tag.NULL)) {
            written.add(name);
            return bind(name, node, component.getGenericType(), component);
        }
        Default otherwise = component.getAnnotation(Default.class);
        if (otherwise != null) {
            locations.putIfAbsent(name, location(parent));
            Node fallback = ConfigFile.parse(file, otherwise.value());
            return new RecordBinder(file)
                    .bind(name, fallback, component.getGenericType(), component);
        }
        if (component.getType() == Optional.class) {
            return Optional.empty();
        }
        return problem(name, parent, "is missing");
    }

    private @Nullable Object construct(
            String key, Node node, Class<?> type, @Nullable Object[] values, boolean asWritten) {
        try {
            Class<?>[] signature =
                    Arrays.stream(type.getRecordComponents())
                            .map(RecordComponent::getType)
                            .toArray(Class<?>[]::new);
            return type.getDeclaredConstructor(signature).newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof WrongParts wrong) {
                wrong.parts()
                        .forEach(
                                (part, message) -> {
                                    String place = dotted(key, part);
                                    if (unreadable.add(place)) {
                                        Location at = locations.getOrDefault(place, location(node));
                                        problems.add(Problem.at(at, place + " " + message));
                                    }
                                });
                return null;
            }
            if (e.getCause() instanceof IllegalArgumentException bad) {
                return asWritten ? problem(key, node, String.valueOf(bad.getMessage())) : null;
            }
            throw new IllegalStateException("cannot construct " + type, e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot construct " + type, e);
        }
    }

    private @Nullable Object alternative(String key, Node node, Class<?> sealed) {
        if (!(node instanceof MappingNode mapping)) {
            return problem(
                    key,
                    node,
                    "must be a mapping of keys to values, got "
                            + describe(node, Shown.holdsSecrets(sealed)));
        }
        Map<String, Class<?>> kinds = kinds(sealed);
        Node kind = kindOf(mapping);
        if (kind == null) {
            return problem(
                    dotted(key, KIND),
                    node,
                    "is missing; one of " + String.join(", ", kinds.keySet()));
        }
        String name = kind instanceof ScalarNode s ? s.getValue() : describe(kind, false);
        Class<?> chosen = kinds.get(name);
        if (chosen == null) {
            unreadable.add(key);
            String shown =
                    Shown.holdsSecrets(sealed) && !Shown.name(name, kinds.keySet())
                            ? ""
                            : " " + name;
            problems.add(
                    Problem.at(location(kind), "unknown " + dotted(key, KIND) + shown)
                            .withHint(Suggestion.hint(name, kinds.keySet())));
            return null;
        }
        return record(key, node, chosen);
    }

    private static @Nullable Node kindOf(MappingNode mapping) {
        return mapping.getValue().stream()
                .filter(t -> t.getKeyNode() instanceof ScalarNode s && s.getValue().equals(KIND))
                .map(NodeTuple::getValueNode)
                .findFirst()
                .orElse(null);
    }

    /** The records that a sealed interface permits, by the value of their key {@code kind}. */
    static Map<String, Class<?>> kinds(Class<?> sealed) {
        Map<String, Class<?>> kinds = new LinkedHashMap<>();
        for (Class<?> c : sealed.getPermittedSubclasses()) {
            Kind kind = c.getAnnotation(Kind.class);
            if (kind == null) {
                throw new IllegalStateException(c + " needs @Kind");
            }
            kinds.put(kind.value(), c);
        }
        return kinds;
    }

    private @Nullable Object list(String key, Node node, Type type, RecordComponent component) {
        if (node instanceof MappingNode && component.isAnnotationPresent(OneOrMany.class)) {
            Object value = bind(key, node, type, component);
            return value == null ? null : List.of(value);
        }
        if (!(node instanceof SequenceNode sequence)) {
            return problem(
                    key,
                    node,
                    "must be a %s, got %s"
                            .formatted(
                                    component.isAnnotationPresent(OneOrMany.class)
                                            ? "mapping of keys to values or a list of them"
                                            : "list",
                                    describe(node, Shown.confidential(component))));
        }
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < sequence.getValue().size(); i++) {
            Object value =
                    bind("%s[%d]".formatted(key, i), sequence.getValue().get(i), type, component);
            Object kept = value == null ? standIns.of(type) : value;
            if (kept != null) {
                values.add(kept);
            }
        }
        return List.copyOf(values);
    }

    private @Nullable Object map(String key, Node node, Type type, RecordComponent component) {
        if (!(node instanceof MappingNode mapping)) {
            return problem(
                    key,
                    node,
                    "must be a mapping of names to values, got "
                            + describe(node, Shown.confidential(component)));
        }
        Map<String, Object> values = new LinkedHashMap<>();
        for (Map.Entry<String, Node> entry : entries(key, mapping, false).entrySet()) {
            String name = entry.getKey();
            Object value = bind(dotted(key, name), entry.getValue(), type, component);
            Object kept = value == null ? standIns.of(type) : value;
            if (kept == null) {
                return null;
            }
            values.put(name, kept);
        }
        return Collections.unmodifiableMap(values);
    }

    private @Nullable Object scalar(
            String key, Node node, Class<?> type, RecordComponent component) {
        boolean hidden = Shown.confidential(component) && type != URI.class;
        if (!(node instanceof ScalarNode scalar)) {
            return problem(
                    key,
                    node,
                    "must be " + Scalars.expected(type) + ", got " + describe(node, hidden));
        }
        try {
            Object value = Scalars.parse(scalar.getValue(), type, file);
            Optional<String> violation = Constraints.violation(component, value);
            return violation.isPresent() ? problem(key, node, violation.get()) : value;
        } catch (IllegalArgumentException e) {
            String detail = e.getMessage() == null ? "" : ": " + e.getMessage();
            String wanted = Scalars.expected(type);
            String got =
                    type == URI.class
                            ? "\"" + Shown.address(scalar.getValue()) + "\""
                            : describe(node, hidden);
            problem(key, node, "must be " + wanted + ", got " + got + detail);
            if (type == Secret.class) {
                problems.set(problems.size() - 1, problems.getLast().withHint(SECRET_HINT));
            }
            return null;
        }
    }

    private Map<String, Node> entries(String key, MappingNode mapping, boolean amongSecrets) {
        Map<String, Node> entries = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode name)) {
                problem(key, tuple.getKeyNode(), "has a key that is not a plain word");
            } else if (entries.put(name.getValue(), tuple.getValueNode()) != null) {
                boolean shown = !amongSecrets || Shown.name(name.getValue(), List.of());
                String twice = shown ? dotted(key, name.getValue()) : key;
                problem(
                        twice,
                        name,
                        shown ? "is written twice" : "has a key that is written twice");
            }
        }
        return entries;
    }

    private @Nullable Object problem(String key, Node node, String message) {
        String subject = key.isEmpty() ? "the file" : key;
        unreadable.add(key);
        problems.add(Problem.at(location(node), subject + " " + message));
        return null;
    }

    private Location location(Node node) {
        return node.getStartMark()
                .map(m -> new Location(file, m.getLine() + 1, m.getColumn() + 1))
                .orElse(Location.of(file));
    }

    /**
     * @param hidden whether it may be a secret
     */
    private static String describe(Node node, boolean hidden) {
        return switch (node) {
            case ScalarNode empty when empty.getTag().equals(Tag.NULL) -> "nothing";
            case ScalarNode _ when hidden -> "a text, not shown because it may be a secret";
            case ScalarNode scalar -> "\"" + scalar.getValue() + "\"";
            case SequenceNode _ -> "a list";
            case MappingNode _ -> "a mapping";
            default -> "something else";
        };
    }

    /** {@code numTrainEpochs} as it is written in a file: {@code num_train_epochs}. */
    static String keyOf(RecordComponent component) {
        return component
                .getName()
                .chars()
                .mapToObj(
                        c ->
                                Character.isUpperCase(c)
                                        ? "_" + Character.toString(c).toLowerCase(Locale.ROOT)
                                        : Character.toString(c))
                .collect(Collectors.joining());
    }

    private static String dotted(String key, String name) {
        return key.isEmpty() ? name : key + "." + name;
    }
}
