import dev.distill.models.Classifier;
import dev.distill.models.Prediction;
import dev.distill.trainer.TrainingResult;
import dev.distill.trainer.TrainingRow;
import dev.distill.trainer.head.HeadJob;
import dev.distill.trainer.head.HeadTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * How much of the labels' worth a teacher's answers have: one row of ten is labelled, for the others there are
 * only answers. Arguments: DATA FOLDER, which keeps base and embeddings.
 *
 * <p>Two teachers. The simulated one gives the published label, or, for 9 % of the rows, another one, drawn evenly.
 * The cross-fitted one is two heads, each trained on the published labels of one half of the rows, that answer for the
 * half that they have not seen, with probabilities.
 */
final class Distillation {
    private static final int SHARE = 10;
    private static final double NOISE = 0.09;
    private static final int FOLDS = 2;
    private static final int RESAMPLES = 2000;
    private static final long SEED = 7;

    private final Banking77 data;
    private final Head bench;
    private final Path folder;
    private final Path embeddings;
    private int trainings;

    private Distillation(Path csv, Path folder) throws IOException {
        data = new Banking77(csv);
        bench = new Head(folder);
        this.folder = Files.createTempDirectory(folder, "distillation-");
        embeddings = folder.resolve("embeddings");
    }

    /** Rows that are trained on and rows that the best epoch is chosen by. */
    private record Rows(List<TrainingRow> training, List<TrainingRow> validation) {}

    /** A teacher's answers for all rows. */
    private interface Teacher {
        float[] probabilities(TrainingRow row);
    }

    public static void main(String[] arguments) throws IOException {
        new Distillation(Path.of(arguments[0]), Path.of(arguments[1])).run();
    }

    private void run() throws IOException {
        Rows all = new Rows(data.training, data.validation);
        boolean[] full = right(all, 0, "all rows labelled");
        boolean[] few = right(labelled(all), 0, "one row of ten labelled, no other rows");
        Random random = new Random(SEED);
        float[][] simulated = new float[all.training.size() + all.validation.size()][];
        Arrays.setAll(simulated, _ -> wrongNowAndThen(random));
        compare("simulated", taught(all, row -> shifted(row, simulated[number(row)])), 0, few, full);
        float[][] crossFitted = crossFitted(all);
        compare("cross-fitted", taught(all, row -> crossFitted[number(row)]), 0.5, few, full);
    }

    private void compare(String teacher, Rows rows, double alpha, boolean[] few, boolean[] full) throws IOException {
        boolean[] taught = right(rows, alpha, "the others answered by the " + teacher + " teacher");
        double[] shares = new double[RESAMPLES];
        Random random = new Random(SEED);
        for (int i = 0; i < RESAMPLES; i++) {
            int[] items = random.ints(full.length, 0, full.length).toArray();
            shares[i] = share(few, taught, full, items);
        }
        Arrays.sort(shares);
        int[] items = new int[full.length];
        Arrays.setAll(items, i -> i);
        System.out.printf(
                Locale.ROOT,
                "  %s teacher, right on %.1f %% of the rows without a label: closes %.1f %% of the gap (95 %% interval %.1f to"
                        + " %.1f, paired bootstrap of %d items)%n",
                teacher,
                100 * quality(rows),
                100 * share(few, taught, full, items),
                100 * shares[RESAMPLES / 40],
                100 * shares[RESAMPLES - 1 - RESAMPLES / 40],
                full.length);
    }

    private static double share(boolean[] few, boolean[] taught, boolean[] full, int[] items) {
        int low = count(few, items);
        return (double) (count(taught, items) - low) / (count(full, items) - low);
    }

    private static int count(boolean[] right, int[] items) {
        int count = 0;
        for (int item : items) {
            count += right[item] ? 1 : 0;
        }
        return count;
    }

    /** Trains a student and says which test items it gets right. */
    private boolean[] right(Rows rows, double alpha, String name) throws IOException {
        Path own = folder.resolve("student-" + trainings++);
        HeadJob job = bench.job(data, rows.training, rows.validation, alpha, own, embeddings);
        TrainingResult result = new HeadTrainer(InstantSource.system()).train(job, _ -> {}, () -> false);
        boolean[] right = new boolean[data.test.size()];
        try (Classifier student = bench.student(job, result, own.resolve("package"), job.precision())) {
            List<Prediction> said = student.classify(data.test.stream().map(TrainingRow::text).toList());
            for (int i = 0; i < right.length; i++) {
                right[i] = said.get(i).label().equals(data.labels.get(data.test.get(i).label()));
            }
        }
        int[] items = new int[right.length];
        Arrays.setAll(items, i -> i);
        System.out.printf(
                Locale.ROOT,
                "%s: accuracy %.4f (n %d), %d rows, %.1f s%n",
                name,
                (double) count(right, items) / right.length,
                right.length,
                rows.training.size(),
                result.seconds());
        return right;
    }

    /** Banking77 numbers the rows of train.csv. */
    private static int number(TrainingRow row) {
        return Integer.parseInt(row.id());
    }

    /** Every tenth of the rows that are trained on, and of those that decide, in a seeded order. */
    private boolean isLabelled(TrainingRow row) {
        return new Random(SEED + 31L * number(row)).nextInt(SHARE) == 0;
    }

    private Rows labelled(Rows all) {
        return new Rows(
                all.training.stream().filter(this::isLabelled).toList(),
                all.validation.stream().filter(this::isLabelled).toList());
    }

    /** The labelled rows as they are, the others with what a teacher says of them. */
    private Rows taught(Rows all, Teacher teacher) {
        return new Rows(
                all.training.stream().map(row -> taught(row, teacher)).toList(),
                all.validation.stream().map(row -> taught(row, teacher)).toList());
    }

    private TrainingRow taught(TrainingRow row, Teacher teacher) {
        if (isLabelled(row)) {
            return row;
        }
        float[] probabilities = teacher.probabilities(row);
        int best = 0;
        for (int i = 1; i < probabilities.length; i++) {
            best = probabilities[i] > probabilities[best] ? i : best;
        }
        return new TrainingRow(row.id(), row.text(), best, probabilities);
    }

    /** The share of the rows without a label for which the teacher is right. */
    private double quality(Rows taught) {
        int right = 0;
        int rows = 0;
        for (int i = 0; i < data.training.size(); i++) {
            if (!isLabelled(data.training.get(i))) {
                rows++;
                right += taught.training.get(i).label() == data.training.get(i).label() ? 1 : 0;
            }
        }
        return (double) right / rows;
    }

    /** How far the simulated teacher's label is from the right one: 0 mostly. */
    private float[] wrongNowAndThen(Random random) {
        boolean wrong = random.nextDouble() < NOISE;
        int other = random.nextInt(1, data.labels.size());
        return new float[] {wrong ? other : 0};
    }

    private float[] shifted(TrainingRow row, float[] by) {
        float[] answer = new float[data.labels.size()];
        answer[(row.label() + (int) by[0]) % answer.length] = 1;
        return answer;
    }

    private float[][] crossFitted(Rows all) throws IOException {
        float[][] answers = new float[all.training.size() + all.validation.size()][];
        for (int fold = 0; fold < FOLDS; fold++) {
            int held = fold;
            List<TrainingRow> training = all.training.stream().filter(row -> fold(row) != held).toList();
            List<TrainingRow> asked = new ArrayList<>();
            all.training.stream().filter(row -> fold(row) == held).forEach(asked::add);
            all.validation.stream().filter(row -> fold(row) == held).forEach(asked::add);
            List<TrainingRow> deciding = all.validation.stream().filter(row -> fold(row) != held).toList();
            Path own = folder.resolve("teacher-" + fold);
            HeadJob job = bench.job(data, training, deciding, 0, own, embeddings);
            TrainingResult result = new HeadTrainer(InstantSource.system()).train(job, _ -> {}, () -> false);
            try (Classifier teacher = bench.student(job, result, own.resolve("package"), job.precision())) {
                List<Prediction> said = teacher.classify(asked.stream().map(TrainingRow::text).toList());
                for (int i = 0; i < asked.size(); i++) {
                    float[] probabilities = new float[data.labels.size()];
                    for (int label = 0; label < probabilities.length; label++) {
                        probabilities[label] = said.get(i).probabilities().get(label).floatValue();
                    }
                    answers[number(asked.get(i))] = probabilities;
                }
            }
        }
        return answers;
    }

    private static int fold(TrainingRow row) {
        return number(row) / 10 % FOLDS;
    }
}
