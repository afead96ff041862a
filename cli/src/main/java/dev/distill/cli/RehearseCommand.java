package dev.distill.cli;

import dev.distill.config.ProxyFile;
import dev.distill.proxy.ProxyServer;
import dev.distill.proxy.access.KeyFile;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/**
 * {@code distill rehearse}: a short life of the proxy, which the launcher watches to learn what a
 * start loads. One proxy has a recording, the other one asks it over HTTP; requests come in each
 * dialect, whole and streamed.
 */
@Command(
        name = "rehearse",
        hidden = true,
        description = "Start a proxy, ask it in each way, and end; for the launcher's cache.")
final class RehearseCommand implements Callable<Integer> {
    private static final int ROUNDS = 3;
    private static final int PATIENCE_MILLIS = 10_000;
    private static final String TURN = "[{\"role\":\"user\",\"content\":\"hello\"}]";

    private static final String RECORDING =
            """
            {"user":"hello","model":"m","latency_ms":1,"status":200,"body":{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hello, who is there?"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":6,"total_tokens":15}}}
            """;

    private static final String TAPE =
            """
            version: 1
            listen: 127.0.0.1:0
            providers: { taped: { kind: replay, cassette: tape.jsonl } }
            routes: { m: [ { provider: taped, model: m } ] }
            """;

    private static final String FRONT =
            """
            version: 1
            listen: 127.0.0.1:0
            keys: keys.yaml
            providers:
              openai: { kind: openai, base_url: "PROXY/v1" }
              anthropic: { kind: anthropic, base_url: "PROXY" }
            routes:
              gpt: { groups: [ [ { provider: openai, model: m }, { provider: openai, model: m } ] ] }
              claude: [ { provider: anthropic, model: m } ]
            prices: { m: { input: 1, output: 1 } }
            budgets: [ { key: each, usd: 1 } ]
            limits: [ { key: each, rpm: 1000, tpm: 1000000 } ]
            """;

    private final Terminal terminal;

    RehearseCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        Path folder = Files.createTempDirectory("distill-rehearsal");
        try {
            Files.writeString(folder.resolve("tape.jsonl"), RECORDING);
            String key =
                    new KeyFile(folder.resolve("keys.yaml"))
                            .create(
                                    new KeyFile.NewKey(
                                            "rehearsal",
                                            Optional.empty(),
                                            Optional.empty(),
                                            List.of(),
                                            true,
                                            Optional.empty()),
                                    LocalDate.now(Clock.systemUTC()),
                                    new SecureRandom());
            try (ProxyServer tape = proxy(folder.resolve("tape.yaml"), TAPE);
                    ProxyServer front =
                            proxy(
                                    folder.resolve("front.yaml"),
                                    FRONT.replace("PROXY", tape.uri().toString()))) {
                for (int round = 0; round < ROUNDS; round++) {
                    ask(front.uri(), key);
                }
            }
        } finally {
            delete(folder);
        }
        terminal.out().println("rehearsed");
        terminal.out().flush();
        return 0;
    }

    private static ProxyServer proxy(Path file, String text) throws IOException {
        Path home = Files.createDirectories(file.resolveSibling(file.getFileName() + ".home"));
        Files.writeString(file, text);
        return ProxyServer.start(
                ProxyFile.read(file).value(), home.resolve("store.sqlite"), Map.of(), List.of());
    }

    private static void ask(URI proxy, String key) throws IOException {
        for (String path : List.of("/healthz", "/readyz", "/v1/models", "/admin/budgets")) {
            exchange(proxy, key, "GET", path, "");
        }
        for (String stream : List.of("false", "true")) {
            for (String model : List.of("gpt", "claude")) {
                String head = "{\"model\":\"%s\",\"stream\":%s,".formatted(model, stream);
                String messages = head + "\"max_tokens\":9,\"messages\":" + TURN + "}";
                exchange(proxy, key, "POST", "/v1/chat/completions", messages);
                exchange(proxy, key, "POST", "/v1/messages", messages);
            }
            exchange(
                    proxy,
                    key,
                    "POST",
                    "/v1/responses",
                    "{\"model\":\"gpt\",\"stream\":%s,\"input\":\"hello\"}".formatted(stream));
        }
        exchange(proxy, key, "GET", "/admin/sessions", "");
        exchange(proxy, key, "GET", "/admin/usage", "");
    }

    private static void exchange(URI proxy, String key, String method, String path, String body)
            throws IOException {
        HttpURLConnection call = (HttpURLConnection) proxy.resolve(path).toURL().openConnection();
        call.setRequestMethod(method);
        call.setConnectTimeout(PATIENCE_MILLIS);
        call.setReadTimeout(PATIENCE_MILLIS);
        call.setRequestProperty("authorization", "Bearer " + key);
        if (!body.isEmpty()) {
            call.setRequestProperty("content-type", "application/json");
            call.setDoOutput(true);
            call.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
        }
        if (call.getResponseCode() != 200) {
            throw new IllegalStateException(
                    "%s was answered with %d".formatted(path, call.getResponseCode()));
        }
        call.getInputStream().readAllBytes();
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
