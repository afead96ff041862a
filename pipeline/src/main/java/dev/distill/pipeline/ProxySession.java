package dev.distill.pipeline;

import dev.distill.config.ProxyConfig;
import dev.distill.config.ProxyFile;
import dev.distill.config.Secrets;
import dev.distill.proxy.Headers;
import dev.distill.proxy.LocalRoute;
import dev.distill.proxy.ProxyServer;
import dev.distill.serving.StudentProvider;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The way from a stage to a model: a client, and where the model is in this process or the job
 * names a proxy file, the proxy that it talks to, on a free loopback port.
 */
final class ProxySession implements AutoCloseable {
    private static final String LISTEN = "127.0.0.1:0";
    private static final String NO_PROVIDERS =
            "{ version: 1, listen: \"%s\", providers: {}, routes: {}, retry: { attempts: 1 } }"
                    .formatted(LISTEN);

    private final Optional<ProxyServer> server;
    private final ChatClient client;

    private ProxySession(Optional<ProxyServer> server, ChatClient client) {
        this.server = server;
        this.client = client;
    }

    /** To the teacher: answers are stored, the job's budget binds. */
    static ProxySession toTeacher(RunContext context) {
        Map<String, String> headers = teacherHeaders(context.job());
        return switch (context.job().proxy()) {
            case JobProxy.Remote remote ->
                    new ProxySession(Optional.empty(), new ChatClient(remote.uri(), headers));
            case JobProxy.Embedded embedded -> {
                Secrets.check(embedded.file(), System.getenv());
                ProxyConfig config = embedded.file().value().listeningOn(LISTEN);
                yield embedded(config, context, List.of(), headers);
            }
        };
    }

    /** To a model of this process, which is closed with the session: nothing is stored. */
    static ProxySession toLocal(RunContext context, LocalRoute route) {
        ProxyConfig config = ProxyFile.of(Path.of("local"), NO_PROVIDERS).value();
        return embedded(config, context, List.of(route), Map.of(Headers.STORE, Headers.OFF));
    }

    private static ProxySession embedded(
            ProxyConfig config,
            RunContext context,
            List<LocalRoute> routes,
            Map<String, String> headers) {
        ProxyServer server =
                ProxyServer.start(
                        config,
                        context.state().store(),
                        System.getenv(),
                        routes,
                        folder -> StudentProvider.load(folder, InstantSource.system()));
        return new ProxySession(Optional.of(server), new ChatClient(server.uri(), headers));
    }

    ChatClient client() {
        return client;
    }

    @Override
    public void close() {
        client.close();
        server.ifPresent(ProxyServer::close);
    }

    private static Map<String, String> teacherHeaders(Job job) {
        Map<String, String> headers = new HashMap<>();
        headers.put(Headers.JOB, job.config().name());
        job.config()
                .teacher()
                .maxUsd()
                .map(usd -> BigDecimal.valueOf(usd).toPlainString())
                .ifPresent(usd -> headers.put(Headers.MAX_USD, usd));
        return headers;
    }
}
