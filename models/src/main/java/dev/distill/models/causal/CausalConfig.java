package dev.distill.models.causal;

import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The shape of a decoder, as its config.json tells it.
 *
 * @param family which family of decoders
 * @param size the dimensions
 * @param layers what each layer mixes tokens with
 * @param activation the non-linearity of the feed-forward blocks
 * @param rmsNormEps what norms add to the mean square
 * @param attention how tokens attend to each other
 * @param deltaRule the dimensions of layers without attention; all 0 where there are none
 * @param mlpBias whether the feed-forward blocks have biases
 * @param tiedEmbeddings whether the embedding is also the output matrix
 * @param finalLogitSoftcapping logits are softcap * tanh(logits / softcap); 0 for not
 * @param initializerRange the standard deviation of new weights
 * @param source the JSON object that this was read from: what {@link #toJson} writes again
 */
public record CausalConfig(
        Family family,
        Size size,
        List<Layer> layers,
        Activation activation,
        double rmsNormEps,
        Attention attention,
        DeltaRule deltaRule,
        boolean mlpBias,
        boolean tiedEmbeddings,
        double finalLogitSoftcapping,
        double initializerRange,
        String source) {
    public CausalConfig {
        layers = List.copyOf(layers);
    }

    /**
     * The dimensions of a decoder.
     *
     * @param vocabulary rows of the embedding; may exceed the tokenizer's
     * @param hidden length of a token's vector
     * @param intermediate inner length of the feed-forward blocks
     * @param heads of queries
     * @param keyValueHeads of keys and values; divides {@code heads}
     * @param headSize length of a query
     * @param positions most tokens of a row
     */
    public record Size(
            int vocabulary,
            int hidden,
            int intermediate,
            int heads,
            int keyValueHeads,
            int headSize,
            int positions) {}

    /** What a layer mixes tokens with. */
    public enum Layer {
        /** Attention to all earlier tokens. */
        FULL_ATTENTION(0),
        /** Attention to the last {@code slidingWindow} tokens. */
        SLIDING_ATTENTION(1),
        /** The gated delta rule. */
        LINEAR_ATTENTION(2);

        private final int code;

        Layer(int code) {
            this.code = code;
        }

        /** The number by which the program knows it. */
        int code() {
            return code;
        }
    }

    /** The non-linearity of the feed-forward blocks. */
    public enum Activation {
        /** x times the logistic function of x. */
        SILU(0),
        /** x times the normal distribution function of x, approximated by tanh. */
        GELU_TANH(1),
        /** The same as defined. */
        GELU(2);

        private final int code;

        Activation(int code) {
            this.code = code;
        }

        /** The number by which the program knows it. */
        int code() {
            return code;
        }
    }

    /**
     * How tokens attend to each other.
     *
     * @param rope positions of layers that see everything
     * @param localRope positions of layers with a sliding window
     * @param slidingWindow how many tokens such layers see, the token itself included; 0 for none
     * @param scale what scores are multiplied by
     * @param logitSoftcapping as for the final logits, for scores; 0 for not
     * @param inputBias whether queries, keys and values have biases
     * @param outputBias whether the projection of what was mixed has one
     */
    public record Attention(
            Rope rope,
            Rope localRope,
            int slidingWindow,
            double scale,
            double logitSoftcapping,
            boolean inputBias,
            boolean outputBias) {}

    /**
     * The dimensions of layers of gated delta rule.
     *
     * @param keyHeads of queries and keys
     * @param valueHeads of values; a multiple of {@code keyHeads}
     * @param keySize length of a key
     * @param valueSize length of a value
     * @param kernel how many tokens the convolution before it sees
     */
    public record DeltaRule(int keyHeads, int valueHeads, int keySize, int valueSize, int kernel) {
        /** No such layers. */
        public static final DeltaRule NONE = new DeltaRule(0, 0, 0, 0, 0);

        /** How many channels the convolution has: queries, keys and values. */
        int channels() {
            return 2 * keyHeads * keySize + valueHeads * valueSize;
        }
    }

    /**
     * Reads a config.json.
     *
     * @throws dev.distill.config.UserError naming every member that is missing, of the wrong type
     *     or not supported, and for a {@code model_type} that is not known
     */
    public static CausalConfig read(Path file) {
        return CausalConfigReader.read(file);
    }

    /**
     * The text of a config.json that {@link #read} and transformers understand: the members that
     * were read, as a decoder without images, in float32.
     */
    public String toJson() {
        return CausalConfigReader.write(this);
    }

    /** The name of the output matrix, (vocabulary, hidden), among the weights. */
    public String outputName() {
        return tiedEmbeddings ? Names.EMBEDDING : Names.OUTPUT;
    }

    /** Names and shapes of all weights, in the order of packages. */
    public Map<String, Shape> shapes() {
        return Names.shapes(this);
    }

    /** How many numbers the weights hold together. */
    public long parameterCount() {
        return shapes().values().stream().mapToLong(Shape::size).sum();
    }
}
