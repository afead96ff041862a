package dev.distill.models;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a package's README.md tells about a student.
 *
 * @param name the student's name
 * @param task what it decides, in a sentence
 * @param base the base it started from
 * @param baseLicence the base's licence, as Hugging Face spells it
 * @param rows rows by what they were for, as {@code training}
 * @param metrics figures of the evaluation; may be empty
 * @param lineage digests of what the student was made of, by what it is
 */
public record ModelCard(
        String name,
        String task,
        String base,
        String baseLicence,
        Map<String, Long> rows,
        List<Metric> metrics,
        Map<String, String> lineage) {
    public ModelCard {
        rows = Map.copyOf(rows);
        metrics = List.copyOf(metrics);
        lineage = Map.copyOf(lineage);
    }

    /**
     * One figure with what it rests on.
     *
     * @param name as {@code accuracy}
     * @param value the figure
     * @param low lower end of its 95 % interval
     * @param high upper end of its 95 % interval
     * @param items how many items it was computed from
     */
    public record Metric(String name, double value, double low, double high, int items) {}

    /**
     * What only the student's own kind can tell.
     *
     * @param labels it chooses from; none for one that writes its answers
     * @param nature what it is and what it was made from, in a sentence or two
     * @param use how to load it elsewhere, Markdown
     */
    public record Student(List<String> labels, String nature, String use) {
        public Student {
            labels = List.copyOf(labels);
        }
    }

    /** The text, for a student that starts from an encoder. */
    String markdown(EncoderConfig config) {
        return markdown(
                new Student(
                        config.labels(),
                        "It started from `%s` (licence: %s). Texts of more than %d tokens are cut."
                                .formatted(base, baseLicence, config.maxLength()),
                        use(config)));
    }

    /** The text, for any student. */
    public String markdown(Student student) {
        List<String> labels = student.labels();
        return """
        ---
        license: %s
        library_name: distill
        pipeline_tag: %s
        ---
        # %s

        %s

        %s, distilled from a larger model's answers. %s

        %s## Data

        %s

        ## Evaluation

        %s

        ## Use

        %s

        ## Lineage

        %s
        """
                .formatted(
                        baseLicence,
                        labels.isEmpty() ? "text-generation" : "text-classification",
                        name,
                        task,
                        labels.isEmpty()
                                ? "A language model"
                                : "A classifier of %d labels".formatted(labels.size()),
                        student.nature(),
                        labels.isEmpty() ? "" : labels(labels),
                        table("Rows for", "Number", rows),
                        evaluation(),
                        student.use(),
                        table("Made of", "Digest", lineage));
    }

    private static String labels(List<String> labels) {
        return labels.stream()
                .map(label -> "`" + label + "`")
                .collect(Collectors.joining(", ", "## Labels\n\n", "\n\n"));
    }

    private String evaluation() {
        if (metrics.isEmpty()) {
            return "Not evaluated.";
        }
        String body =
                metrics.stream()
                        .map(
                                m ->
                                        String.format(
                                                Locale.ROOT,
                                                "| %s | %.4f | %.4f to %.4f | %d |",
                                                m.name(),
                                                m.value(),
                                                m.low(),
                                                m.high(),
                                                m.items()))
                        .collect(Collectors.joining("\n"));
        return "| Metric | Value | 95 % interval | Items |\n|---|---|---|---|\n" + body;
    }

    private static String table(String left, String right, Map<String, ?> facts) {
        if (facts.isEmpty()) {
            return "None recorded.";
        }
        String body =
                new TreeMap<>(facts)
                        .entrySet().stream()
                                .map(e -> "| %s | %s |".formatted(e.getKey(), e.getValue()))
                                .collect(Collectors.joining("\n"));
        return "| %s | %s |\n|---|---|\n%s".formatted(left, right, body);
    }

    /** How to load it elsewhere: transformers knows two of the heads by itself. */
    private static String use(EncoderConfig config) {
        String pooling =
                switch (config.head()) {
                    case POOLER, PRE_CLASSIFIER, PREDICTION_CLS, PREDICTION_MEAN -> "";
                    case MEAN ->
                            "seen = batch[\"attention_mask\"].unsqueeze(-1).float()\n"
                                    + "pooled = (states * seen).sum(1) / seen.sum(1)";
                    case CLS -> "pooled = states[:, 0]";
                };
        if (pooling.isEmpty()) {
            return """
            ```python
            from transformers import pipeline
            classify = pipeline("text-classification", model="PATH", truncation=True)
            ```\
            """;
        }
        return """
        The head is one linear layer over the pooled token vectors. In Python:

        ```python
        import torch
        from safetensors.torch import load_file
        from transformers import AutoModel, AutoTokenizer
        tokenizer, encoder = AutoTokenizer.from_pretrained("PATH"), AutoModel.from_pretrained("PATH")
        head = load_file("PATH/model.safetensors")
        batch = tokenizer(["a text"], padding=True, truncation=True, max_length=%d, \
        return_tensors="pt")
        states = encoder.eval()(**batch).last_hidden_state
        %s
        logits = pooled @ head["classifier.weight"].T + head["classifier.bias"]
        print([encoder.config.id2label[int(i)] for i in logits.argmax(1)])
        ```\
        """
                .formatted(config.maxLength(), pooling);
    }
}
