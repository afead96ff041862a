package dev.distill.proxy.money;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.ExitCode;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import dev.distill.files.Json;
import dev.distill.proxy.money.PriceRow.Source;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the community's price file, {@code model_prices_and_context_window.json} of <a
 * href="https://github.com/BerriAI/litellm">LiteLLM</a>: US dollars per token, by model and often
 * with the provider before it. A field's name may end in {@code _above_200k_tokens}, in a tier, or
 * in both in this order. Models that are not priced by the token have no row.
 */
final class PriceFile {
    private static final Logger LOG = System.getLogger(PriceFile.class.getName());
    private static final String EXPLANATION = "sample_spec";
    private static final Pattern BAND = Pattern.compile("_above_(\\d+)k_tokens");
    private static final long TOKENS_IN_A_K = 1000;

    /** The ends of field names that mean a tier, and the providers' words for it. */
    private static final Map<String, String> TIERS =
            Map.of(
                    "_batches", "batch",
                    "_priority", "priority",
                    "_flex", "flex",
                    "_ultrafast", "ultrafast");

    private static final Map<Kind, String> FIELDS =
            Map.of(
                    Kind.INPUT, "input_cost_per_token",
                    Kind.CACHED_INPUT, "cache_read_input_token_cost",
                    Kind.CACHE_WRITE, "cache_creation_input_token_cost",
                    Kind.CACHE_WRITE_HOUR, "cache_creation_input_token_cost_above_1hr",
                    Kind.AUDIO_INPUT, "input_cost_per_audio_token",
                    Kind.OUTPUT, "output_cost_per_token",
                    Kind.REASONING, "output_cost_per_reasoning_token",
                    Kind.AUDIO_OUTPUT, "output_cost_per_audio_token");

    private static final Set<Kind> PLAIN = Set.of(Kind.INPUT, Kind.OUTPUT);
    private static final String END = "deprecation_date";
    private static final String SEARCHES = "search_context_cost_per_query";

    private final Path file;
    private final List<Problem> problems = new ArrayList<>();

    private PriceFile(Path file) {
        this.file = file;
    }

    /**
     * What a file says, by the name of the model.
     *
     * @param ends the day from which on a model may be gone
     */
    record Content(Map<String, PriceRow> rows, Map<String, LocalDate> ends) {
        /** Of no file. */
        static final Content NONE = new Content(Map.of(), Map.of());

        Content {
            rows = Map.copyOf(rows);
            ends = Map.copyOf(ends);
        }
    }

    /**
     * Reads a file.
     *
     * @throws UserError with every problem of the file
     */
    static Content read(Path path) {
        PriceFile file = new PriceFile(path);
        Map<String, PriceRow> rows = new HashMap<>();
        Map<String, LocalDate> ends = new HashMap<>();
        file.parse()
                .properties()
                .forEach(
                        entry -> {
                            String model = entry.getKey();
                            file.row(model, entry.getValue())
                                    .ifPresent(row -> rows.put(model, row));
                            file.end(model, entry.getValue())
                                    .ifPresent(end -> ends.put(model, end));
                        });
        if (!file.problems.isEmpty()) {
            throw new UserError(ExitCode.INVALID_INPUT, file.problems);
        }
        return new Content(rows, ends);
    }

    /** The day from which on a model may be gone, priced or not. */
    private Optional<LocalDate> end(String model, JsonNode entry) {
        JsonNode date = entry.path(END);
        if (model.equals(EXPLANATION) || date.isMissingNode() || date.isNull()) {
            return Optional.empty();
        }
        try {
            return Optional.of(LocalDate.parse(date.asText()));
        } catch (DateTimeParseException e) {
            LOG.log( // nobody's money depends on it
                    Level.WARNING,
                    "%s: %s.%s is no date such as 2027-03-01 and is passed over: %s"
                            .formatted(file, model, END, Json.line(date)));
            return Optional.empty();
        }
    }

    private JsonNode parse() {
        try {
            JsonNode root = Json.parse(Files.readString(file));
            if (!root.isObject()) {
                throw UserError.invalid(
                        Location.of(file), "must be a JSON object with a member for each model");
            }
            return root;
        } catch (JsonProcessingException e) {
            Location at =
                    new Location(file, e.getLocation().getLineNr(), e.getLocation().getColumnNr());
            throw UserError.invalid(at, "not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw AtomicFile.unreadable(file, e);
        }
    }

    private Optional<PriceRow> row(String model, JsonNode entry) {
        if (model.equals(EXPLANATION)) {
            return Optional.empty();
        }
        if (!entry.isObject()) {
            problem(model, "must be an object", entry);
            return Optional.empty();
        }
        Map<Kind, BigDecimal> stated = stated(model, entry, "");
        if (entry.path("mode").asText().equals("embedding")) {
            stated.putIfAbsent(Kind.OUTPUT, BigDecimal.ZERO); // there is none
        }
        if (!stated.containsKey(Kind.INPUT) || !stated.containsKey(Kind.OUTPUT)) {
            return Optional.empty();
        }
        if (entry.path(SEARCHES).isObject()) {
            stated.put(Kind.WEB_SEARCH, search(model, entry));
        }
        Rates base = Rates.completing(stated);
        List<PriceRow.Band> bands = new ArrayList<>();
        bands.add(band(model, entry, 0, "", base));
        for (long thousands : bandsOf(entry)) {
            String suffix = "_above_" + thousands + "k_tokens";
            bands.add(band(model, entry, thousands * TOKENS_IN_A_K, suffix, base));
        }
        return Optional.of(
                new PriceRow(
                        Source.PRICE_FILE,
                        bands,
                        tokens(entry, "max_input_tokens"),
                        tokens(entry, "max_output_tokens")));
    }

    /** The lengths, in thousands of tokens, from which something costs otherwise. */
    private static Iterable<Long> bandsOf(JsonNode entry) {
        TreeSet<Long> bands = new TreeSet<>();
        entry.fieldNames()
                .forEachRemaining(
                        name -> {
                            Matcher matcher = BAND.matcher(name);
                            if (matcher.find() && matcher.group(1).length() < 7) {
                                bands.add(Long.parseLong(matcher.group(1)));
                            }
                        });
        return bands;
    }

    private PriceRow.Band band(
            String model, JsonNode entry, long aboveInputTokens, String suffix, Rates base) {
        Rates standard = base.with(stated(model, entry, suffix));
        Map<String, Rates> tiers = new HashMap<>();
        TIERS.forEach(
                (ending, tier) -> {
                    Map<Kind, BigDecimal> plain = stated(model, entry, ending);
                    if (!plain.isEmpty()) {
                        Rates below = base.with(plain);
                        Map<Kind, BigDecimal> above = stated(model, entry, suffix + ending);
                        PLAIN.forEach(
                                kind ->
                                        above.putIfAbsent(
                                                kind, scaled(kind, standard, below, base)));
                        tiers.put(tier, below.with(above));
                    }
                });
        return new PriceRow.Band(aboveInputTokens, standard, tiers);
    }

    /** A tier's price in a band that states none: dearer by as much as the standard one is. */
    private static BigDecimal scaled(Kind kind, Rates standard, Rates below, Rates base) {
        return Rates.share(standard.picoUsd(kind), below.picoUsd(kind), base.picoUsd(kind));
    }

    /** The prices of the fields with an ending, in pico dollars. */
    private Map<Kind, BigDecimal> stated(String model, JsonNode entry, String ending) {
        Map<Kind, BigDecimal> stated = new EnumMap<>(Kind.class);
        FIELDS.forEach(
                (kind, name) -> {
                    JsonNode price = entry.path(name + ending);
                    if (!price.isMissingNode() && !price.isNull()) {
                        stated.put(kind, pico(model + "." + name + ending, price));
                    }
                });
        return stated;
    }

    /** The dearest search: usage does not say how much of the web it read. */
    private BigDecimal search(String model, JsonNode entry) {
        BigDecimal dearest = BigDecimal.ZERO;
        for (var size : entry.path(SEARCHES).properties()) {
            String place = model + "." + SEARCHES + "." + size.getKey();
            dearest = dearest.max(pico(place, size.getValue()));
        }
        return dearest;
    }

    private BigDecimal pico(String place, JsonNode price) {
        if (!price.isNumber() || price.decimalValue().signum() < 0) {
            problem(place, "must be a number >= 0", price);
            return BigDecimal.ZERO;
        }
        return price.decimalValue().movePointRight(12);
    }

    private static OptionalInt tokens(JsonNode entry, String field) {
        JsonNode most = entry.path(field);
        return most.canConvertToInt() && most.asInt() > 0
                ? OptionalInt.of(most.asInt())
                : OptionalInt.empty();
    }

    private void problem(String place, String message, JsonNode value) {
        problems.add(
                Problem.at(
                        Location.of(file),
                        "%s %s, got %s".formatted(place, message, Json.line(value))));
    }
}
