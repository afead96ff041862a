import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;

import dev.distill.config.CausalTrainConfig;
import dev.distill.config.CausalTrainConfig.Lora;
import dev.distill.config.CausalTrainConfig.Method;
import dev.distill.config.CausalTrainConfig.OnPolicy;
import dev.distill.config.TrainConfig;
import dev.distill.files.Json;
import dev.distill.models.Precision;
import dev.distill.models.causal.CausalBase;
import dev.distill.models.causal.ChatModel;
import dev.distill.models.causal.ChatModel.Ask;
import dev.distill.models.causal.ChatModel.Reply;
import dev.distill.models.causal.Sampling;
import dev.distill.models.chat.Chat;
import dev.distill.models.chat.ChatTemplate;
import dev.distill.trainer.TrainingEvent;
import dev.distill.trainer.TrainingResult;
import dev.distill.trainer.causal.CausalJob;
import dev.distill.trainer.causal.CausalTrainer;
import dev.distill.trainer.causal.ChatRow;
import dev.distill.trainer.causal.TemplateFormat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Trains a causal language model of 0.5 M weights from scratch on order messages and has it answer
 * held-out ones: the whole path from template and mask to generated JSON. README.md says how to run
 * it.
 *
 * <p>usage: Extraction [rows] [epochs] [batch] [learning rate] [most tokens of a packed row]
 */
final class Extraction {
    private static final int HELD_OUT = 500;
    private static final int WRONG_SHOWN = 5;

    private Extraction() {}

    public static void main(String[] args) throws Exception {
        int count = args.length > 0 ? Integer.parseInt(args[0]) : 6_000;
        int epochs = args.length > 1 ? Integer.parseInt(args[1]) : 2;
        int batch = args.length > 2 ? Integer.parseInt(args[2]) : 16;
        double rate = args.length > 3 ? Double.parseDouble(args[3]) : 3e-3;
        int width = args.length > 4 ? Integer.parseInt(args[4]) : 128;
        List<ChatRow> rows = OrderMessages.rows(count + 2 * HELD_OUT, 1);
        List<ChatRow> heldOut = rows.subList(count + HELD_OUT, count + 2 * HELD_OUT);
        Path base = Path.of("examples/extraction/base");
        Path work = Files.createTempDirectory("causal-extraction");
        Tokens tokens = new Tokens();
        long begun = System.nanoTime();
        TrainingResult result =
                new CausalTrainer(InstantSource.system())
                        .train(
                                job(
                                        base,
                                        rows.subList(0, count),
                                        rows.subList(count, count + HELD_OUT),
                                        epochs,
                                        batch,
                                        rate,
                                        width,
                                        work),
                                event -> {
                                    tokens.see(event);
                                    show(event);
                                },
                                () -> false);
        System.out.printf(
                Locale.ROOT,
                "%d epochs of %,d rows in %.0f s: %.0f rows/s, %.0f tokens/s, validation loss %.4f%n",
                epochs,
                count,
                (System.nanoTime() - begun) / 1e9,
                result.rowsPerSecond(),
                result.rowsPerSecond() * tokens.perRow,
                result.validationLoss());
        try (ChatModel model =
                ChatModel.load(work.resolve("model"), Precision.FP32, Clock.systemUTC())) {
            int right = 0;
            int wrong = 0;
            List<Ask> asks = new ArrayList<>();
            for (ChatRow row : heldOut) {
                Chat chat =
                        Chat.of(
                                Json.array()
                                        .add(
                                                Json.object()
                                                        .put("role", "user")
                                                        .put(
                                                                "content",
                                                                row.prompt()
                                                                        .getFirst()
                                                                        .content())));
                asks.add(new Ask(model.prompt(chat), 80, Sampling.GREEDY, List.of(), 0));
            }
            List<Reply> replies = model.reply(asks);
            for (int i = 0; i < replies.size(); i++) {
                boolean same = same(replies.get(i).text(), heldOut.get(i).answer());
                right += same ? 1 : 0;
                if (i < 2 || !same && wrong++ < WRONG_SHOWN) {
                    System.out.println(
                            heldOut.get(i).prompt().getFirst().content()
                                    + "\n  "
                                    + replies.get(i).text());
                }
            }
            System.out.printf(
                    Locale.ROOT,
                    "exact JSON on %d held-out messages: %.1f %%, %.0f s in all%n",
                    HELD_OUT,
                    100.0 * right / HELD_OUT,
                    (System.nanoTime() - begun) / 1e9);
        }
    }

    /** How long the rows are on average, which the trainer tells once. */
    private static final class Tokens {
        private double perRow;

        void see(TrainingEvent event) {
            if (event instanceof TrainingEvent.Reading reading) {
                perRow = (double) reading.tokens() / reading.rows();
            }
        }
    }

    private static boolean same(String answer, String expected) throws JsonProcessingException {
        try {
            JsonNode json = Json.parse(answer);
            return json.equals(Json.parse(expected));
        } catch (JsonProcessingException _) {
            return false;
        }
    }

    private static void show(TrainingEvent event) {
        switch (event) {
            case TrainingEvent.Step step when step.step() % 100 == 0 ->
                    System.out.printf(
                            Locale.ROOT,
                            "step %d of %d: loss %.3f, %.0f rows/s%n",
                            step.step(),
                            step.steps(),
                            step.loss(),
                            step.rowsPerSecond());
            case TrainingEvent.Epoch epoch ->
                    System.out.printf(
                            Locale.ROOT,
                            "epoch %d: validation loss %.4f, tokens right %.2f %%%n",
                            epoch.epoch(),
                            epoch.loss(),
                            100 * epoch.accuracy());
            case TrainingEvent.Reading reading ->
                    System.out.println(reading.prompt() + "[" + reading.answer() + "]");
            default -> {}
        }
    }

    private static CausalJob job(
            Path base,
            List<ChatRow> training,
            List<ChatRow> validation,
            int epochs,
            int batch,
            double rate,
            int width,
            Path work) {
        return new CausalJob(
                new TrainConfig(
                        epochs,
                        rate,
                        rate,
                        batch,
                        1,
                        0.01,
                        0.05,
                        TrainConfig.LrSchedulerType.COSINE,
                        1,
                        Optional.empty(),
                        0,
                        TrainConfig.Precision.FP32,
                        new TrainConfig.Kd(1, 0),
                        10_000,
                        7,
                        Optional.empty(),
                        "auto"),
                new CausalTrainConfig(
                        Method.FULL,
                        new Lora(16, 32, 0, List.of("all-linear")),
                        true,
                        true,
                        false,
                        Optional.empty(),
                        new OnPolicy(0, 1, 1),
                        Optional.empty()),
                width,
                new CausalBase(base),
                new TemplateFormat(ChatTemplate.load(base, Clock.systemUTC())),
                Optional.empty(),
                training,
                validation,
                work,
                work.resolve("model"));
    }
}
