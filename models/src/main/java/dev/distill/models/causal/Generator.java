package dev.distill.models.causal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.distill.models.causal.CausalLm.Next;
import dev.distill.models.causal.Generation.Answer;
import dev.distill.models.causal.Generation.End;
import dev.distill.models.causal.Generation.Listener;
import dev.distill.models.causal.Generation.Request;
import dev.distill.models.causal.Generation.Token;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Goes on with prompts, token by token, several at once. Prompts of different lengths share a
 * batch; an answer that has ended leaves it.
 *
 * <p>An answer depends on its own prompt, settings and seed; in bfloat16 the batch around it can
 * tip the balance between tokens of almost equal probability.
 *
 * <p>Not thread-safe. The decoder and the weights are somebody else's.
 */
public final class Generator {
    private static final int FIRST_CAPACITY = 64; // room for new tokens before the cache grows

    private final NDManager manager;
    private final CausalLm lm;
    private final Map<String, NDArray> weights;

    /** A generator; arrays live in children of {@code manager} during {@link #generate}. */
    public Generator(NDManager manager, CausalLm lm, Map<String, NDArray> weights) {
        this.manager = manager;
        this.lm = lm;
        this.weights = weights;
    }

    /** An answer in the making. */
    private static final class Row {
        final int number;
        final Request request;
        final long[] prompt;
        final Sampler sampler;
        final Set<Long> seen = new LinkedHashSet<>();
        final List<Token> tokens = new ArrayList<>();
        @Nullable End end;

        Row(int number, Request request) {
            this.number = number;
            this.request = request;
            this.prompt = request.prompt().stream().mapToLong(Long::longValue).toArray();
            this.sampler = new Sampler(request.sampling());
            Arrays.stream(prompt).forEach(seen::add);
        }

        int length() {
            return prompt.length + tokens.size();
        }
    }

    /** Answers in the order of the requests. */
    public List<Answer> generate(List<Request> requests) {
        return generate(requests, (_, _) -> true);
    }

    /**
     * Answers in the order of the requests; the listener hears of each token when it is chosen.
     *
     * @throws IllegalArgumentException when a prompt is as long as the decoder's longest row
     */
    public List<Answer> generate(List<Request> requests, Listener listener) {
        if (requests.isEmpty()) {
            return List.of();
        }
        List<Row> rows =
                IntStream.range(0, requests.size())
                        .mapToObj(i -> new Row(i, requests.get(i)))
                        .toList();
        rows.forEach(this::check);
        int width = rows.stream().mapToInt(Row::length).max().orElseThrow();
        try (KeyValueCache cache = lm.newCache(manager, rows.size(), width + FIRST_CAPACITY)) {
            List<Row> live = rows;
            read(cache, live, width, listener);
            while (true) {
                live = keepLive(cache, live);
                if (live.isEmpty()) {
                    break;
                }
                goOn(cache, live, listener);
            }
        }
        return rows.stream().map(row -> new Answer(row.tokens, end(row))).toList();
    }

    private void check(Row row) {
        int most = lm.config().size().positions();
        if (row.prompt.length >= most) {
            throw new IllegalArgumentException(
                    "a prompt of %d tokens leaves no room for an answer in %d"
                            .formatted(row.prompt.length, most));
        }
        for (long token : row.prompt) {
            if (token < 0 || token >= lm.config().size().vocabulary()) {
                throw new IllegalArgumentException(
                        "token %d is not in a vocabulary of %d"
                                .formatted(token, lm.config().size().vocabulary()));
            }
        }
    }

    private static End end(Row row) {
        if (row.end == null) {
            throw new IllegalStateException("answer %d has not ended".formatted(row.number));
        }
        return row.end;
    }

    /** Reads the prompts and chooses the first token of each answer. */
    private void read(KeyValueCache cache, List<Row> rows, int width, Listener listener) {
        try (NDManager step = manager.newSubManager()) {
            TokenRows prompts = TokenRows.of(step, rows.stream().map(row -> row.prompt).toList());
            long[] last = new long[rows.size()];
            Arrays.setAll(last, i -> (long) i * width + rows.get(i).prompt.length - 1);
            choose(rows, lm.extend(weights, cache, prompts, step.create(last)), listener);
        }
    }

    /** Adds the last token of each answer and chooses the next. */
    private void goOn(KeyValueCache cache, List<Row> rows, Listener listener) {
        try (NDManager step = manager.newSubManager()) {
            Shape shape = new Shape(rows.size(), 1);
            long[] ids = rows.stream().mapToLong(row -> row.tokens.getLast().id()).toArray();
            long[] positions = rows.stream().mapToLong(row -> row.length() - 1L).toArray();
            long[] segments = new long[rows.size()];
            Arrays.fill(segments, 1);
            TokenRows tokens =
                    new TokenRows(
                            step.create(ids, shape),
                            step.create(positions, shape),
                            step.create(segments, shape));
            long[] all = IntStream.range(0, rows.size()).asLongStream().toArray();
            choose(rows, lm.extend(weights, cache, tokens, step.create(all)), listener);
        }
    }

    private void choose(List<Row> rows, Next next, Listener listener) {
        float[] all = next.logits().toFloatArray();
        float[] logSums = next.logSums().toFloatArray();
        int vocabulary = all.length / rows.size();
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            float[] logits = Arrays.copyOfRange(all, i * vocabulary, (i + 1) * vocabulary);
            int id = row.sampler.choose(logits, row.seen);
            Token token = token(id, logits, logSums[i], row.request.alternatives());
            row.tokens.add(token);
            row.seen.add(token.id());
            boolean wanted = listener.accept(row.number, token);
            if (row.request.stopTokens().contains(token.id())) {
                row.end = End.STOP_TOKEN;
            } else if (!wanted) {
                row.end = End.LISTENER;
            } else if (row.tokens.size() >= row.request.maxNewTokens()
                    || row.length() >= lm.config().size().positions()) {
                row.end = End.LENGTH;
            }
        }
    }

    private static Token token(int id, float[] logits, float logSum, int alternatives) {
        List<Token> others =
                Arrays.stream(Sampler.largest(logits, alternatives))
                        .mapToObj(i -> new Token(i, (double) logits[i] - logSum, List.of()))
                        .toList();
        return new Token(id, (double) logits[id] - logSum, others);
    }

    /** The rows that go on; the others leave the cache. */
    private List<Row> keepLive(KeyValueCache cache, List<Row> rows) {
        int[] live = IntStream.range(0, rows.size()).filter(i -> rows.get(i).end == null).toArray();
        if (live.length > 0 && live.length < rows.size()) {
            lm.keep(cache, Arrays.stream(live).asLongStream().toArray());
        }
        return Arrays.stream(live).mapToObj(rows::get).toList();
    }
}
