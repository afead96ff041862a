package dev.distill.proxy.telemetry;

/** The values of a metric for one set of labels. */
interface Series {
    /**
     * Writes the samples.
     *
     * @param labels as they are written, without braces
     */
    void write(Exposition out, Family<?> family, String labels);
}
