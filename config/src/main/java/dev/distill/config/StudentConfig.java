package dev.distill.config;

/** What is trained. */
public record StudentConfig(
        @Doc("The kind of student; auto tries one after another until the gate passes.")
                @Default("encoder")
                Kind kind,
        @Doc("minilm-l6 (comes with distill) or a folder in the Hugging Face layout.")
                @Default("minilm-l6")
                String base,
        @Doc("How token vectors become one vector.") @Default("mean") Pooling pooling,
        @Doc("Most tokens of a request; longer ones are cut, and the report says how many.")
                @Default("128")
                @AtLeast(8)
                @AtMost(512)
                int maxLength) {
    /** The kinds of student. */
    public enum Kind {
        ENCODER,
        /** One kind after another, from the smallest on, until the gate passes. */
        AUTO;

        /** As it is written in a file. */
        public String word() {
            return Scalars.word(this);
        }
    }

    /** How the token vectors of a text become one vector. */
    public enum Pooling {
        MEAN,
        CLS
    }
}
