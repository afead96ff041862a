package dev.distill.datasets;

/** What a row is for: it is decided before anything else happens to the row, and never changes. */
public enum Part {
    /** The student learns from it. */
    TRAIN,
    /** It says when training is good enough; nobody learns from it. */
    VALIDATION,
    /** Teacher and student are judged by it; nobody learns from it. */
    GOLD
}
