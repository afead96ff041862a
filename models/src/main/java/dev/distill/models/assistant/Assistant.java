package dev.distill.models.assistant;

import ai.djl.ndarray.NDManager;

import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import dev.distill.models.Precision;
import dev.distill.models.Tokenizer;
import dev.distill.models.Torch;
import dev.distill.models.causal.CausalConfig;
import dev.distill.models.causal.CausalLm;
import dev.distill.models.causal.Generation;
import dev.distill.models.causal.GenerationConfig;
import dev.distill.models.causal.Generator;
import dev.distill.models.causal.HeldWeights;
import dev.distill.models.causal.Sampling;
import dev.distill.models.chat.Chat;
import dev.distill.models.chat.ChatTemplate;

import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * A causal language model's package at work: chats in, answers in words out, several at once. It
 * writes the prompt with the package's own chat template and ends an answer where
 * generation_config.json says.
 *
 * <p>Not thread-safe: the thread that owns it makes all calls. Whoever loaded it closes it.
 */
public final class Assistant implements AutoCloseable {
    private final NDManager manager;
    private final CausalConfig config;
    private final GenerationConfig generation;
    private final ChatTemplate template;
    private final Tokenizer tokenizer;
    private final CausalLm lm;
    private final HeldWeights weights;
    private final Generator generator;

    private Assistant(NDManager manager, Path folder, Precision precision) {
        this.manager = manager;
        config = CausalConfig.read(folder.resolve("config.json"));
        generation = GenerationConfig.read(folder);
        template = ChatTemplate.load(folder, Clock.system(ZoneId.systemDefault()));
        weights = HeldWeights.read(manager, folder, config, precision);
        lm = new CausalLm(manager, config, precision);
        generator = new Generator(manager, lm, weights.asMap());
        tokenizer = Tokenizer.load(folder.resolve("tokenizer.json"));
    }

    /**
     * Loads a package that computes in float32.
     *
     * @throws UserError when a file is missing or damaged, or the files do not fit together
     */
    public static Assistant load(Path folder) {
        NDManager manager = Torch.newManager();
        try {
            return new Assistant(manager, folder, Precision.FP32);
        } catch (RuntimeException | Error e) {
            manager.close();
            throw e;
        }
    }

    /**
     * What is asked.
     *
     * @param chat whose next answer is wanted
     * @param maxTokens most tokens of the answer; empty for what the package and its context allow
     * @param sampling how tokens are chosen; empty for what the package says
     * @param stops texts that end the answer and are not part of it
     * @param alternatives how many of the likeliest tokens to tell at each place
     */
    public record Question(
            Chat chat,
            Optional<Integer> maxTokens,
            Optional<Sampling> sampling,
            List<String> stops,
            int alternatives) {
        public Question {
            stops = List.copyOf(stops);
        }
    }

    /**
     * What is answered.
     *
     * @param tokens of the text, without the one that ended it
     * @param promptTokens how many the prompt has
     * @param completionTokens how many were made, the one that ended it counted
     * @param ended by itself or with a stop string, and not for want of tokens
     */
    public record Answer(
            String text, List<Token> tokens, int promptTokens, int completionTokens, End ended) {
        public Answer {
            tokens = List.copyOf(tokens);
        }

        /** The probability of all tokens of the text, by the model's own distribution. */
        public double probability() {
            return Math.exp(tokens.stream().mapToDouble(Token::logProbability).sum());
        }
    }

    /** Why an answer ended. */
    public enum End {
        /** By itself, or with a stop string. */
        STOP,
        /** It had as many tokens as it may have. */
        LENGTH
    }

    /**
     * A token of an answer.
     *
     * @param text what it adds; a token in the midst of a character adds nothing
     * @param alternatives the likeliest at its place, without alternatives of their own
     */
    public record Token(String text, double logProbability, List<Token> alternatives) {
        public Token {
            alternatives = List.copyOf(alternatives);
        }
    }

    /** Answers in the order of the questions. */
    public List<Answer> answer(List<Question> questions) {
        return answer(questions, (_, _) -> {});
    }

    /**
     * Answers in the order of the questions.
     *
     * @param listener hears of each part of a text as soon as it stands, with the number of its
     *     question; called on this thread
     * @throws UserError when a prompt is too long
     */
    public List<Answer> answer(List<Question> questions, BiConsumer<Integer, String> listener) {
        List<Writing> writings = questions.stream().map(this::begin).toList();
        List<Generation.Answer> answers =
                generator.generate(
                        writings.stream().map(Writing::request).toList(),
                        (number, token) ->
                                writings.get(number)
                                        .hears(token, part -> listener.accept(number, part)));
        List<Answer> told = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
            int number = i;
            told.add(writings.get(i).end(answers.get(i), part -> listener.accept(number, part)));
        }
        return told;
    }

    private Writing begin(Question question) {
        long[] prompt = prompt(question.chat());
        int positions = config.size().positions();
        if (prompt.length >= positions) {
            throw new UserError(
                    ExitCode.INVALID_INPUT,
                    Problem.of(
                            "the prompt has %d tokens, and the student reads %d with its answer"
                                    .formatted(prompt.length, positions)));
        }
        int room = positions - prompt.length;
        int most = question.maxTokens().orElse(generation.maxNewTokens());
        Generation.Request request =
                new Generation.Request(
                        prompt,
                        most <= 0 ? room : Math.min(most, room),
                        generation.stopTokens(),
                        question.sampling().orElse(generation.sampling()),
                        question.alternatives());
        return new Writing(tokenizer, request, new AnswerText(tokenizer, question.stops()));
    }

    /** The tokens of a chat up to where its next answer begins. */
    long[] prompt(Chat chat) {
        return tokenizer.plain(template.prompt(chat));
    }

    /** How many numbers the student's weights hold. */
    public long parameterCount() {
        return config.parameterCount();
    }

    /**
     * Looks at a question before it takes a place in a batch; any thread may.
     *
     * @throws UserError when the template refuses the chat, or the prompt is too long
     */
    public void check(Question question) {
        begin(question);
    }

    @Override
    public void close() {
        tokenizer.close();
        lm.close();
        weights.close();
        manager.close();
    }
}
