package dev.distill.evaluation;

/**
 * The difference of two shares on the same items, with the square-and-add interval.
 *
 * <p>Method 10 of R. G. Newcombe, "Improved confidence intervals for the difference between
 * binomial proportions based on paired data", Statistics in Medicine 17, 1998, 2635-2650: the
 * Wilson limits of the two shares are combined as the legs of a triangle, with the correlation of
 * the two answers in place of the cosine, continuity-corrected. It exists for every table, also
 * with no discordant item, and Fagerland, Lydersen and Laake recommend it beside Tango's
 * ("Recommended tests and confidence intervals for paired binomial proportions", Statistics in
 * Medicine 33, 2014, 2850-2875).
 */
final class Newcombe {
    private Newcombe() {}

    /** Student's share minus teacher's. */
    static Estimate difference(PairedTable table, double confidence) {
        int n = table.n();
        int studentRight = table.bothRight() + table.onlyStudent();
        int teacherRight = table.bothRight() + table.onlyTeacher();
        double student = (double) studentRight / n;
        double teacher = (double) teacherRight / n;
        Interval s = Wilson.interval(studentRight, n, confidence);
        Interval t = Wilson.interval(teacherRight, n, confidence);
        double phi = correlation(table);
        double difference = student - teacher;
        double below = side(student - s.low(), t.high() - teacher, phi);
        double above = side(s.high() - student, teacher - t.low(), phi);
        return new Estimate(
                difference,
                new Interval(
                        Math.max(-1, difference - below),
                        Math.min(1, difference + above),
                        confidence),
                n);
    }

    private static double side(double a, double b, double phi) {
        return Math.sqrt(Math.max(0, a * a - 2 * phi * a * b + b * b));
    }

    /** The phi coefficient, its numerator shrunk by n/2 where it is positive, but not past 0. */
    private static double correlation(PairedTable t) {
        double marginals =
                (double) (t.bothRight() + t.onlyTeacher())
                        * (t.onlyStudent() + t.bothWrong())
                        * (t.bothRight() + t.onlyStudent())
                        * (t.onlyTeacher() + t.bothWrong());
        if (marginals == 0) {
            return 0;
        }
        double product =
                (double) t.bothRight() * t.bothWrong() - (double) t.onlyTeacher() * t.onlyStudent();
        double corrected = product > 0 ? Math.max(0, product - t.n() / 2.0) : product;
        return corrected / Math.sqrt(marginals);
    }
}
