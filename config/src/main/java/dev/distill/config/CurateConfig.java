package dev.distill.config;

/** Which answers become training rows. */
public record CurateConfig(
        @Doc("Rows with the same text: keep one, or all.") @Default("exact") Dedup dedup,
        @Doc("Rows whose text is also a gold item: reject them, or keep them.") @Default("reject")
                GoldOverlap goldOverlap,
        @Doc("Share of rejected rows above which the stage fails.")
                @Default("0.2")
                @AtLeast(0)
                @AtMost(1)
                double maxRejectedShare) {
    /** What is done about equal texts. */
    public enum Dedup {
        EXACT,
        NONE
    }

    /** What is done about training rows that stand in the gold file too. */
    public enum GoldOverlap {
        REJECT,
        KEEP
    }
}
