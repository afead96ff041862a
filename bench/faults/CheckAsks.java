import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Judges the books of {@link FakeUpstream}: {@code java CheckAsks.java LOG CONCURRENCY}.
 *
 * <p>The fault script adds a line {@code kill} after each kill. A request may be asked again only if a
 * kill lies between, and at most CONCURRENCY requests may be asked again for one kill: that many were in
 * flight. Some of those the provider had answered already, with nobody left to hear it. Exit status 1
 * when the books say otherwise.
 */
class CheckAsks {
    public static void main(String[] args) throws IOException {
        int concurrency = Integer.parseInt(args[1]);
        Map<String, Integer> askedInLife = new HashMap<>();
        Map<String, Boolean> answered = new HashMap<>();
        Map<Integer, Integer> repeatsOfLife = new HashMap<>();
        int life = 0;
        int asks = 0;
        int repeats = 0;
        int repeatsOfAnswered = 0;
        int withoutKill = 0;
        for (String line : Files.readAllLines(Path.of(args[0]))) {
            String[] words = line.split(" ");
            switch (words[0]) {
                case "kill" -> life++;
                case "answered" -> answered.put(words[1], true);
                case "asked" -> {
                    asks++;
                    Integer before = askedInLife.put(words[1], life);
                    if (before == null) {
                        continue;
                    }
                    repeats++;
                    repeatsOfAnswered += answered.containsKey(words[1]) ? 1 : 0;
                    withoutKill += before == life ? 1 : 0;
                    repeatsOfLife.merge(before, 1, Integer::sum);
                }
                default -> throw new IllegalArgumentException("not a line of the books: " + line);
            }
        }
        int most = repeatsOfLife.values().stream().max(Integer::compare).orElse(0);
        System.out.printf(
                "%d kills, %d requests, %d asks: %d asked again (%d of them answered but not heard), at most %d for one kill%n",
                life, askedInLife.size(), asks, repeats, repeatsOfAnswered, most);
        if (asks == 0 || withoutKill > 0 || most > concurrency) {
            System.out.printf(
                    "FAIL: %d asked again without a kill, at most %d allowed for one kill%n", withoutKill, concurrency);
            System.exit(1);
        }
    }
}
