package dev.distill.pipeline;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.CausalTrainConfig;
import dev.distill.config.StudentConfig;
import dev.distill.datasets.Labels;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import dev.distill.models.Calibration;
import dev.distill.models.Classifier;
import dev.distill.models.Tokenizer;
import dev.distill.models.Torch;
import dev.distill.models.causal.CausalBase;
import dev.distill.models.causal.CausalPackage;
import dev.distill.models.causal.LabelTask;
import dev.distill.models.chat.Chat;
import dev.distill.models.chat.ChatTemplate;
import dev.distill.models.chat.PromptProof;
import dev.distill.models.students.Students;
import dev.distill.trainer.CalibrationFit;
import dev.distill.trainer.TrainingEvent;
import dev.distill.trainer.TrainingResult;
import dev.distill.trainer.TrainingRow;
import dev.distill.trainer.causal.CausalJob;
import dev.distill.trainer.causal.CausalTrainer;
import dev.distill.trainer.causal.ChatFormat;
import dev.distill.trainer.causal.ChatRow.Message;
import dev.distill.trainer.causal.TemplateFormat;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Trains a student of kind {@code causal-lm}: it learns to answer the teacher's own request ({@link
 * ChatRows}).
 */
final class CausalTraining implements Training {
    /** Enough for one temperature; each costs the likelihood of every label. */
    private static final int CALIBRATION_ROWS = 1000;

    private final RunContext context;
    private final StageOutput curate;
    private final CausalBase base;
    private final ChatRows rows;

    CausalTraining(RunContext context, StageOutput curate) {
        this.context = context;
        this.curate = curate;
        this.base = context.causalBase();
        this.rows = ChatRows.of(context.job(), curate);
    }

    @Override
    public Digest digest() {
        Digest trained = job(Path.of(""), Path.of("")).digest();
        if (context.job().format() instanceof Labels labels) {
            // What else is in a classifier's package.
            String names = String.join("\n", labels.names());
            return Digest.of(String.join("\n", trained.hex(), Calibration.FILE, names));
        }
        return trained;
    }

    private CausalJob job(Path model, Path scratch) {
        StudentConfig student = context.job().config().student();
        CausalTrainConfig settings = student.causalLmSettings();
        Optional<CausalJob.LocalTeacherFolder> teacher =
                context.causalTeacher()
                        .map(
                                local ->
                                        new CausalJob.LocalTeacherFolder(
                                                local, format(local.folder())));
        return new CausalJob(
                context.job().config().train(),
                settings,
                student.maxLength(),
                base,
                format(base.folder()),
                teacher,
                rows.training(),
                rows.validation(),
                scratch,
                model);
    }

    private static ChatFormat format(Path folder) {
        return new TemplateFormat(ChatTemplate.load(folder, CausalPackage.CLOCK));
    }

    private static Chat chat(List<Message> messages) {
        ArrayNode list = Json.array();
        messages.forEach(
                message ->
                        list.addObject()
                                .put("role", message.role())
                                .put("content", message.content()));
        return Chat.of(list);
    }

    /** How sure a classifier really is; texts have no probabilities to mend. */
    private Optional<Calibration> calibration(Path model) {
        if (!(context.job().format() instanceof Labels labels)) {
            return Optional.empty();
        }
        List<TrainingRow> unseen = TrainingRows.of(curate, labels).validation();
        try (Classifier student = Students.load(model)) {
            return Optional.of(
                    CalibrationFit.of(
                            student, unseen.subList(0, Math.min(unseen.size(), CALIBRATION_ROWS))));
        }
    }

    /**
     * What belongs into the package beside decoder and tokenizer: of a classification its labels, a
     * prompt with its tokens as proof, and the card.
     */
    private void complete(Path model) {
        if (context.job().format() instanceof Labels labels) {
            CausalPackage.choose(
                    model, new LabelTask(labels.names(), context.job().systemPrompt()));
        }
        try (Tokenizer tokenizer = Tokenizer.load(base.tokenizerFile())) {
            ChatTemplate template = ChatTemplate.load(base.folder(), CausalPackage.CLOCK);
            PromptProof.of(template, tokenizer, chat(rows.training().getFirst().prompt()))
                    .write(model);
        }
        CausalPackage.describe(
                model, StudentCard.of(context, StudentConfig.Kind.CAUSAL_LM, curate, List.of()));
    }

    private static void keep(TrainingEvent event, ArrayNode firstRow) {
        if (event instanceof TrainingEvent.Reading reading) {
            firstRow.addAll(RunEvent.RowsRead.json(reading.first()));
        }
    }

    @Override
    public ObjectNode run(Path model, Path scratch) {
        CausalJob job = job(model, scratch);
        ArrayNode firstRow = Json.array();
        TrainingResult result =
                Watched.train(
                        context,
                        StudentConfig.Kind.CAUSAL_LM,
                        scratch,
                        listener ->
                                new CausalTrainer(InstantSource.system())
                                        .train(
                                                job,
                                                listener.andThen(event -> keep(event, firstRow)),
                                                context.stop()));
        complete(model);
        Optional<Calibration> calibration = calibration(model);
        calibration.ifPresent(fitted -> fitted.write(model));
        String method = job.causal().method().name().toLowerCase(Locale.ROOT);
        ObjectNode facts = Json.object();
        calibration.ifPresent(fitted -> facts.put("temperature", fitted.temperature()));
        facts.set("first_row", firstRow);
        return facts.put(
                        "nature",
                        "causal-lm (%s) on %s, %s"
                                .formatted(
                                        base.config().family().modelType(),
                                        context.base(StudentConfig.Kind.CAUSAL_LM)
                                                .orElseThrow()
                                                .name(),
                                        job.causal().fromScratch() ? "from scratch" : method))
                .put("best_epoch", result.bestEpoch())
                .put("validation_accuracy", result.validationAccuracy())
                .put("validation_loss", result.validationLoss())
                .put("steps", result.steps())
                .put("seconds", result.seconds())
                .put("rows_per_second", result.rowsPerSecond())
                .put("parameters", base.config().parameterCount())
                .put("libtorch", Torch.version())
                .put("truncated_share", result.truncatedShare())
                .put("method", method)
                .put("precision", job.precision().name().toLowerCase(Locale.ROOT));
    }
}
