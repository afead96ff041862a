package dev.distill.trainer.causal;

import ai.djl.ndarray.NDManager;
import dev.distill.config.CausalTrainConfig;
import dev.distill.config.CausalTrainConfig.Method;
import dev.distill.config.Location;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import dev.distill.models.Shards;
import dev.distill.models.Weights;
import dev.distill.models.causal.CausalBase;
import dev.distill.models.causal.CausalConfig;
import dev.distill.models.causal.CausalLm;
import dev.distill.models.causal.HeldWeights;
import dev.distill.models.causal.LoraAdapter;
import dev.distill.models.causal.LoraConfig;
import dev.distill.models.causal.LoraScaling;
import dev.distill.trainer.Divergence;
import dev.distill.trainer.TokenLosses;
import dev.distill.trainer.causal.CausalLearner.Source;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes the learner of a job, and the package of what it learned. */
final class CausalStudent {
    /** What belongs to a package beside config and weights, where the base has it. */
    private static final List<String> COMPANIONS =
            List.of(
                    "tokenizer.json",
                    "tokenizer_config.json",
                    "special_tokens_map.json",
                    "chat_template.jinja",
                    "generation_config.json");

    private final CausalJob job;
    private final CausalConfig config;
    private final LoraConfig lora;

    CausalStudent(CausalJob job) {
        this.job = job;
        this.config = job.base().config();
        CausalTrainConfig.Lora l = job.causal().lora();
        this.lora =
                LoraConfig.of(l.r(), l.loraAlpha(), l.loraDropout(), l.targetModules());
        if (!job.base().hasWeights() && !job.causal().fromScratch()) {
            throw UserError.invalid(
                    Location.of(job.base().folder()),
                    "there are no weights (model.safetensors) to start from",
                    "set from_scratch: true to start from random ones");
        }
        if (job.causal().fromScratch() && job.causal().method() == Method.LORA) {
            throw UserError.invalid(
                    Location.of(job.base().folder()),
                    "from_scratch needs method: full, got lora",
                    "adapters beside random weights that stay random learn nothing");
        }
        Vocabulary.fits(
                job.base().tokenizerFile(), config, Location.of(job.base().folder()));
    }

    CausalConfig config() {
        return config;
    }

    /** How many weights are trained. */
    long trained() {
        if (job.causal().method() == Method.FULL) {
            return config.parameterCount();
        }
        long trained = 0;
        for (String layer : lora.layers(config)) {
            var shape = config.shapes().get(layer + ".weight");
            trained += (shape.get(0) + shape.get(1)) * lora.rank(layer);
        }
        return trained;
    }

    /**
     * A learner.
     *
     * @param checkpoint the trained weights of an earlier run
     * @param divergence from the teacher
     */
    CausalLearner learner(
            NDManager manager,
            CausalLearner.Settings settings,
            Optional<Path> checkpoint,
            Divergence divergence,
            Optional<LocalTeacher> teacher) {
        Learning learning = new Learning(manager);
        boolean full = job.causal().method() == Method.FULL;
        LoraScaling scaling = full ? LoraScaling.NONE : lora.scaling(lora.layers(config));
        StudentWeights weights =
                new StudentWeights(
                        manager,
                        learning,
                        checkpoint
                                .map(file -> Weights.read(manager, file))
                                .orElseGet(() -> begin(manager)),
                        full
                                ? null
                                : HeldWeights.read(
                                        manager, job.base().folder(), config, job.precision()),
                        config.outputName(),
                        job.precision());
        return new CausalLearner(
                manager,
                settings,
                new CausalLm(manager, config, job.precision(), scaling),
                weights,
                teacher,
                Map.of(
                        Source.ROWS,
                        losses(manager, divergence),
                        Source.STUDENT,
                        losses(manager, divergence.alone())),
                learning);
    }

    private TokenLosses losses(NDManager manager, Divergence divergence) {
        return new TokenLosses(
                manager,
                divergence,
                config.finalLogitSoftcapping(),
                config.size().vocabulary());
    }

    private Weights begin(NDManager manager) {
        if (job.causal().method() == Method.LORA) {
            return LoraAdapter.fresh(manager, config, lora, job.train().seed()).weights();
        }
        return job.causal().fromScratch()
                ? job.base().fresh(manager, job.train().seed())
                : job.base().weights(manager);
    }

    /**
     * Writes the student as it will be served: all weights, an adapter merged into them, and beside
     * them in {@code adapter/} what PEFT loads.
     *
     * @param best the trained weights
     */
    void write(NDManager manager, Path best) {
        Path folder = job.output();
        try (Weights trained = Weights.read(manager, best)) {
            if (job.causal().method() == Method.FULL) {
                Shards.write(folder, trained, Shards.MAX_FILE_BYTES);
            } else {
                LoraConfig named =
                        new LoraConfig(
                                lora.rank(),
                                lora.alpha(),
                                lora.dropout(),
                                lora.targetModules(),
                                lora.rankPattern(),
                                lora.alphaPattern(),
                                lora.rankStabilized(),
                                job.base().folder().toString());
                LoraAdapter adapter = LoraAdapter.of(named, trained);
                adapter.write(folder.resolve("adapter"));
                try (Weights merged = job.base().weights(manager)) {
                    adapter.mergeInto(merged);
                    Shards.write(folder, merged, Shards.MAX_FILE_BYTES);
                }
            }
        }
        for (String name : COMPANIONS) {
            Path file = job.base().folder().resolve(name);
            if (Files.isRegularFile(file)) {
                AtomicFile.write(folder.resolve(name), out -> Files.copy(file, out));
            }
        }
        AtomicFile.write(folder.resolve("config.json"), config.toJson());
    }
}
