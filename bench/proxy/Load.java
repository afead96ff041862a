import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Puts load on a proxy and times it: {@code java Load.java loop=open rate=300
 * url=http://127.0.0.1:8080 direct=http://127.0.0.1:18500 ...}.
 *
 * <p>With {@code direct=}, the address of the provider behind the proxy, rounds of both take turns,
 * and what the proxy adds is the difference of their percentiles in the same run. In an open loop
 * requests have fixed moments, and times count from these, so that a slow answer does not hide the
 * wait of those after it. Prints a table and then a line of JSON.
 */
final class Load {
    private static final String[] SETTINGS = {
        "url=http://127.0.0.1:8080", // the proxy
        "direct=", // the provider behind it, when both are to be compared
        "pid=", // the proxy's process, for its processor time and memory
        "direct_pid=", // the provider's process
        "loop=closed", // or open
        "connections=16", // of a closed loop
        "rate=300", // of an open loop, requests a second
        "seconds=10", // of a round
        "rounds=1", // for each place
        "warmup=5", // seconds before the rounds, for each place, at the same load
        "stream=false",
        "abort=false", // hang up at the first token
        "max_tokens=250", // and as many has a stream of the fake provider
        "dialect=openai", // or anthropic
        "model=fake",
        "key=none",
        "header=", // one more, as NAME: VALUE
        "prompt_bytes=200",
        "sessions=256" // conversations that the requests belong to
    };

    private Load() {}

    public static void main(String[] args) throws IOException {
        Settings settings = new Settings(SETTINGS);
        try {
            settings.set(args);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
        List<Result> results = new ArrayList<>();
        if (!settings.text("direct").isEmpty()) {
            results.add(new Result("direct", settings.text("direct"), settings));
        }
        results.add(new Result("proxy", settings.text("url"), settings));
        Meters meters = Meters.of(settings);
        for (Result result : results) {
            result.round(settings, settings.number("warmup"));
        }
        for (int i = 0; i < settings.number("rounds"); i++) {
            for (Result result : results) {
                Meters.Reading before = meters.read();
                Round round = result.round(settings, settings.number("seconds"));
                result.add(round, meters.read().since(before));
            }
        }
        print(settings, results, meters);
    }

    private static void print(Settings settings, List<Result> results, Meters meters) {
        String title =
                settings.text("loop").equals("closed")
                        ? settings.text("connections") + " connections"
                        : settings.text("rate") + "/s";
        System.out.printf(
                "%n%s loop, %s, %s round(s) of %s s%s%n",
                settings.text("loop"),
                title,
                settings.text("rounds"),
                settings.text("seconds"),
                settings.flag("stream") ? ", streams of " + settings.text("max_tokens") : "");
        String json = "";
        for (Result result : results) {
            result.print();
            json += "\"%s\":%s,".formatted(result.name, result.json());
        }
        if (results.size() == 2) {
            json += "\"added\":" + added(results.get(0), results.get(1)) + ",";
        }
        System.out.println(meters.memory());
        System.out.printf(
                "{\"loop\":\"%s\",\"load\":\"%s\",%s\"memory\":\"%s\"}%n",
                settings.text("loop"), title, json, meters.memory());
    }

    private static String added(Result direct, Result proxy) {
        String text = difference("latency", direct, proxy, r -> r.latency);
        if (proxy.firstToken.size() > 0) {
            text += "," + difference("first_token", direct, proxy, r -> r.firstToken);
        }
        return "{" + text + "}";
    }

    private static String difference(
            String name, Result direct, Result proxy, Function<Result, Samples> samples) {
        double[] added = new double[3];
        double[] percents = {50, 90, 99};
        for (int i = 0; i < percents.length; i++) {
            added[i] =
                    samples.apply(proxy).millis(percents[i])
                            - samples.apply(direct).millis(percents[i]);
        }
        System.out.printf(
                "added   %-12s p50 %8.3f  p90 %8.3f  p99 %8.3f ms%n",
                name.replace('_', ' '), added[0], added[1], added[2]);
        return "\"%s_p50_ms\":%.3f,\"%s_p90_ms\":%.3f,\"%s_p99_ms\":%.3f"
                .formatted(name, added[0], name, added[1], name, added[2]);
    }
}
