package dev.distill.evaluation;

/**
 * Who was right on the items that both answered.
 *
 * @param bothRight both right
 * @param onlyTeacher the teacher right, the student wrong
 * @param onlyStudent the student right, the teacher wrong
 * @param bothWrong both wrong
 */
public record PairedTable(int bothRight, int onlyTeacher, int onlyStudent, int bothWrong) {
    /** All items. */
    public int n() {
        return bothRight + onlyTeacher + onlyStudent + bothWrong;
    }

    /** Share of items on which exactly one is right: all the information on who is better. */
    public double discordantRate() {
        return (double) (onlyTeacher + onlyStudent) / n();
    }
}
