package dev.distill.models.causal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * How a decoder answers unless it is told otherwise: its generation_config.json.
 *
 * @param sampling how tokens are chosen; the seed is 0
 * @param stopTokens tokens that end an answer
 * @param maxNewTokens most tokens of an answer; 0 when the file does not say
 * @param source the JSON object that this was read from
 */
public record GenerationConfig(
        Sampling sampling, Set<Long> stopTokens, int maxNewTokens, String source) {
    private static final String FILE = "generation_config.json";

    /** Members that change what is generated, with the values that change nothing. */
    private static final List<String> REFUSED =
            List.of(
                    "num_beams=1",
                    "min_p=0",
                    "typical_p=1",
                    "epsilon_cutoff=0",
                    "eta_cutoff=0",
                    "no_repeat_ngram_size=0",
                    "encoder_repetition_penalty=1");

    public GenerationConfig {
        stopTokens = Set.copyOf(stopTokens);
    }

    /**
     * Reads what a model folder says: generation_config.json, or config.json for the tokens that
     * end an answer where there is none.
     *
     * @throws dev.distill.config.UserError naming every member that is not understood
     */
    public static GenerationConfig read(Path folder) {
        Members config = Members.read(folder.resolve("config.json"));
        Members json =
                Files.isRegularFile(folder.resolve(FILE))
                        ? Members.read(folder.resolve(FILE))
                        : config;
        for (String refused : REFUSED) {
            String name = refused.substring(0, refused.indexOf('='));
            double neutral = Double.parseDouble(refused.substring(name.length() + 1));
            if (json.number(name, neutral) != neutral) {
                json.problem(name + " is not supported, got " + json.get(name));
            }
        }
        boolean samples = json.flag("do_sample", false);
        double temperature = json.number("temperature", 1);
        int topK = (int) json.number("top_k", 50);
        double topP = json.number("top_p", 1);
        double penalty = json.number("repetition_penalty", 1);
        int most = json.positive("max_new_tokens", Integer.MAX_VALUE);
        Sampling sampling = Sampling.GREEDY;
        try {
            sampling =
                    samples
                            ? new Sampling(temperature, topK, topP, penalty, 0)
                            : new Sampling(0, 0, 1, penalty, 0);
        } catch (IllegalArgumentException e) {
            json.problem(String.valueOf(e.getMessage()));
        }
        json.check();
        Members ends =
                json.has("eos_token_id") ? json : config.nested("text_config", "eos_token_id");
        return new GenerationConfig(
                sampling,
                tokens(ends.get("eos_token_id")),
                most == Integer.MAX_VALUE ? 0 : most,
                json == config ? "{}" : json.text());
    }

    private static Set<Long> tokens(JsonNode ids) {
        Set<Long> tokens = new TreeSet<>();
        if (ids.isNumber()) {
            tokens.add(ids.asLong());
        }
        ids.forEach(id -> tokens.add(id.asLong()));
        return tokens;
    }

    /** The text of the generation_config.json that {@link #read} and transformers understand. */
    public String toJson() {
        ObjectNode json = Members.parse(source);
        if (stopTokens.size() == 1) {
            json.put("eos_token_id", stopTokens.iterator().next());
        } else if (!stopTokens.isEmpty()) {
            var ids = json.putArray("eos_token_id");
            new TreeSet<>(stopTokens).forEach(ids::add);
        }
        boolean samples = sampling.temperature() > 0;
        json.put("do_sample", samples);
        if (samples) {
            json.put("temperature", sampling.temperature());
            json.put("top_k", sampling.topK());
            json.put("top_p", sampling.topP());
        } else {
            json.remove(List.of("temperature", "top_k", "top_p"));
        }
        if (sampling.repetitionPenalty() != 1) {
            json.put("repetition_penalty", sampling.repetitionPenalty());
        }
        if (maxNewTokens > 0) {
            json.put("max_new_tokens", maxNewTokens);
        }
        return Json.pretty(json);
    }
}
