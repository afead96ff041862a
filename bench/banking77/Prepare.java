import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;

/**
 * Turns a folder with banking77's train.csv and test.csv (columns text, category) into the files of
 * the two jobs beside this program, in work/: requests, gold items, labels, the prompt, and a
 * cassette of recorded answers for each teacher.
 *
 * <p>{@code java Prepare.java [--data DIR]}; DIR is ../shared/data/banking77 beside the repository
 * unless it is given.
 */
class Prepare {
    /** Share of the answers that the noisy teacher gets wrong, and the seed that says which. */
    static final double NOISE = 0.09;

    static final long SEED = 7;

    /** About what the prompt with its 77 labels comes to. */
    static final int PROMPT_TOKENS = 600;

    record Row(String text, String label) {}

    public static void main(String[] args) throws IOException {
        Path here = Path.of(System.getProperty("jdk.launcher.sourcefile")).toAbsolutePath().getParent();
        Path data = here.resolve("../../../shared/data/banking77").normalize();
        if (args.length == 2 && args[0].equals("--data")) {
            data = Path.of(args[1]);
        } else if (args.length != 0) {
            fail("usage: java Prepare.java [--data DIR]");
        }
        if (!Files.isRegularFile(data.resolve("train.csv")) || !Files.isRegularFile(data.resolve("test.csv"))) {
            fail("no train.csv and test.csv of banking77 in " + data + "\n\nhint: --data DIR names their folder");
        }
        List<Row> train = read(data.resolve("train.csv"));
        List<Row> test = read(data.resolve("test.csv"));
        List<String> labels = List.copyOf(new TreeSet<>(train.stream().map(Row::label).toList()));

        Path work = Files.createDirectories(here.resolve("work"));
        write(work.resolve("labels.txt"), labels);
        write(work.resolve("requests.jsonl"), numbered(train, "train", false));
        write(work.resolve("gold.jsonl"), numbered(test, "test", true));
        Files.writeString(
                work.resolve("prompt.md"),
                """
                You sort the messages of a bank's customers. Answer with exactly one of these intents, and with
                nothing else:

                {{labels}}
                """);

        Map<String, String> answers = new LinkedHashMap<>();
        int repeated = 0;
        int conflicting = 0;
        for (List<Row> rows : List.of(train, test)) {
            for (Row row : rows) {
                String first = answers.putIfAbsent(row.text(), row.label());
                repeated += first != null ? 1 : 0;
                conflicting += first != null && !first.equals(row.label()) ? 1 : 0;
            }
        }
        write(work.resolve("cassette-gold.jsonl"), cassette(answers, "gold-teacher"));
        Map<String, String> noisy = noisy(answers, labels);
        write(work.resolve("cassette-noisy.jsonl"), cassette(noisy, "noisy-teacher"));

        long wrongInTrain = train.stream().filter(r -> !noisy.get(r.text()).equals(r.label())).count();
        long wrongInTest = test.stream().filter(r -> !noisy.get(r.text()).equals(r.label())).count();
        System.out.printf("%d requests, %d gold items, %d labels in %s%n", train.size(), test.size(), labels.size(), work);
        System.out.printf("%d texts occur again, %d of them with another label: the first one counts%n", repeated, conflicting);
        System.out.printf("the noisy teacher is wrong on %d requests and %d gold items%n", wrongInTrain, wrongInTest);
    }

    /** The same answers, a seeded share of them replaced by another label. */
    static Map<String, String> noisy(Map<String, String> answers, List<String> labels) {
        var random = new Random(SEED);
        var noisy = new LinkedHashMap<String, String>();
        answers.forEach(
                (text, label) -> {
                    boolean wrong = random.nextDouble() < NOISE;
                    int other = random.nextInt(1, labels.size());
                    noisy.put(text, wrong ? labels.get((labels.indexOf(label) + other) % labels.size()) : label);
                });
        return noisy;
    }

    static List<String> numbered(List<Row> rows, String prefix, boolean withLabel) {
        var lines = new ArrayList<String>();
        for (Row row : rows) {
            String id = "%s-%05d".formatted(prefix, lines.size() + 1);
            String label = withLabel ? ",\"label\":" + json(row.label()) : "";
            lines.add("{\"id\":" + json(id) + ",\"text\":" + json(row.text()) + label + "}");
        }
        return lines;
    }

    /** One recorded answer a line; token counts are a guess of four characters a token, as the answers are made up. */
    static List<String> cassette(Map<String, String> answers, String model) {
        var lines = new ArrayList<String>();
        answers.forEach(
                (text, label) ->
                        lines.add(
                                """
                                {"user":%s,"model":%s,"latency_ms":700,"status":200,"body":{"id":"chatcmpl-%d","object":"chat.completion",\
                                "created":0,"model":%s,"choices":[{"index":0,"message":{"role":"assistant","content":%s},"finish_reason":"stop"}],\
                                "usage":{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d}}}"""
                                        .formatted(
                                                json(text), json(model), lines.size() + 1, json(model), json(label),
                                                PROMPT_TOKENS + text.length() / 4, label.length() / 4 + 1,
                                                PROMPT_TOKENS + text.length() / 4 + label.length() / 4 + 1)));
        return lines;
    }

    static void write(Path file, List<String> lines) throws IOException {
        Files.write(file, lines);
    }

    static List<Row> read(Path csv) throws IOException {
        List<List<String>> records = records(Files.readString(csv));
        if (!records.getFirst().equals(List.of("text", "category"))) {
            fail(csv + ":1: the columns have to be text,category, got " + records.getFirst());
        }
        return records.stream().skip(1).map(r -> new Row(r.get(0).strip(), r.get(1))).toList();
    }

    /** RFC 4180: quoted fields may hold commas, line ends and doubled quotes. */
    static List<List<String>> records(String csv) {
        var records = new ArrayList<List<String>>();
        var fields = new ArrayList<String>();
        var field = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < csv.length(); i++) {
            char c = csv.charAt(i);
            if (c == '"' && quoted && i + 1 < csv.length() && csv.charAt(i + 1) == '"') {
                field.append(csv.charAt(i++));
            } else if (c == '"') {
                quoted = !quoted;
            } else if (quoted || (c != ',' && c != '\n' && c != '\r')) {
                field.append(c);
            } else if (c != '\r') {
                fields.add(field.toString());
                field.setLength(0);
                if (c == '\n') {
                    records.add(List.copyOf(fields));
                    fields.clear();
                }
            }
        }
        if (!field.isEmpty() || !fields.isEmpty()) {
            fields.add(field.toString());
            records.add(List.copyOf(fields));
        }
        return records;
    }

    static String json(String text) {
        var out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                default -> out.append(c < ' ' ? "\\u%04x".formatted((int) c) : String.valueOf(c));
            }
        }
        return out.append('"').toString();
    }

    static void fail(String message) {
        System.err.println(message);
        System.exit(3);
    }
}
