package dev.distill.evaluation;

/**
 * A line of the table of student against teacher.
 *
 * @param measure what is measured
 * @param student the student's figure
 * @param teacher the teacher's figure
 * @param difference what lies between them, may be empty
 * @param basis how many items or requests it rests on
 */
record Row(String measure, Cell student, Cell teacher, String difference, String basis) {
    /** Whether the difference rests on a simulated figure, so that it is tagged too. */
    boolean differenceSimulated() {
        return !difference.isEmpty() && (student.simulated() || teacher.simulated());
    }

    /**
     * A figure.
     *
     * @param value as shown
     * @param interval as shown, may be empty
     * @param provenance simulated figures are tagged
     * @param rank whether it is the better of the two
     */
    record Cell(String value, String interval, Provenance provenance, Rank rank) {
        static final Cell NONE = new Cell("not measured", "", Provenance.MEASURED, Rank.OTHER);

        boolean simulated() {
            return provenance == Provenance.SIMULATED;
        }

        boolean better() {
            return rank == Rank.BETTER;
        }
    }

    /** A winner is only named where chance is not a likely explanation. */
    enum Rank {
        BETTER,
        OTHER;

        static Rank betterIf(boolean condition) {
            return condition ? BETTER : OTHER;
        }
    }
}
