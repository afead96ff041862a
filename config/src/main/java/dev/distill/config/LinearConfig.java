package dev.distill.config;

/** How a student of kind {@code linear} is trained. */
public record LinearConfig(
        @Doc("Most words of a word n-gram; 0 for none.") @Default("2") @AtLeast(0) @AtMost(16)
                int maxWordNgram,
        @Doc("Fewest characters of a character n-gram.") @Default("2") @AtLeast(1) @AtMost(16)
                int minCharNgram,
        @Doc("Most characters of a character n-gram; 0 for none.")
                @Default("4")
                @AtLeast(0)
                @AtMost(16)
                int maxCharNgram,
        @Doc("Training texts that a word n-gram must be in.") @Default("1") @AtLeast(1)
                int minWordTexts,
        @Doc("Training texts that a character n-gram must be in.") @Default("2") @AtLeast(1)
                int minCharTexts,
        @Doc("Most n-grams of either sort; those in the most texts stay.")
                @Default("200000")
                @AtLeast(1)
                int maxFeatures,
        @Doc("Weight of the errors against that of the weights' squares.") @Default("1.0") @Above(0)
                double c,
        @Doc("Whether rows of which the teacher is surer count for more.") @Default("true")
                boolean weighByConfidence) {}
