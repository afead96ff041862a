package dev.distill.proxy.upstream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ProxyConfig;
import dev.distill.files.Json;
import dev.distill.proxy.upstream.Cassette.Recording;
import dev.distill.proxy.upstream.RecordedCall.Piece;
import dev.distill.proxy.wire.Dialect;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Answers from a cassette. Several answers to one request come in the order in which they were
 * recorded, and the last of them again and again. With its latency it keeps the time of a recording
 * event by event, the clocks included; without it, it answers at once.
 */
final class ReplayUpstream implements Upstream {
    private static final int MOST_QUOTED = 80;

    private final String name;
    private final ProxyConfig.Replay config;
    private final Cassette cassette;
    private final Sleeper sleeper;
    private final KeyPool keys = KeyPool.none();
    private final Map<String, AtomicInteger> given = new ConcurrentHashMap<>();

    /** Reads the cassette. */
    ReplayUpstream(String name, ProxyConfig.Replay config, Sleeper sleeper) {
        this.name = name;
        this.config = config;
        this.cassette = Cassette.load(config.cassette());
        this.sleeper = sleeper;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<Dialect> speaks() {
        return Set.of(Dialect.OPENAI_CHAT);
    }

    @Override
    public KeyPool keys() {
        return keys;
    }

    @Override
    public String storedAs(String model) {
        return cassette.storedAs(model);
    }

    @Override
    public boolean simulated() {
        return true;
    }

    @Override
    public Call open(Ask ask) throws InterruptedException {
        ObjectNode request = ChatAsk.read(ask);
        String user = Cassette.userText(request);
        Optional<Recording> found = recorded(request).or(() -> cassette.find(user));
        if (found.isEmpty()) {
            return call(ask, 400, unknown(user), OptionalLong.empty(), Duration.ZERO);
        }
        Recording recording = found.get();
        if (ask.stream() && !recording.events().isEmpty()) {
            return stream(ask, recording);
        }
        OptionalLong recorded = OptionalLong.of(recording.latencyMillis());
        Duration latency = time(recording.latencyMillis());
        waitFor(latency, ask.clocks());
        if (!ask.stream() || recording.status() / 100 != 2) {
            return call(ask, recording.status(), recording.whole(), recorded, latency);
        }
        return ChatAsk.stream(
                ask, request, ChatAsk.object(recording.body()), recorded, latency, sleeper);
    }

    @Override
    public void close() {
        // the cassette is memory only
    }

    /** The next answer to the very same request. */
    private Optional<Recording> recorded(ObjectNode request) {
        String digest = Cassette.requestDigest(request);
        List<Recording> answers = cassette.answers(digest);
        if (answers.isEmpty()) {
            return Optional.empty();
        }
        int last = answers.size() - 1;
        int next =
                given.computeIfAbsent(digest, _ -> new AtomicInteger())
                        .getAndUpdate(n -> Math.min(n + 1, last));
        return Optional.of(answers.get(next));
    }

    private Call stream(Ask ask, Recording recording) {
        List<Piece> pieces =
                recording.events().stream()
                        .map(e -> Piece.event(time(e.afterMillis()), e.data()))
                        .toList();
        return new RecordedCall(
                recording.status(),
                ChatAsk.EVENT_STREAM,
                pieces,
                OptionalLong.of(recording.latencyMillis()),
                Duration.ZERO,
                ask.clocks(),
                sleeper);
    }

    private RecordedCall call(
            Ask ask, int status, String body, OptionalLong recordedMillis, Duration passed) {
        return new RecordedCall(
                status,
                Map.of("content-type", HttpUpstream.JSON),
                List.of(Piece.whole(body)),
                recordedMillis,
                passed,
                ask.clocks(),
                sleeper);
    }

    /** The headers of a whole answer come with it. */
    private void waitFor(Duration latency, Clocks clocks) throws InterruptedException {
        Duration most = clocks.within(clocks.headers()).total();
        boolean late = latency.compareTo(most) > 0;
        if (latency.isPositive()) {
            sleeper.sleep(late ? most : latency);
        }
        if (late) {
            throw new UpstreamException(
                    Fault.HEADERS_TIMEOUT, "the recording is slower than the clocks", true);
        }
    }

    private Duration time(long millis) {
        return config.replayLatency() ? Duration.ofMillis(millis) : Duration.ZERO;
    }

    private String unknown(String user) {
        String quoted = user.length() <= MOST_QUOTED ? user : user.substring(0, MOST_QUOTED) + "…";
        String message =
                "%s has no answer to the user message: %s"
                        .formatted(config.cassette().getFileName(), quoted);
        String nearest =
                cassette.otherRequest(user)
                        .map(
                                "; line %d has, but with other messages before it or other parameters"
                                        ::formatted)
                        .orElse("");
        return Json.line(ChatAsk.error("recording_not_found", message + nearest));
    }
}
