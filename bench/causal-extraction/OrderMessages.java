import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.Json;
import dev.distill.trainer.causal.ChatRow;
import dev.distill.trainer.causal.ChatRow.Message;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A task for which no teacher is needed: messages that order something, to be answered with a JSON
 * object of what is ordered. Whether a training learns at all, from template and mask to the
 * generated answer, shows on it in minutes; 95 % of the objects must be right to the letter.
 *
 * <p>There are about 3.8 million different messages; those of one call are all different, so that
 * rows that were held out are rows that were never seen. Wordings and words are those of
 * examples/extraction/MakeData.java, which makes a simulated teacher's answers to them.
 */
final class OrderMessages {
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
    private static final int MOST = 99;

    private OrderMessages() {}

    /** That many different rows, the same ones for the same seed. */
    static List<ChatRow> rows(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Set<String> seen = new LinkedHashSet<>();
        List<ChatRow> rows = new ArrayList<>();
        while (rows.size() < count) {
            int quantity = 1 + random.nextInt(MOST);
            String color = one(COLORS, random);
            String item = one(ITEMS, random);
            String name = one(NAMES, random);
            String city = one(CITIES, random);
            String text = one(PATTERNS, random).formatted(quantity, color, item, name, city);
            if (seen.add(text)) {
                ObjectNode answer =
                        Json.object()
                                .put("item", item)
                                .put("color", color)
                                .put("quantity", quantity)
                                .put("name", name)
                                .put("city", city);
                rows.add(
                        new ChatRow(
                                "order-" + rows.size(),
                                List.of(new Message("user", text)),
                                Json.line(answer)));
            }
        }
        return rows;
    }

    private static String one(List<String> words, SplittableRandom random) {
        return words.get(random.nextInt(words.size()));
    }
}
