package dev.distill.models;

import java.util.List;

/**
 * A student that names one of its labels for a text, whatever its kind. {@code students.Students}
 * finds out the kind of a package.
 *
 * <p>Not thread-safe: the thread that owns one makes all calls, fed by a queue where several ask.
 * Whoever loaded it closes it.
 */
public interface Classifier extends AutoCloseable {
    /** The labels in the order of the probabilities. */
    List<String> labels();

    /** Classifies texts; predictions come in the order of the texts. */
    List<Prediction> classify(List<String> texts);

    /** How many numbers the student's weights hold. */
    long parameterCount();

    @Override
    void close();
}
