package dev.distill.models.causal;

import ai.djl.ndarray.NDManager;
import dev.distill.models.Precision;
import dev.distill.models.Tokenizer;
import dev.distill.models.Torch;
import dev.distill.models.causal.Generation.Answer;
import dev.distill.models.causal.Generation.End;
import dev.distill.models.causal.Generation.Request;
import dev.distill.models.causal.Generation.Token;
import dev.distill.models.chat.Chat;
import dev.distill.models.chat.ChatTemplate;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A causal student's package at work: chats in, answers out, as text and piece by piece. The same
 * class serves evaluation and production, from the same files.
 *
 * <p>Not thread-safe: the thread that owns it makes all calls, fed by a queue where several ask.
 * Whoever loaded it closes it.
 */
public final class ChatModel implements AutoCloseable {
    private final NDManager manager;
    private final CausalConfig config;
    private final GenerationConfig defaults;
    private final Tokenizer tokenizer;
    private final ChatTemplate template;
    private final HeldWeights weights;
    private final CausalLm lm;

    private ChatModel(NDManager manager, Path folder, Precision precision, Clock clock) {
        this.manager = manager;
        this.config = CausalConfig.read(folder.resolve("config.json"));
        this.defaults = GenerationConfig.read(folder);
        this.template = ChatTemplate.load(folder, clock);
        this.weights = HeldWeights.read(manager, folder, config, precision);
        this.tokenizer = Tokenizer.load(folder.resolve("tokenizer.json"));
        this.lm = new CausalLm(manager, config, precision);
    }

    /**
     * Loads a folder in the Hugging Face layout, with a chat template.
     *
     * @param clock the day that some templates write
     * @throws dev.distill.config.UserError when a file is missing or damaged, or the files do not
     *     fit together
     */
    public static ChatModel load(Path folder, Precision precision, Clock clock) {
        NDManager manager = Torch.newManager();
        try {
            return new ChatModel(manager, folder, precision, clock);
        } catch (RuntimeException | Error e) {
            manager.close();
            throw e;
        }
    }

    /**
     * What is asked.
     *
     * @param prompt tokens, of {@link #prompt}
     * @param maxNewTokens most tokens of the answer; 0 for as many as the model says or takes
     * @param sampling how tokens are chosen
     * @param stops texts that end the answer and are not part of it
     * @param alternatives for how many of the most probable tokens the reply tells the
     *     log-probability at each place
     */
    public record Ask(
            List<Long> prompt,
            int maxNewTokens,
            Sampling sampling,
            List<String> stops,
            int alternatives) {
        public Ask {
            prompt = List.copyOf(prompt);
            stops = List.copyOf(stops);
        }

        /** The same with a prompt as {@link #prompt} gives it. */
        public Ask(
                long[] prompt,
                int maxNewTokens,
                Sampling sampling,
                List<String> stops,
                int alternatives) {
            this(
                    Arrays.stream(prompt).boxed().toList(),
                    maxNewTokens,
                    sampling,
                    stops,
                    alternatives);
        }
    }

    /**
     * What is answered.
     *
     * @param text without special tokens and without the stop string
     * @param tokens all that were generated, those after the text's end included
     * @param end why it ended; {@link End#LISTENER} also for a stop string
     */
    public record Reply(String text, List<Token> tokens, End end) {
        public Reply {
            tokens = List.copyOf(tokens);
        }
    }

    /** Hears of each token when it is chosen. */
    @FunctionalInterface
    public interface Listener {
        /**
         * Hears of a token; called on the thread that answers.
         *
         * @param ask number of the ask, from 0
         * @param piece of text that is certain with it; may be empty
         * @return whether the answer shall go on
         */
        boolean accept(int ask, String piece, Token token);
    }

    /** The shape of the decoder. */
    public CausalConfig config() {
        return config;
    }

    /** How it answers unless it is told otherwise. */
    public GenerationConfig defaults() {
        return defaults;
    }

    /** How many numbers its weights hold. */
    public long parameterCount() {
        return config.parameterCount();
    }

    /** The tokens of a chat up to where the answer begins. */
    public long[] prompt(Chat chat) {
        return tokenizer.plain(template.prompt(chat));
    }

    /** The tokens of a whole chat, its last answer included. */
    long[] whole(Chat chat) {
        return tokenizer.plain(template.text(chat));
    }

    /** The text of one token as it stands in log-probabilities; "" for special tokens. */
    public String text(long token) {
        return tokenizer.text(new long[] {token});
    }

    /** Answers in the order of the asks, several at a time. */
    public List<Reply> reply(List<Ask> asks) {
        return reply(asks, (_, _, _) -> true);
    }

    /**
     * Answers in the order of the asks; the listener hears of each token.
     *
     * @throws IllegalArgumentException when a prompt leaves no room for an answer
     */
    public List<Reply> reply(List<Ask> asks, Listener listener) {
        List<TextStream> streams =
                asks.stream().map(ask -> new TextStream(tokenizer::text, ask.stops())).toList();
        List<StringBuilder> texts = asks.stream().map(_ -> new StringBuilder()).toList();
        List<Answer> answers =
                new Generator(manager, lm, weights.asMap())
                        .generate(
                                asks.stream().map(this::request).toList(),
                                (i, token) -> {
                                    String piece = streams.get(i).add(token.id());
                                    texts.get(i).append(piece);
                                    boolean wanted = listener.accept(i, piece, token);
                                    return wanted && !streams.get(i).stopped();
                                });
        return IntStream.range(0, asks.size())
                .mapToObj(
                        i -> {
                            texts.get(i).append(streams.get(i).end());
                            return new Reply(
                                    texts.get(i).toString(),
                                    answers.get(i).tokens(),
                                    answers.get(i).end());
                        })
                .toList();
    }

    private Request request(Ask ask) {
        int most =
                defaults.maxNewTokens() > 0 ? defaults.maxNewTokens() : config.size().positions();
        return new Request(
                ask.prompt(),
                ask.maxNewTokens() > 0 ? ask.maxNewTokens() : most,
                defaults.stopTokens(),
                ask.sampling(),
                ask.alternatives());
    }

    /** Computes the probabilities of given answers. */
    Likelihoods likelihoods() {
        return new Likelihoods(manager, lm, weights.asMap());
    }

    @Override
    public void close() {
        lm.close();
        tokenizer.close();
        weights.close();
        manager.close();
    }
}
