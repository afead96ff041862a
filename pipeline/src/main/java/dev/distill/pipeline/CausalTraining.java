package dev.distill.pipeline;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.CausalTrainConfig;
import dev.distill.config.StudentConfig;
import dev.distill.datasets.AnswerRow;
import dev.distill.datasets.DatasetFolder;
import dev.distill.datasets.Labels;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import dev.distill.models.Tokenizer;
import dev.distill.models.Torch;
import dev.distill.models.causal.CausalBase;
import dev.distill.models.causal.CausalPackage;
import dev.distill.models.causal.LabelTask;
import dev.distill.models.chat.Chat;
import dev.distill.models.chat.ChatTemplate;
import dev.distill.models.chat.PromptProof;
import dev.distill.trainer.TrainingResult;
import dev.distill.trainer.causal.CausalJob;
import dev.distill.trainer.causal.CausalTrainer;
import dev.distill.trainer.causal.ChatFormat;
import dev.distill.trainer.causal.ChatRow;
import dev.distill.trainer.causal.ChatRow.Message;
import dev.distill.trainer.causal.TemplateFormat;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Trains a student of kind {@code causal-lm}: it learns to answer the teacher's own request, system
 * prompt and text, with what the teacher's answer means.
 */
final class CausalTraining implements Training {
    private final RunContext context;
    private final StageOutput curate;
    private final CausalBase base;
    private final List<ChatRow> training;
    private final List<ChatRow> validation;

    CausalTraining(RunContext context, StageOutput curate) {
        this.context = context;
        this.curate = curate;
        this.base = context.causalBase();
        DatasetFolder dataset = new DatasetFolder(curate.folder());
        this.training = dataset.train().stream().map(this::row).toList();
        this.validation = dataset.validation().stream().map(this::row).toList();
    }

    private ChatRow row(AnswerRow row) {
        return new ChatRow(
                row.id(),
                List.of(
                        new Message("system", context.job().systemPrompt()),
                        new Message("user", row.text())),
                row.label().orElseThrow());
    }

    @Override
    public Digest digest() {
        return job(Path.of(""), Path.of("")).digest();
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
                training,
                validation,
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
            PromptProof.of(template, tokenizer, chat(training.getFirst().prompt())).write(model);
        }
        CausalPackage.describe(
                model, StudentCard.of(context, StudentConfig.Kind.CAUSAL_LM, curate, List.of()));
    }

    @Override
    public ObjectNode run(Path model, Path scratch) {
        CausalJob job = job(model, scratch);
        TrainingResult result =
                Watched.train(
                        context,
                        scratch,
                        listener ->
                                new CausalTrainer(InstantSource.system())
                                        .train(job, listener, context.stop()));
        complete(model);
        String method = job.causal().method().name().toLowerCase(Locale.ROOT);
        return Json.object()
                .put(
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
