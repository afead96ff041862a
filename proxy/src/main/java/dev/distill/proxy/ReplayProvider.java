package dev.distill.proxy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ProxyConfig;
import dev.distill.proxy.upstream.Cassette;
import dev.distill.proxy.upstream.Outcome;
import dev.distill.proxy.upstream.Outcome.Failure;
import dev.distill.proxy.upstream.Provider;
import dev.distill.proxy.upstream.Sleeper;
import dev.distill.proxy.wire.Refusal.Kind;
import java.time.Duration;
import java.util.Optional;

/** Answers from a cassette; all of it is marked as simulated. */
final class ReplayProvider implements Provider {
    private static final int MOST_QUOTED = 80;

    private final ProxyConfig.Replay config;
    private final Cassette cassette;
    private final Sleeper sleeper;

    /** Reads the cassette. */
    ReplayProvider(ProxyConfig.Replay config, Sleeper sleeper) {
        this.config = config;
        this.cassette = Cassette.load(config.cassette());
        this.sleeper = sleeper;
    }

    @Override
    public Outcome complete(String model, ObjectNode request) throws InterruptedException {
        String user = ChatRequest.lastUserText(request);
        Optional<Cassette.Recording> found = cassette.find(user);
        if (found.isEmpty()) {
            return unknown(user);
        }
        Cassette.Recording recording = found.get();
        if (config.replayLatency()) {
            sleeper.sleep(Duration.ofMillis(recording.latencyMillis()));
        }
        return OpenAiDialect.read(
                new OpenAiDialect.Response(
                        recording.model(),
                        recording.status(),
                        recording.whole(),
                        Optional.empty(),
                        recording.latencyMillis(),
                        true));
    }

    @Override
    public String storedAs(String model) {
        return cassette.storedAs(model);
    }

    @Override
    public void close() {
        // the cassette is memory only
    }

    private Failure unknown(String user) {
        String quoted = user.length() <= MOST_QUOTED ? user : user.substring(0, MOST_QUOTED) + "…";
        return new Failure(
                Kind.CALLER_FAULT,
                404,
                "recording_not_found",
                "%s has no answer to the user message: %s"
                        .formatted(config.cassette().getFileName(), quoted),
                Optional.empty(),
                Optional.empty(),
                0,
                false);
    }
}
