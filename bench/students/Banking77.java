import dev.distill.models.Classifier;
import dev.distill.models.Prediction;
import dev.distill.trainer.TrainingRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** BANKING77 as training rows, and what every student is measured by. */
final class Banking77 {
    private static final double Z = 1.959964;

    final List<String> labels;
    final List<TrainingRow> training = new ArrayList<>();
    final List<TrainingRow> validation = new ArrayList<>(); // each tenth row of train.csv
    final List<TrainingRow> test;

    Banking77(Path folder) throws IOException {
        List<String[]> train = csv(folder.resolve("train.csv"));
        labels = train.stream().map(row -> row[1]).distinct().sorted().toList();
        for (int i = 0; i < train.size(); i++) {
            (i % 10 == 9 ? validation : training).add(row(train.get(i), i));
        }
        List<String[]> held = csv(folder.resolve("test.csv"));
        test = Stream.iterate(0, i -> i < held.size(), i -> i + 1).map(i -> row(held.get(i), i)).toList();
    }

    private TrainingRow row(String[] cells, int number) {
        int label = labels.indexOf(cells[1]);
        float[] teacher = new float[labels.size()];
        teacher[label] = 1;
        return new TrainingRow(String.valueOf(number), cells[0].strip(), label, teacher);
    }

    /** The rows below the head line, two cells each; a quoted cell may span lines. */
    private static List<String[]> csv(Path file) throws IOException {
        List<String[]> rows = new ArrayList<>();
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (char c : Files.readString(file).toCharArray()) {
            if (c == '"') {
                quoted = !quoted;
                if (quoted && !cell.isEmpty()) {
                    cell.append('"');
                }
            } else if (!quoted && (c == ',' || c == '\n')) {
                cells.add(cell.toString());
                cell.setLength(0);
                if (c == '\n') {
                    rows.add(cells.toArray(String[]::new));
                    cells.clear();
                }
            } else if (quoted || c != '\r') {
                cell.append(c);
            }
        }
        return rows.subList(1, rows.size());
    }

    /** Prints a line: accuracy with its Wilson interval, seconds, latency, size. */
    void report(String name, Classifier student, double seconds, Path folder) throws IOException {
        List<Prediction> said = student.classify(test.stream().map(TrainingRow::text).toList());
        int right = 0;
        double nll = 0;
        for (int i = 0; i < test.size(); i++) {
            int label = test.get(i).label();
            right += said.get(i).label().equals(labels.get(label)) ? 1 : 0;
            nll -= Math.log(Math.max(1e-300, said.get(i).probabilities().get(label)));
        }
        int n = test.size();
        double p = (double) right / n;
        double middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n);
        double half = Z / (1 + Z * Z / n) * Math.sqrt(p * (1 - p) / n + Z * Z / (4.0 * n * n));
        long[] nanos = new long[1000];
        for (int i = 0; i < nanos.length; i++) {
            List<String> one = List.of(test.get(i).text());
            long begun = System.nanoTime();
            student.classify(one);
            nanos[i] = System.nanoTime() - begun;
        }
        Arrays.sort(nanos);
        long bytes = 0;
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                bytes += Files.size(file);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%s: accuracy %.4f (%.4f to %.4f, n %d), nll %.3f, ece %.4f, %.2f s training, p50 %.3f ms, p99 %.3f ms, %.1f MB%n",
                name, p, middle - half, middle + half, n, nll / n, ece(said), seconds,
                nanos[500] / 1e6, nanos[990] / 1e6, bytes / 1e6);
    }

    private double ece(List<Prediction> said) {
        double[] gap = new double[15];
        for (int i = 0; i < said.size(); i++) {
            double confidence = said.get(i).confidence();
            int bin = Math.max(0, (int) Math.ceil(confidence * 15) - 1);
            boolean right = said.get(i).label().equals(labels.get(test.get(i).label()));
            gap[bin] += (right ? 1 : 0) - confidence;
        }
        return Arrays.stream(gap).map(Math::abs).sum() / said.size();
    }
}
