import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Makes requests.jsonl, gold.jsonl and teacher.jsonl: messages that order something, the right JSON
 * for some of them, and the recorded answers of a SIMULATED teacher. No model was asked. Run it
 * with {@code java MakeData.java} in this folder; it always writes the same bytes.
 *
 * <p>The teacher is mostly right. About one answer in fifty has a wrong quantity or colour, one in
 * two hundred is an excuse instead of JSON, one in ten stands in a fenced block, and its members
 * come in whatever order: what is compared and learned is the value.
 */
final class MakeData {
    private static final long SEED = 20261128L;
    private static final int REQUESTS = 6_000;
    private static final int GOLD = 300;
    private static final int MOST = 99;
    private static final List<String> ITEMS =
            List.of("mug", "shirt", "lamp", "chair", "book", "pen", "bag", "clock");
    private static final List<String> COLORS =
            List.of("red", "blue", "green", "black", "white", "yellow");
    private static final List<String> NAMES =
            List.of(
                    "Anna", "Ben", "Clara", "David", "Emma", "Felix", "Greta", "Hugo", "Ida",
                    "Jan");
    private static final List<String> CITIES =
            List.of("Berlin", "Oslo", "Paris", "Rome", "Vienna", "Madrid", "Lisbon", "Prague");
    private static final List<String> PATTERNS =
            List.of(
                    "Please send %1$d %2$s %3$ss to %4$s in %5$s.",
                    "%4$s in %5$s needs %1$d %3$ss, all of them %2$s.",
                    "Hello, I am %4$s. I would like %1$d %2$s %3$ss, shipped to %5$s.",
                    "Order for %5$s: %1$d x %3$s, %2$s, for %4$s",
                    "Could %1$d %3$ss in %2$s go to %5$s? The name is %4$s.",
                    "We ran out of %2$s %3$ss, so %1$d more to %5$s please, thanks, %4$s",
                    "%5$s branch here: %4$s asks for %3$ss in %2$s, %1$d of them.",
                    "For %4$s: the %2$s %3$s, %1$d times. Ship it to %5$s!",
                    "I'd take %1$d of the %3$ss in %2$s. My name is %4$s and I live in %5$s.",
                    "Deliver to %4$s, %5$s: %3$ss (%2$s), quantity %1$d");

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final Set<String> texts = new HashSet<>();

    private record Order(int quantity, String color, String item, String name, String city) {
        List<String> members() {
            return new ArrayList<>(
                    List.of(
                            "\"quantity\": " + quantity,
                            "\"color\": \"" + color + "\"",
                            "\"item\": \"" + item + "\"",
                            "\"name\": \"" + name + "\"",
                            "\"city\": \"" + city + "\""));
        }
    }

    public static void main(String[] arguments) throws IOException {
        new MakeData().write();
    }

    private void write() throws IOException {
        List<String> requests = new ArrayList<>();
        List<String> gold = new ArrayList<>();
        List<String> teacher = new ArrayList<>();
        while (texts.size() < REQUESTS + GOLD) {
            Order order =
                    new Order(
                            1 + random.nextInt(MOST),
                            one(COLORS),
                            one(ITEMS),
                            one(NAMES),
                            one(CITIES));
            String text =
                    one(PATTERNS)
                            .formatted(
                                    order.quantity,
                                    order.color,
                                    order.item,
                                    order.name,
                                    order.city);
            if (!texts.add(text)) {
                continue;
            }
            if (requests.size() < REQUESTS) {
                requests.add("{\"text\": \"%s\"}".formatted(text));
            } else {
                gold.add(
                        "{\"text\": \"%s\", \"answer\": {%s}}"
                                .formatted(text, String.join(", ", order.members())));
            }
            teacher.add(recording(text, answer(order)));
        }
        Files.write(Path.of("requests.jsonl"), requests);
        Files.write(Path.of("gold.jsonl"), gold);
        Files.write(Path.of("teacher.jsonl"), teacher);
    }

    private String answer(Order order) {
        double chance = random.nextDouble();
        if (chance < 0.005) {
            return "I cannot tell what is ordered.";
        }
        Order said =
                chance < 0.015
                        ? new Order(
                                1 + random.nextInt(MOST),
                                order.color,
                                order.item,
                                order.name,
                                order.city)
                        : chance < 0.025
                                ? new Order(
                                        order.quantity,
                                        one(COLORS),
                                        order.item,
                                        order.name,
                                        order.city)
                                : order;
        List<String> members = said.members();
        for (int i = members.size() - 1; i > 0; i--) {
            members.add(members.remove(random.nextInt(i + 1)));
        }
        String json = "{" + String.join(", ", members) + "}";
        return random.nextInt(10) == 0 ? "```json\n" + json + "\n```" : json;
    }

    /** About four characters are a token; latency is log-normal around 800 ms. */
    private String recording(String text, String answer) {
        int prompt = 60 + text.length() / 4;
        int completion = 1 + answer.length() / 4;
        return String.format(
                Locale.ROOT,
                "{\"user\": \"%s\", \"model\": \"simulated-large\", \"latency_ms\": %d, \"status\": 200, \"body\": {\"id\": \"sim\", \"object\": \"chat.completion\", \"model\": \"simulated-large\", \"choices\": [{\"index\": 0, \"message\": {\"role\": \"assistant\", \"content\": \"%s\"}, \"finish_reason\": \"stop\"}], \"usage\": {\"prompt_tokens\": %d, \"completion_tokens\": %d, \"total_tokens\": %d}}}",
                text,
                Math.round(800 * Math.exp(0.3 * random.nextGaussian())),
                answer.replace("\"", "\\\"").replace("\n", "\\n"),
                prompt,
                completion,
                prompt + completion);
    }

    private String one(List<String> words) {
        return words.get(random.nextInt(words.size()));
    }
}
