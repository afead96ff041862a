package dev.distill.models;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ExitCode;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import dev.distill.files.Json;
import dev.distill.models.EncoderConfig.Dropout;
import dev.distill.models.EncoderConfig.Size;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads and writes an {@link EncoderConfig} as config.json. What transformers has no word for is in
 * a member of its own: {@code "distill": {"pooling": "mean", "max_length": 128}}.
 */
final class EncoderConfigJson {
    private final Path file;
    private final JsonNode json;
    private final List<Problem> problems = new ArrayList<>();

    private EncoderConfigJson(Path file, JsonNode json) {
        this.file = file;
        this.json = json;
    }

    static EncoderConfig read(Path file) {
        return of(file, JsonFile.read(file));
    }

    static EncoderConfig of(Path file, JsonNode json) {
        return new EncoderConfigJson(file, json).config();
    }

    private EncoderConfig config() {
        Architecture architecture = architecture();
        boolean modern = architecture == Architecture.MODERNBERT;
        ConfigNames names = ConfigNames.of(architecture);
        Size size =
                new Size(
                        positive("vocab_size"),
                        positive(names.hidden()),
                        positive(names.layers()),
                        positive(names.heads()),
                        positive(names.intermediate()),
                        positive("max_position_embeddings"),
                        architecture == Architecture.BERT ? positive("type_vocab_size") : 0);
        if (size.hidden() % size.heads() != 0) {
            problem(
                    "%d heads cannot share out a hidden size of %d"
                            .formatted(size.heads(), size.hidden()));
        }
        if (!json.path("position_embedding_type").asText("absolute").equals("absolute")) {
            problem(
                    "position_embedding_type must be absolute, got "
                            + json.path("position_embedding_type").asText());
        }
        double hidden = probability(names.hiddenDropout(), modern ? 0 : 0.1);
        double classifier = architecture == Architecture.DISTILBERT ? 0.2 : hidden;
        Dropout dropout =
                new Dropout(
                        hidden,
                        probability(names.attentionDropout(), modern ? 0 : 0.1),
                        probability(names.classifierDropout(), modern ? 0 : classifier));
        Activation activation = activation(names.activation());
        double eps = json.path(names.normEps()).asDouble(modern ? 1e-5 : 1e-12);
        Optional<LocalAttention> local =
                modern
                        ? Optional.of(LocalAttentionJson.read(json, size.layers(), this::problem))
                        : Optional.empty();
        int padToken = json.path("pad_token_id").asInt(0);
        if (padToken < 0 || padToken >= size.vocabulary()) {
            problem(
                    "pad_token_id must be in [0, %d), got %d"
                            .formatted(size.vocabulary(), padToken));
        }
        Head head = head(architecture);
        int maxLength = json.path("distill").path("max_length").asInt(size.positions());
        if (maxLength < 2 || maxLength > size.positions()) {
            problem(
                    "distill.max_length must be in [2, %d], got %d"
                            .formatted(size.positions(), maxLength));
        }
        List<String> labels = LabelNames.read(json, this::problem);
        if (!problems.isEmpty()) {
            throw new UserError(ExitCode.INVALID_INPUT, problems);
        }
        return new EncoderConfig(
                architecture,
                size,
                activation,
                eps,
                dropout,
                head,
                labels,
                maxLength,
                local,
                padToken);
    }

    private Architecture architecture() {
        String type = json.path("model_type").asText();
        for (Architecture architecture : Architecture.values()) {
            if (architecture.modelType().equals(type)) {
                return architecture;
            }
        }
        throw UserError.invalid(
                Location.of(file),
                json.has("model_type")
                        ? "model_type '%s' is not known".formatted(type)
                        : "model_type is missing",
                "known are " + String.join(", ", Architecture.modelTypes()));
    }

    private Activation activation(String name) {
        return switch (json.path(name).asText("gelu")) {
            case "gelu" -> Activation.GELU;
            case "gelu_new", "gelu_pytorch_tanh" -> Activation.GELU_TANH;
            case "relu" -> Activation.RELU;
            case String other -> {
                problem(
                        "%s '%s' is not one of gelu, gelu_new, gelu_pytorch_tanh, relu"
                                .formatted(name, other));
                yield Activation.GELU;
            }
        };
    }

    private Head head(Architecture architecture) {
        if (architecture == Architecture.MODERNBERT) {
            return switch (json.path("classifier_pooling").asText("cls")) {
                case "cls" -> Head.PREDICTION_CLS;
                case "mean" -> Head.PREDICTION_MEAN;
                case String other -> {
                    problem("classifier_pooling '%s' is not one of cls, mean".formatted(other));
                    yield Head.PREDICTION_CLS;
                }
            };
        }
        JsonNode pooling = json.path("distill").path("pooling");
        return switch (pooling.asText("")) {
            case "" -> architecture.ownHead();
            case "mean" -> Head.MEAN;
            case "cls" -> Head.CLS;
            case String other -> {
                problem("distill.pooling '%s' is not one of mean, cls".formatted(other));
                yield Head.MEAN;
            }
        };
    }

    private int positive(String name) {
        JsonNode value = json.path(name);
        if (!value.isInt() || value.asInt() < 1) {
            problem(name + (value.isMissingNode() ? " is missing" : " must be >= 1, got " + value));
            return 1;
        }
        return value.asInt();
    }

    private double probability(String name, double whenAbsent) {
        JsonNode value = json.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return whenAbsent;
        }
        if (!value.isNumber() || value.asDouble() < 0 || value.asDouble() >= 1) {
            problem("%s must be in [0, 1), got %s".formatted(name, value));
            return whenAbsent;
        }
        return value.asDouble();
    }

    private void problem(String message) {
        problems.add(Problem.at(Location.of(file), message));
    }

    static String write(EncoderConfig config) {
        ConfigNames names = ConfigNames.of(config.architecture());
        boolean ownHead = config.head() != Head.MEAN && config.head() != Head.CLS;
        Size size = config.size();
        Dropout dropout = config.dropout();
        ObjectNode json = Json.object();
        json.putArray("architectures")
                .add(names.className() + (ownHead ? "ForSequenceClassification" : "Model"));
        json.put("model_type", config.architecture().modelType());
        json.put("vocab_size", size.vocabulary());
        json.put(names.hidden(), size.hidden());
        json.put(names.layers(), size.layers());
        json.put(names.heads(), size.heads());
        json.put(names.intermediate(), size.intermediate());
        json.put("max_position_embeddings", size.positions());
        json.put(names.activation(), config.activation().configName());
        json.put(names.hiddenDropout(), dropout.hidden());
        json.put(names.attentionDropout(), dropout.attention());
        json.put(names.classifierDropout(), dropout.classifier());
        json.put(names.normEps(), config.layerNormEps());
        if (size.tokenTypes() > 0) {
            json.put("type_vocab_size", size.tokenTypes());
        }
        config.local().ifPresent(local -> LocalAttentionJson.write(json, config, local));
        json.put("pad_token_id", config.padToken());
        json.put("dtype", "float32");
        if (!config.labels().isEmpty()) {
            json.put("problem_type", "single_label_classification");
            LabelNames.write(config.labels(), json);
        }
        ObjectNode own = json.putObject("distill");
        if (!ownHead) {
            own.put("pooling", config.head().name().toLowerCase(Locale.ROOT));
        }
        own.put("max_length", config.maxLength());
        return Json.pretty(json);
    }
}
