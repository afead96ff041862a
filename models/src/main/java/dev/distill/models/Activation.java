package dev.distill.models;

/** The non-linearity of the feed-forward blocks. */
public enum Activation {
    /** x times the normal distribution function of x. */
    GELU(0, "gelu"),
    /** The same, approximated by tanh. */
    GELU_TANH(1, "gelu_new"),
    /** max(0, x). */
    RELU(2, "relu");

    private final int code;
    private final String configName;

    Activation(int code, String configName) {
        this.code = code;
        this.configName = configName;
    }

    /** The number by which the programs know it. */
    int code() {
        return code;
    }

    /** Its name in config.json. */
    String configName() {
        return configName;
    }
}
