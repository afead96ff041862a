import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes teacher.jsonl, the recorded answers of a SIMULATED teacher: no model was asked. Run it with
 * {@code java RecordTeacher.java} in this folder; equal inputs and seed give an equal file.
 *
 * <p>For each message it draws a probability for every skill and answers with the likeliest one, as
 * a language model does at temperature 0:
 *
 * <ul>
 *   <li>The author's label gets a logit around 5, its neighbours (skills that people confuse it
 *       with) around 1, the others around -2; Gaussian noise is added, more for a hard message.
 *       The noise turns about one answer in twelve wrong, mostly into a neighbour, and then the
 *       right skill is usually close behind: the teacher is wrong the way a model is wrong.
 *   <li>Token log-probabilities follow exactly from these probabilities; a skill's name is two or
 *       three tokens, such as {@code orders}, {@code _find}.
 *   <li>Usage counts the prompt and the message, with the prompt cached as providers do; latency is
 *       log-normal around 640 ms.
 *   <li>A few answers are of no use, as in life: some name no skill, some are cut at the limit.
 * </ul>
 */
final class RecordTeacher {
    private static final long SEED = 20261122L;
    private static final String MODEL = "simulated-large";
    private static final int TOP_LOGPROBS = 5;
    private static final Pattern FIELD =
            Pattern.compile("\"(text|label|author_label|hard)\":\\s*(\"(?:[^\"\\\\]|\\\\.)*\"|true|false)");

    private static final List<List<String>> CONFUSED =
            List.of(
                    List.of("orders_find", "tracking", "orders_edit", "customers"),
                    List.of("orders_cancel", "refunds", "orders_edit", "disputes"),
                    List.of("refunds", "returns", "disputes", "payouts"),
                    List.of("fulfillment", "tracking", "shipping_rates", "orders_edit"),
                    List.of("discounts", "pricing", "gift_cards", "email_campaigns"),
                    List.of("products", "collections", "inventory", "pricing"),
                    List.of("sales_reports", "traffic_analytics", "payouts", "taxes"),
                    List.of("customers", "email_campaigns", "staff_access"),
                    List.of("storefront_design", "domains", "collections", "traffic_analytics"));

    private final List<String> labels;
    private final int promptTokens;

    private RecordTeacher(List<String> labels, int promptTokens) {
        this.labels = labels;
        this.promptTokens = promptTokens;
    }

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments.length > 0 ? arguments[0] : ".");
        List<String> labels = Files.readAllLines(folder.resolve("labels.txt"));
        int promptTokens = Files.readString(folder.resolve("prompt.md")).length() / 4;
        RecordTeacher teacher = new RecordTeacher(labels, promptTokens);
        StringBuilder out = new StringBuilder();
        for (String file : List.of("requests.jsonl", "gold.jsonl")) {
            for (String line : Files.readAllLines(folder.resolve(file))) {
                out.append(teacher.answer(fields(line))).append('\n');
            }
        }
        Files.writeString(folder.resolve("teacher.jsonl"), out);
    }

    /** One line of the cassette. */
    private String answer(Map<String, String> row) {
        String text = row.get("text");
        String truth = unquoted(row.containsKey("author_label") ? row.get("author_label") : row.get("label"));
        boolean hard = "true".equals(row.get("hard"));
        SplittableRandom random = new SplittableRandom(SEED ^ (0x9E3779B97F4A7C15L * fnv1a(text)));
        double[] probabilities = probabilities(truth, hard, random);
        String chosen = labels.get(argmax(probabilities));
        String content = chosen;
        String finish = "stop";
        double mishap = random.nextDouble();
        if (mishap < 0.003) {
            content = "I would hand this to the " + chosen.replace('_', ' ') + " team";
        } else if (mishap < 0.005) {
            content = "The merchant seems to ask about several things at once. First, the";
            finish = "length";
        }
        int completion = content.equals(chosen) ? pieces(chosen).size() + 1 : content.length() / 4;
        int input = promptTokens + text.length() / 4 + 8;
        int cached = random.nextDouble() < 0.8 ? promptTokens / 128 * 128 : 0;
        long latency = Math.round(640 * Math.exp(0.35 * random.nextGaussian()));
        String logprobs = content.equals(chosen) ? logprobs(chosen, probabilities) : "null";
        return """
               {"user":%s,"model":"%s","latency_ms":%d,"status":200,"body":{"id":"sim-%016x",\
               "object":"chat.completion","created":1764000000,"model":"%s","choices":[{"index":0,\
               "message":{"role":"assistant","content":"%s"},"logprobs":%s,"finish_reason":"%s"}],\
               "usage":{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d,\
               "prompt_tokens_details":{"cached_tokens":%d}}}}"""
                .formatted(
                        text, MODEL, latency, fnv1a(text), MODEL, content, logprobs, finish, input,
                        completion, input + completion, cached);
    }

    private double[] probabilities(String truth, boolean hard, SplittableRandom random) {
        double noise = hard ? 1.9 : 1.35;
        double[] logits = new double[labels.size()];
        for (int i = 0; i < logits.length; i++) {
            String label = labels.get(i);
            double mean = label.equals(truth) ? 5 : neighbours(truth).contains(label) ? 1 : -2;
            logits[i] = mean + noise * random.nextGaussian();
        }
        double total = 0;
        for (int i = 0; i < logits.length; i++) {
            logits[i] = Math.exp(logits[i]);
            total += logits[i];
        }
        for (int i = 0; i < logits.length; i++) {
            logits[i] /= total;
        }
        return logits;
    }

    private static List<String> neighbours(String label) {
        return CONFUSED.stream().filter(g -> g.contains(label)).flatMap(List::stream).toList();
    }

    /** The tokens of a label: its words, each later one with its underscore. */
    private static List<String> pieces(String label) {
        return List.of(label.split("(?=_)"));
    }

    /** {@code logprobs.content} of the OpenAI dialect, exact for the given label probabilities. */
    private String logprobs(String chosen, double[] probabilities) {
        StringBuilder out = new StringBuilder("{\"content\":[");
        String path = "";
        for (String piece : pieces(chosen)) {
            Map<String, Double> next = new LinkedHashMap<>();
            double total = 0;
            for (int i = 0; i < probabilities.length; i++) {
                String label = labels.get(i);
                if (label.startsWith(path) && label.length() > path.length()) {
                    String token = pieces(label).get(path.isEmpty() ? 0 : pieces(path).size());
                    next.merge(token, probabilities[i], Double::sum);
                    total += probabilities[i];
                }
            }
            out.append(path.isEmpty() ? "" : ",").append(position(piece, next, total));
            path += piece;
        }
        return out.append("]}").toString();
    }

    private static String position(String piece, Map<String, Double> next, double total) {
        List<Map.Entry<String, Double>> best = new ArrayList<>(next.entrySet());
        best.sort(Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder()));
        StringBuilder alternatives = new StringBuilder();
        for (var entry : best.subList(0, Math.min(TOP_LOGPROBS, best.size()))) {
            alternatives.append(alternatives.isEmpty() ? "" : ",");
            alternatives.append(token(entry.getKey(), entry.getValue() / total)).append('}');
        }
        return token(piece, next.get(piece) / total) + ",\"top_logprobs\":[" + alternatives + "]}";
    }

    private static String token(String token, double probability) {
        return String.format(
                Locale.ROOT, "{\"token\":\"%s\",\"logprob\":%.4f", token, Math.log(probability));
    }

    private static int argmax(double[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best;
    }

    /** FNV-1a, so that an answer depends on its message alone and not on its place in the file. */
    private static long fnv1a(String text) {
        long hash = 0xcbf29ce484222325L;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
        }
        return hash;
    }

    /** The fields that matter of a line that this folder's own files hold, values still as JSON. */
    private static Map<String, String> fields(String line) {
        Map<String, String> fields = new LinkedHashMap<>();
        Matcher matcher = FIELD.matcher(line);
        while (matcher.find()) {
            fields.put(matcher.group(1), matcher.group(2));
        }
        return fields;
    }

    private static String unquoted(String json) {
        return json.substring(1, json.length() - 1);
    }
}
