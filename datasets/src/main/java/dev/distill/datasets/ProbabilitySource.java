package dev.distill.datasets;

/** Where the label probabilities of an answer come from. */
public enum ProbabilitySource {
    /**
     * From the log-probabilities of the tokens that the teacher emitted, and of their alternatives.
     */
    LOGPROBS,
    /** The teacher's label has probability 1: there were no usable log-probabilities. */
    ONE_HOT,
    /** There are no probabilities, because the answer is not a label. */
    NONE
}
