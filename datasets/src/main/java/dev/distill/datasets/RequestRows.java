package dev.distill.datasets;

import dev.distill.config.DataConfig.Columns;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.config.Suggestion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes requests of the rows of a file, whatever its format, and collects what is wrong. */
final class RequestRows {
    private static final int SHOWN = 40;

    private final Path file;
    private final Columns columns;
    private final Optional<AnswerFormat> gold;
    private final String answerColumn;
    private final Problems problems;
    private final List<Request> requests = new ArrayList<>();
    private final Map<String, Location> ids = new HashMap<>();
    private int rows;

    /**
     * @param gold what the right answers of a gold file must fit; empty for a source file
     */
    RequestRows(Path file, Columns columns, Optional<AnswerFormat> gold) {
        this.file = file;
        this.columns = columns;
        this.gold = gold;
        this.answerColumn =
                gold.map(format -> format instanceof Labels ? columns.label() : columns.answer())
                        .orElse(columns.label());
        this.problems = new Problems(file);
    }

    void problem(Problem problem) {
        problems.add(problem);
    }

    /**
     * Checks the columns of a file that names them once; without them its rows are not worth
     * reading.
     */
    boolean hasColumns(Collection<String> found, Location location) {
        List<String> missing = required().filter(name -> !found.contains(name)).toList();
        missing.forEach(
                name ->
                        problems.add(
                                Problem.at(location, "column " + name + " is missing")
                                        .withHint(meant(name, found))));
        return missing.isEmpty();
    }

    /** The columns that are read when they are there. */
    Stream<String> columns() {
        return Stream.concat(required(), Stream.of(answerColumn)).distinct();
    }

    /** Takes a row: strings, whole numbers as Long, and anything else as an object to print. */
    void row(Location location, Map<String, ? extends @Nullable Object> cells) {
        rows++;
        Optional<String> id =
                columns.id().isPresent()
                        ? cell(location, cells, columns.id().get())
                        : Optional.of("row-%06d".formatted(rows));
        Optional<String> text = cell(location, cells, columns.text());
        Optional<String> label =
                gold.isPresent() ? goldAnswer(location, cells, gold.get()) : label(cells);
        Optional<String> group = columns.group().flatMap(name -> cell(location, cells, name));
        id.ifPresent(name -> checkUnique(name, location));
        if (id.isPresent() && text.isPresent()) {
            requests.add(new Request(id.get(), text.get(), label, group, location));
        }
    }

    /** The requests, or everything that is wrong. */
    List<Request> finish() {
        if (rows == 0 && problems.isEmpty()) {
            problems.add(Location.of(file), "has no rows");
        }
        problems.throwIfAny();
        return List.copyOf(requests);
    }

    private Stream<String> required() {
        return Stream.of(
                        columns.id(),
                        Optional.of(columns.text()),
                        gold.map(_ -> answerColumn),
                        columns.group())
                .flatMap(Optional::stream);
    }

    private Optional<String> cell(
            Location location, Map<String, ? extends @Nullable Object> cells, String name) {
        boolean numberAllowed = !name.equals(columns.text()) && !name.equals(answerColumn);
        Object value = cells.get(name);
        if (value instanceof String text && !text.isBlank()) {
            return Optional.of(text);
        }
        if (value instanceof Long number && numberAllowed) {
            return Optional.of(number.toString());
        }
        if (!cells.containsKey(name)) {
            problems.add(
                    Problem.at(location, name + " is missing")
                            .withHint(meant(name, cells.keySet())));
        } else if (value == null || value instanceof String) {
            problems.add(location, name + " is empty");
        } else {
            problems.add(location, "%s must be a string, got %s".formatted(name, shown(value)));
        }
        return Optional.empty();
    }

    private Optional<String> goldAnswer(
            Location location, Map<String, ? extends @Nullable Object> cells, AnswerFormat format) {
        return switch (format) {
            case Labels labels -> goldLabel(location, cells, labels);
            case AnswerFormat.Text text ->
                    cell(location, cells, answerColumn).flatMap(text::meaning);
            case AnswerFormat.JsonText json -> goldJson(location, cells, json);
        };
    }

    /** A value that stands in the file as itself, or as the text that it has. */
    private Optional<String> goldJson(
            Location location,
            Map<String, ? extends @Nullable Object> cells,
            AnswerFormat.JsonText format) {
        Object value = cells.get(answerColumn);
        if (value != null && !(value instanceof String)) {
            return format.meaning(value.toString());
        }
        Optional<String> text = cell(location, cells, answerColumn);
        Optional<String> meaning = text.flatMap(format::meaning);
        if (text.isPresent() && meaning.isEmpty()) {
            problems.add(location, "%s is not JSON: %s".formatted(answerColumn, shown(text.get())));
        }
        return meaning;
    }

    private Optional<String> goldLabel(
            Location location, Map<String, ? extends @Nullable Object> cells, Labels labels) {
        Optional<String> label = cell(location, cells, columns.label());
        label.filter(name -> labels.indexOf(name).isEmpty())
                .ifPresent(
                        name -> {
                            Problem problem =
                                    Problem.at(
                                            location,
                                            columns.label() + " is not one of the labels: " + name);
                            problems.add(
                                    labels.nearest(name)
                                            .map(
                                                    near ->
                                                            problem.withHint(
                                                                    "did you mean " + near + "?"))
                                            .orElse(problem));
                        });
        return label;
    }

    private Optional<String> label(Map<String, ? extends @Nullable Object> cells) {
        return cells.get(columns.label()) instanceof String label && !label.isBlank()
                ? Optional.of(label)
                : Optional.empty();
    }

    private void checkUnique(String id, Location location) {
        Location before = ids.putIfAbsent(id, location);
        if (before != null) {
            problems.add(location, "id %s is already on line %d".formatted(id, before.line()));
        }
    }

    private static String meant(String name, Collection<String> found) {
        String all = "there are " + String.join(", ", found.stream().sorted().toList());
        return Suggestion.nearest(name, found).stream()
                .findFirst()
                .map(near -> "did you mean " + near + "? " + all)
                .orElse(all);
    }

    private static String shown(Object value) {
        String text = value.toString();
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
    }
}
