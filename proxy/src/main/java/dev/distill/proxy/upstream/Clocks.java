package dev.distill.proxy.upstream;

import dev.distill.config.ProxyConfig;
import java.time.Duration;

/**
 * The time limits of one call, all armed from its start.
 *
 * @param connect to open a connection, its name looked up and TLS agreed
 * @param headers to the status of a streamed answer, and to the first byte of a whole one's body
 * @param firstToken to {@link Call#committed}; only streams have it
 * @param idle for a read after that; time in which nobody reads does not count
 * @param total for everything, from start to end
 */
public record Clocks(
        Duration connect, Duration headers, Duration firstToken, Duration idle, Duration total) {
    private static final Duration USUAL_HEADERS = Duration.ofSeconds(60);
    private static final Duration USUAL_FIRST_TOKEN = Duration.ofSeconds(10);

    /** The clocks of a proxy file while another target is left. */
    public static Clocks of(ProxyConfig.Timeouts timeouts) {
        return new Clocks(
                timeouts.connect(),
                timeouts.headers().orElse(USUAL_HEADERS),
                timeouts.firstToken().orElse(USUAL_FIRST_TOKEN),
                timeouts.idle(),
                timeouts.total());
    }

    /**
     * The same for the last target: a slow answer is better than none, unless the file itself says
     * how slow it may be.
     */
    public static Clocks patient(ProxyConfig.Timeouts timeouts) {
        return new Clocks(
                timeouts.connect(),
                timeouts.headers().orElse(timeouts.total()),
                timeouts.firstToken().orElse(timeouts.total()),
                timeouts.idle(),
                timeouts.total());
    }

    /** The same with less time in all. */
    public Clocks within(Duration left) {
        return left.compareTo(total) < 0
                ? new Clocks(connect, headers, firstToken, idle, left)
                : this;
    }
}
