import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.TreeMap;

/** All the counted rounds of one place. */
final class Result {
    final String name;
    final Samples latency = new Samples();
    final Samples firstToken = new Samples();

    private final Client client;
    private final Samples longestGap = new Samples();
    private final Samples late = new Samples();
    private final Map<String, Integer> errors = new TreeMap<>();
    private long longGaps;
    private int aborted;
    private int mostAtOnce;
    private double seconds;
    private Meters.Reading cpu = Meters.Reading.NONE;

    Result(String name, String place, Settings settings) throws IOException {
        URI uri = URI.create(place);
        this.name = name;
        this.client = new Client(uri, new Question(uri, settings));
    }

    /** Does one round; it counts only when it is added. */
    Round round(Settings settings, int seconds) throws IOException {
        Round round = new Round(client, settings);
        return switch (settings.text("loop")) {
            case "closed" -> round.closedLoop(settings.number("connections"), seconds);
            case "open" -> round.openLoop(settings.number("rate"), seconds);
            default -> throw new IllegalArgumentException("loop must be open or closed");
        };
    }

    void add(Round round, Meters.Reading used) {
        latency.addAll(round.latency);
        firstToken.addAll(round.firstToken);
        longestGap.addAll(round.longestGap);
        late.addAll(round.late);
        round.errors.forEach((what, count) -> errors.merge(what, count, Integer::sum));
        longGaps += round.longGaps();
        aborted += round.aborted;
        mostAtOnce = Math.max(mostAtOnce, round.mostAtOnce);
        seconds += round.seconds;
        cpu = cpu.plus(used);
    }

    void print() {
        System.out.printf(
                "%-7s %d complete, %.0f/s, %d errors, most at once %d%n",
                name, latency.size(), latency.size() / seconds, errorCount(), mostAtOnce);
        errors.forEach((what, count) -> System.out.printf("        %6d x %s%n", count, what));
        print("latency", latency);
        print("first token", firstToken);
        print("longest gap", longestGap);
        print("sent late", late);
        if (longestGap.size() > 0) {
            System.out.printf("        %d streams with a gap over 200 ms%n", longGaps);
        }
        if (aborted > 0) {
            System.out.printf("        %d streams dropped at the first token%n", aborted);
        }
        System.out.printf("        processor time a request: %s%n", cpu.perRequest(requests()));
        System.out.printf(
                "        other processes took %d %% of the machine%n", cpu.othersPercent(seconds));
    }

    private void print(String what, Samples samples) {
        if (samples.size() > 0) {
            System.out.printf(
                    "        %-12s p50 %8.3f  p90 %8.3f  p99 %8.3f  p99.9 %8.3f  max %8.3f ms%n",
                    what,
                    samples.millis(50),
                    samples.millis(90),
                    samples.millis(99),
                    samples.millis(99.9),
                    samples.millis(100));
        }
    }

    String json() {
        StringBuilder json = new StringBuilder();
        json.append("{\"complete\":%d,\"errors\":%d".formatted(latency.size(), errorCount()));
        json.append(
                ",\"per_second\":%.0f,\"aborted\":%d".formatted(latency.size() / seconds, aborted));
        json.append(",\"most_at_once\":%d,\"gaps_over_200_ms\":%d".formatted(mostAtOnce, longGaps));
        add(json, "latency", latency);
        add(json, "first_token", firstToken);
        add(json, "longest_gap", longestGap);
        add(json, "sent_late", late);
        return "%s%s,\"others_percent\":%d}"
                .formatted(json, cpu.json(requests()), cpu.othersPercent(seconds));
    }

    private static void add(StringBuilder json, String what, Samples samples) {
        if (samples.size() > 0) {
            for (int percent : new int[] {50, 90, 99}) {
                json.append(
                        ",\"%s_p%d_ms\":%.3f".formatted(what, percent, samples.millis(percent)));
            }
            json.append(",\"%s_p99_9_ms\":%.3f".formatted(what, samples.millis(99.9)));
            json.append(",\"%s_max_ms\":%.3f".formatted(what, samples.millis(100)));
        }
    }

    private int requests() {
        return latency.size() + aborted + errorCount();
    }

    private int errorCount() {
        return errors.values().stream().mapToInt(Integer::intValue).sum();
    }
}
