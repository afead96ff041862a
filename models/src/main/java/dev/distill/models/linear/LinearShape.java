package dev.distill.models.linear;

import dev.distill.config.UserError;
import java.nio.file.Path;
import java.util.List;

/**
 * What a linear student's config.json tells.
 *
 * @param labels in the order of the scores
 * @param ngrams which n-grams count
 * @param wordTerms how many word n-grams it knows; their columns come first
 * @param characterTerms how many character n-grams it knows
 */
public record LinearShape(List<String> labels, Ngrams ngrams, int wordTerms, int characterTerms) {
    /** The {@code model_type} of config.json. */
    public static final String MODEL_TYPE = "distill-linear";

    public LinearShape {
        labels = List.copyOf(labels);
    }

    /** How many columns a text's vector has. */
    public int features() {
        return Math.addExact(wordTerms, characterTerms);
    }

    /**
     * Reads a config.json.
     *
     * @throws UserError naming every member that is missing or out of range
     */
    public static LinearShape read(Path file) {
        return LinearConfigJson.read(file);
    }

    /** The text of the config.json from which {@link #read} makes an equal shape. */
    public String toJson() {
        return LinearConfigJson.write(this);
    }
}
