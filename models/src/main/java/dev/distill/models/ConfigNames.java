package dev.distill.models;

/** What the members of config.json are called in each family; the same things, other words. */
record ConfigNames(
        String className,
        String hidden,
        String layers,
        String heads,
        String intermediate,
        String activation,
        String normEps,
        String hiddenDropout,
        String attentionDropout,
        String classifierDropout) {
    static ConfigNames of(Architecture architecture) {
        return switch (architecture) {
            case BERT ->
                    new ConfigNames(
                            "Bert",
                            "hidden_size",
                            "num_hidden_layers",
                            "num_attention_heads",
                            "intermediate_size",
                            "hidden_act",
                            "layer_norm_eps",
                            "hidden_dropout_prob",
                            "attention_probs_dropout_prob",
                            "classifier_dropout");
            case DISTILBERT ->
                    new ConfigNames(
                            "DistilBert",
                            "dim",
                            "n_layers",
                            "n_heads",
                            "hidden_dim",
                            "activation",
                            "layer_norm_eps",
                            "dropout",
                            "attention_dropout",
                            "seq_classif_dropout");
            case MODERNBERT ->
                    new ConfigNames(
                            "ModernBert",
                            "hidden_size",
                            "num_hidden_layers",
                            "num_attention_heads",
                            "intermediate_size",
                            "hidden_activation",
                            "norm_eps",
                            "mlp_dropout",
                            "attention_dropout",
                            "classifier_dropout");
        };
    }
}
