package dev.distill.trainer;

/**
 * One text to learn from, and what the teacher thinks of it.
 *
 * @param id names the row in messages and lineage
 * @param label index of the label to learn, from 0
 * @param teacher the teacher's probability of each label at temperature 1; the array is not copied
 *     and must not change
 */
@SuppressWarnings("ArrayRecordComponent") // compact: a training set has millions of these numbers
public record TrainingRow(String id, String text, int label, float[] teacher) {}
