package dev.distill.models.linear;

import dev.distill.config.Location;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import dev.distill.models.Calibration;
import dev.distill.models.ModelCard;
import java.io.IOException;
import java.nio.Buffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A linear student as a folder: config.json, vocabulary.txt (a term a line: the words', then the
 * characters'), model.safetensors, calibration.json and README.md.
 *
 * <p>model.safetensors holds {@code word.idf} and {@code char.idf} (F32, a number for each term)
 * and the scores' weights without zeros, feature by feature: {@code classifier.starts} (I32,
 * features + 1), {@code classifier.classes} (I32), {@code classifier.values} and {@code
 * classifier.bias} (F32).
 */
public final class LinearPackage {
    static final String CONFIG = "config.json";
    static final String VOCABULARY = "vocabulary.txt";
    static final String WEIGHTS = "model.safetensors";
    private static final String README = "README.md";
    private static final String WORD_IDF = "word.idf";
    private static final String CHARACTER_IDF = "char.idf";
    private static final String STARTS = "classifier.starts";
    private static final String CLASSES = "classifier.classes";
    private static final String VALUES = "classifier.values";
    private static final String BIAS = "classifier.bias";

    private LinearPackage() {}

    /**
     * Writes a package; config.json comes last, so that a folder without it is unfinished. Equal
     * arguments give equal bytes.
     */
    public static void write(
            Path folder, LinearModel model, Calibration calibration, ModelCard card) {
        Vectorizer vectorizer = model.vectorizer();
        LinearWeights weights = model.weights();
        Map<String, Buffer> arrays = new LinkedHashMap<>();
        arrays.put(WORD_IDF, FloatBuffer.wrap(vectorizer.words().idf()));
        arrays.put(CHARACTER_IDF, FloatBuffer.wrap(vectorizer.characters().idf()));
        arrays.put(STARTS, IntBuffer.wrap(weights.starts()));
        arrays.put(CLASSES, IntBuffer.wrap(weights.classes()));
        arrays.put(VALUES, FloatBuffer.wrap(weights.values()));
        arrays.put(BIAS, FloatBuffer.wrap(weights.bias()));
        ArrayFile.write(folder.resolve(WEIGHTS), arrays);
        StringBuilder terms = new StringBuilder();
        vectorizer.words().terms().forEach(term -> terms.append(term).append('\n'));
        vectorizer.characters().terms().forEach(term -> terms.append(term).append('\n'));
        AtomicFile.write(folder.resolve(VOCABULARY), terms.toString());
        calibration.write(folder);
        AtomicFile.write(folder.resolve(README), LinearCard.markdown(card, model.shape()));
        AtomicFile.write(folder.resolve(CONFIG), model.shape().toJson());
    }

    /** Replaces the card of a package, for figures that became known after it was written. */
    public static void describe(Path folder, ModelCard card) {
        LinearShape shape = LinearShape.read(folder.resolve(CONFIG));
        AtomicFile.write(folder.resolve(README), LinearCard.markdown(card, shape));
    }

    /**
     * Reads a package.
     *
     * @throws UserError when a file is missing or damaged, or the files do not fit together
     */
    public static LinearModel read(Path folder) {
        LinearShape shape = LinearShape.read(folder.resolve(CONFIG));
        Path file = folder.resolve(WEIGHTS);
        ArrayFile arrays = ArrayFile.open(file);
        List<String> terms = terms(folder.resolve(VOCABULARY), shape.features());
        Vocabulary words =
                vocabulary(
                        folder,
                        terms.subList(0, shape.wordTerms()),
                        arrays.floats(WORD_IDF, shape.wordTerms()));
        Vocabulary characters =
                vocabulary(
                        folder,
                        terms.subList(shape.wordTerms(), terms.size()),
                        arrays.floats(CHARACTER_IDF, shape.characterTerms()));
        int[] starts = arrays.ints(STARTS, shape.features() + 1);
        int numbers = arrays.length(VALUES);
        checkStarts(file, starts, numbers);
        int[] classes = arrays.ints(CLASSES, numbers);
        int labels = shape.labels().size();
        if (Arrays.stream(classes).anyMatch(label -> label < 0 || label >= labels)) {
            throw ArrayFile.damaged(
                    file, "%s must be 0 to %d throughout".formatted(CLASSES, labels - 1));
        }
        LinearWeights weights =
                new LinearWeights(
                        starts,
                        classes,
                        arrays.floats(VALUES, numbers),
                        arrays.floats(BIAS, labels));
        return new LinearModel(
                shape.labels(), new Vectorizer(shape.ngrams(), words, characters), weights);
    }

    private static void checkStarts(Path file, int[] starts, int numbers) {
        boolean ascending = starts[0] == 0 && starts[starts.length - 1] == numbers;
        for (int i = 1; i < starts.length; i++) {
            ascending &= starts[i - 1] <= starts[i];
        }
        if (!ascending) {
            throw ArrayFile.damaged(file, "%s must rise from 0 to %d".formatted(STARTS, numbers));
        }
    }

    private static List<String> terms(Path file, int expected) {
        List<String> terms;
        try {
            terms = Files.readAllLines(file);
        } catch (NoSuchFileException _) {
            throw UserError.invalid(Location.of(file), "there is no such file");
        } catch (IOException e) {
            throw AtomicFile.unreadable(file, e);
        }
        if (terms.size() != expected) {
            throw ArrayFile.damaged(
                    file, "%d terms, config.json says %d".formatted(terms.size(), expected));
        }
        return terms;
    }

    private static Vocabulary vocabulary(Path folder, List<String> terms, float[] idf) {
        try {
            return Vocabulary.of(terms, idf);
        } catch (IllegalArgumentException e) {
            throw ArrayFile.damaged(folder.resolve(VOCABULARY), String.valueOf(e.getMessage()));
        }
    }
}
