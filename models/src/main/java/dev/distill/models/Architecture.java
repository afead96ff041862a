package dev.distill.models;

import ai.djl.ndarray.types.Shape;
import dev.distill.models.EncoderConfig.Size;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The families of encoders: each has a program among the resources and Hugging Face's names. */
public enum Architecture {
    /** BERT and what is built like it, MiniLM for one. */
    BERT(
            "bert",
            "Bert",
            "bert.",
            "bert.embeddings.word_embeddings.weight",
            "bert.encoder.layer.",
            Head.POOLER) {
        @Override
        Dropouts dropouts(Size size, long texts, long tokens) {
            return new Dropouts(
                    (1 + 2L * size.layers()) * states(size, texts, tokens),
                    scores(size, texts, tokens));
        }

        @Override
        void addShapes(Map<String, Shape> shapes, Size size) {
            long hidden = size.hidden();
            shapes.put(tokenTable(), new Shape(size.vocabulary(), hidden));
            shapes.put(
                    "bert.embeddings.position_embeddings.weight",
                    new Shape(size.positions(), hidden));
            shapes.put(
                    "bert.embeddings.token_type_embeddings.weight",
                    new Shape(size.tokenTypes(), hidden));
            norm(shapes, "bert.embeddings.LayerNorm", hidden);
            for (int i = 0; i < size.layers(); i++) {
                String layer = "bert.encoder.layer." + i;
                for (String projection : List.of("query", "key", "value")) {
                    linear(shapes, layer + ".attention.self." + projection, hidden, hidden);
                }
                linear(shapes, layer + ".attention.output.dense", hidden, hidden);
                norm(shapes, layer + ".attention.output.LayerNorm", hidden);
                linear(shapes, layer + ".intermediate.dense", size.intermediate(), hidden);
                linear(shapes, layer + ".output.dense", hidden, size.intermediate());
                norm(shapes, layer + ".output.LayerNorm", hidden);
            }
        }
    },
    /** DistilBERT. */
    DISTILBERT(
            "distilbert",
            "DistilBert",
            "distilbert.",
            "distilbert.embeddings.word_embeddings.weight",
            "distilbert.transformer.layer.",
            Head.PRE_CLASSIFIER) {
        @Override
        Dropouts dropouts(Size size, long texts, long tokens) {
            return new Dropouts(
                    (1L + size.layers()) * states(size, texts, tokens),
                    scores(size, texts, tokens));
        }

        @Override
        void addShapes(Map<String, Shape> shapes, Size size) {
            long hidden = size.hidden();
            shapes.put(tokenTable(), new Shape(size.vocabulary(), hidden));
            shapes.put(
                    "distilbert.embeddings.position_embeddings.weight",
                    new Shape(size.positions(), hidden));
            norm(shapes, "distilbert.embeddings.LayerNorm", hidden);
            for (int i = 0; i < size.layers(); i++) {
                String layer = "distilbert.transformer.layer." + i;
                for (String projection : List.of("q_lin", "k_lin", "v_lin", "out_lin")) {
                    linear(shapes, layer + ".attention." + projection, hidden, hidden);
                }
                norm(shapes, layer + ".sa_layer_norm", hidden);
                linear(shapes, layer + ".ffn.lin1", size.intermediate(), hidden);
                linear(shapes, layer + ".ffn.lin2", hidden, size.intermediate());
                norm(shapes, layer + ".output_layer_norm", hidden);
            }
        }
    },
    /** ModernBERT: pre-norm, rotary positions, gated feed-forward blocks, no biases. */
    MODERNBERT(
            "modernbert",
            "ModernBert",
            "model.",
            "model.embeddings.tok_embeddings.weight",
            "model.layers.",
            Head.PREDICTION_CLS) {
        @Override
        Dropouts dropouts(Size size, long texts, long tokens) {
            return new Dropouts(
                    states(size, texts, tokens)
                            + size.layers() * texts * tokens * size.intermediate(),
                    scores(size, texts, tokens) + size.layers() * states(size, texts, tokens));
        }

        @Override
        void addShapes(Map<String, Shape> shapes, Size size) {
            long hidden = size.hidden();
            shapes.put(tokenTable(), new Shape(size.vocabulary(), hidden));
            shapes.put("model.embeddings.norm.weight", new Shape(hidden));
            for (int i = 0; i < size.layers(); i++) {
                String layer = "model.layers." + i;
                if (i > 0) { // the embeddings' norm does for the first
                    shapes.put(layer + ".attn_norm.weight", new Shape(hidden));
                }
                shapes.put(layer + ".attn.Wqkv.weight", new Shape(3 * hidden, hidden));
                shapes.put(layer + ".attn.Wo.weight", new Shape(hidden, hidden));
                shapes.put(layer + ".mlp_norm.weight", new Shape(hidden));
                shapes.put(layer + ".mlp.Wi.weight", new Shape(2L * size.intermediate(), hidden));
                shapes.put(layer + ".mlp.Wo.weight", new Shape(hidden, size.intermediate()));
            }
            shapes.put("model.final_norm.weight", new Shape(hidden));
        }
    };

    private final String modelType;
    private final String programClass;
    private final String prefix;
    private final String tokenTable;
    private final String layers;
    private final Head ownHead;

    Architecture(
            String modelType,
            String programClass,
            String prefix,
            String tokenTable,
            String layers,
            Head ownHead) {
        this.modelType = modelType;
        this.programClass = programClass;
        this.prefix = prefix;
        this.tokenTable = tokenTable;
        this.layers = layers;
        this.ownHead = ownHead;
    }

    /**
     * How many numbers dropout looks at in a batch, for all layers together.
     *
     * @param hidden with the probability of the hidden states
     * @param attention with that of the attention weights
     */
    record Dropouts(long hidden, long attention) {}

    /** How many numbers dropout looks at in a batch of that many texts and tokens. */
    abstract Dropouts dropouts(Size size, long texts, long tokens);

    /** The names and shapes of the weights below the head. */
    abstract void addShapes(Map<String, Shape> shapes, Size size);

    /** {@code model_type} in config.json, and the name of the program. */
    public String modelType() {
        return modelType;
    }

    /** The class in the program's text. */
    String programClass() {
        return programClass;
    }

    /** The table of the tokens' vectors. */
    public String tokenTable() {
        return tokenTable;
    }

    /** Whether a weight is a factor, or a bias, of a product that runs in the fast precision. */
    public boolean isFactor(String name) {
        return name.startsWith(layers)
                && !name.contains("LayerNorm")
                && !name.contains("layer_norm")
                && !name.contains("_norm.");
    }

    private static long states(Size size, long texts, long tokens) {
        return texts * tokens * size.hidden();
    }

    private static long scores(Size size, long texts, long tokens) {
        return (long) size.layers() * size.heads() * texts * tokens * tokens;
    }

    /** What the names of the weights below the head begin with. */
    String prefix() {
        return prefix;
    }

    /** The head of transformers' {@code ...ForSequenceClassification}. */
    Head ownHead() {
        return ownHead;
    }

    /** All values of {@code model_type}. */
    public static List<String> modelTypes() {
        return Arrays.stream(values()).map(Architecture::modelType).toList();
    }

    static void linear(Map<String, Shape> shapes, String name, long outputs, long inputs) {
        shapes.put(name + ".weight", new Shape(outputs, inputs));
        shapes.put(name + ".bias", new Shape(outputs));
    }

    private static void norm(Map<String, Shape> shapes, String name, long size) {
        shapes.put(name + ".weight", new Shape(size));
        shapes.put(name + ".bias", new Shape(size));
    }
}
