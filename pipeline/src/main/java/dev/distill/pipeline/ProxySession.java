package dev.distill.pipeline;

import dev.distill.config.ProxyConfig;
import dev.distill.config.TeacherConfig;
import dev.distill.proxy.Headers;
import dev.distill.proxy.LocalRoute;
import dev.distill.proxy.ProxyServer;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The proxy as a stage sees it: one inside this process on a free loopback port, with the routes of
 * the job's proxy file and those of this run, and, when the job names a remote proxy, that one for
 * the teacher.
 */
final class ProxySession implements AutoCloseable {
    private static final String LISTEN = "127.0.0.1:0";

    private final ProxyServer server;
    private final ChatClient teacher;
    private final ChatClient local;

    private ProxySession(ProxyServer server, ChatClient teacher, ChatClient local) {
        this.server = server;
        this.teacher = teacher;
        this.local = local;
    }

    /**
     * @param store the file of paid answers and ledger
     * @param routes models of this process, closed with the session
     */
    static ProxySession open(Job job, Path store, List<LocalRoute> routes) {
        ProxyServer server = ProxyServer.start(config(job), store, System.getenv(), routes);
        URI teacher =
                switch (job.proxy()) {
                    case JobProxy.Embedded _ -> server.uri();
                    case JobProxy.Remote remote -> remote.uri();
                };
        return new ProxySession(
                server,
                new ChatClient(teacher, teacherHeaders(job)),
                new ChatClient(server.uri(), Map.of(Headers.STORE, Headers.OFF)));
    }

    /** For questions to the teacher: answers are stored, the job's budget binds. */
    ChatClient teacher() {
        return teacher;
    }

    /** For the student: nothing is read from the store or written to it. */
    ChatClient local() {
        return local;
    }

    @Override
    public void close() {
        teacher.close();
        local.close();
        server.close();
    }

    private static ProxyConfig config(Job job) {
        return switch (job.proxy()) {
            case JobProxy.Embedded embedded -> {
                ProxyConfig file = embedded.file().value();
                yield new ProxyConfig(
                        file.version(),
                        LISTEN,
                        file.providers(),
                        file.routes(),
                        file.prices(),
                        file.timeouts(),
                        file.attempts());
            }
            case JobProxy.Remote _ ->
                    new ProxyConfig(
                            1,
                            LISTEN,
                            Map.of(),
                            Map.of(),
                            Map.of(),
                            new ProxyConfig.Timeouts(Duration.ofSeconds(2), Duration.ofSeconds(60)),
                            1);
        };
    }

    private static Map<String, String> teacherHeaders(Job job) {
        TeacherConfig teacher = job.config().teacher();
        Map<String, String> headers = new HashMap<>();
        headers.put(Headers.JOB, job.config().name());
        teacher.maxUsd()
                .ifPresent(
                        usd ->
                                headers.put(
                                        Headers.MAX_USD, BigDecimal.valueOf(usd).toPlainString()));
        return headers;
    }
}
