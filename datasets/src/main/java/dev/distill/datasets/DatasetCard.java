package dev.distill.datasets;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The README.md of a dataset, in the form that {@code datasets.load_dataset} and its hub read.
 *
 * @param name the name of the dataset
 * @param howMade a paragraph for people
 * @param format how its answers are read; of labels, in the order of the probabilities
 * @param inputs what the dataset was made from, by name
 */
public record DatasetCard(
        String name, String howMade, AnswerFormat format, SortedMap<String, Digest> inputs) {
    private static final int NANO_DIGITS = 9;

    public DatasetCard {
        inputs = new TreeMap<>(inputs);
    }

    /** The card of these rows. */
    public String markdown(Curation rows) {
        List<AnswerRow> kept =
                Stream.concat(rows.train().stream(), rows.validation().stream()).toList();
        return """
        ---
        pretty_name: %s
        task_categories:
        - %s
        configs:
        - config_name: default
          data_files:
          - split: train
            path: %s
          - split: validation
            path: %s
        ---
        # %s

        %s

        ## Rows

        | part | rows |
        |---|---|
        | train | %d |
        | validation | %d |
        | rejected (rejected.parquet) | %d |

        | step | rows in | rejected |
        |---|---|---|
        %s

        %s

        ## Teacher

        %s

        | provider | model | answers | recorded (simulated) |
        |---|---|---|---|
        %s

        | probabilities from | rows |
        |---|---|
        %s

        %s

        ## Made from

        | input | content |
        |---|---|
        %s
        """
                .formatted(
                        Json.line(TextNode.valueOf(name)),
                        format instanceof Labels ? "text-classification" : "text-generation",
                        DatasetFolder.TRAIN,
                        DatasetFolder.VALIDATION,
                        name,
                        howMade,
                        rows.train().size(),
                        rows.validation().size(),
                        rows.rejected().size(),
                        table(
                                rows.funnel(),
                                step -> List.of(step.name(), step.in(), step.rejected())),
                        answers(rows),
                        cost(kept),
                        teachers(kept),
                        table(
                                counts(kept, row -> row.probabilitySource().name()),
                                e -> List.of(e.getKey().toLowerCase(Locale.ROOT), e.getValue())),
                        logprobs(kept),
                        table(inputs.entrySet(), e -> List.of(e.getKey(), e.getValue())));
    }

    private String answers(Curation rows) {
        return switch (format) {
            case Labels labels ->
                    """
                    ## Labels

                    `probabilities` has one value for each label, in this order.

                    | label | train | validation |
                    |---|---|---|
                    %s\
                    """
                            .formatted(
                                    table(
                                            labels.names(),
                                            label ->
                                                    List.of(
                                                            label,
                                                            count(rows.train(), label),
                                                            count(rows.validation(), label))));
            case AnswerFormat.Text _ ->
                    """
                    ## Answers

                    `answer` is what the teacher said; `label` is the same without space around it.\
                    """;
            case AnswerFormat.JsonText _ ->
                    """
                    ## Answers

                    `answer` is what the teacher said; `label` is its JSON value in one spelling: members \
                    sorted by name, no white space.\
                    """;
        };
    }

    private static String logprobs(List<AnswerRow> rows) {
        long told = rows.stream().filter(row -> !row.logprobs().isEmpty()).count();
        if (told == 0) {
            return "`logprobs` is empty: the teacher was not asked for them, or did not tell.";
        }
        return "`logprobs` has the tokens of %d answers with the likeliest ones at each place, as the teacher's API tells them: bytes and natural logarithms."
                .formatted(told);
    }

    private static String cost(List<AnswerRow> rows) {
        long nanoUsd = rows.stream().flatMap(r -> r.costNanoUsd().stream()).mapToLong(c -> c).sum();
        long unknown = rows.stream().map(AnswerRow::costNanoUsd).filter(Optional::isEmpty).count();
        return "The %d answers of these rows cost %s US dollars%s: %d input tokens (%d from the cache), %d output tokens (%d for reasoning)."
                .formatted(
                        rows.size(),
                        BigDecimal.valueOf(nanoUsd, NANO_DIGITS)
                                .stripTrailingZeros()
                                .toPlainString(),
                        unknown == 0
                                ? ""
                                : ", without %d answers of unknown price".formatted(unknown),
                        rows.stream().mapToLong(AnswerRow::inputTokens).sum(),
                        rows.stream().mapToLong(AnswerRow::cachedTokens).sum(),
                        rows.stream().mapToLong(AnswerRow::outputTokens).sum(),
                        rows.stream().mapToLong(AnswerRow::reasoningTokens).sum());
    }

    private record Teacher(String provider, String model) {}

    private static String teachers(List<AnswerRow> rows) {
        Map<Teacher, List<AnswerRow>> byTeacher =
                rows.stream()
                        .collect(Collectors.groupingBy(r -> new Teacher(r.provider(), r.model())));
        return table(
                byTeacher.entrySet().stream()
                        .sorted(
                                Comparator.comparing(
                                        e -> e.getKey().provider() + " " + e.getKey().model()))
                        .toList(),
                e ->
                        List.of(
                                e.getKey().provider(),
                                e.getKey().model(),
                                e.getValue().size(),
                                e.getValue().stream().filter(AnswerRow::simulated).count()));
    }

    private static long count(List<AnswerRow> rows, String label) {
        return rows.stream().filter(row -> row.label().filter(label::equals).isPresent()).count();
    }

    private static Iterable<Map.Entry<String, Long>> counts(
            List<AnswerRow> rows, Function<AnswerRow, String> key) {
        return rows.stream()
                .collect(Collectors.groupingBy(key, TreeMap::new, Collectors.counting()))
                .entrySet();
    }

    private static <T> String table(Iterable<T> items, Function<T, List<Object>> cells) {
        StringBuilder lines = new StringBuilder();
        for (T item : items) {
            lines.append(lines.isEmpty() ? "|" : "\n|");
            for (Object cell : cells.apply(item)) {
                lines.append(' ').append(cell.toString().replace("|", "\\|")).append(" |");
            }
        }
        return lines.toString();
    }
}
