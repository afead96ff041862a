package dev.distill.evaluation;

import java.util.List;

/**
 * Who was right on the items that both answered.
 *
 * @param bothRight both right
 * @param onlyTeacher the teacher right, the student wrong
 * @param onlyStudent the student right, the teacher wrong
 * @param bothWrong both wrong
 */
public record PairedTable(int bothRight, int onlyTeacher, int onlyStudent, int bothWrong) {
    static PairedTable of(List<Judged> answeredByBoth) {
        int[] cells = new int[4];
        for (Judged item : answeredByBoth) {
            cells[(item.teacherRight() ? 0 : 2) + (item.studentRight() ? 0 : 1)]++;
        }
        return new PairedTable(cells[0], cells[1], cells[2], cells[3]);
    }

    /** All items. */
    public int n() {
        return bothRight + onlyTeacher + onlyStudent + bothWrong;
    }

    /** Share of items on which exactly one is right: all the information on who is better. */
    public double discordantRate() {
        return (double) (onlyTeacher + onlyStudent) / n();
    }
}
