package dev.distill.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import dev.distill.files.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code distill sessions}: what runs through a proxy, and the brake. */
@Command(
        name = "sessions",
        description = {
            "List the sessions of a running proxy, the dearest first; acknowledge one that was",
            "pinged, stop one together with its streams, or let a stopped one go on. An ID such as",
            "key:NAME means all sessions of a key."
        })
final class SessionsCommand implements Callable<Integer> {
    /** What is done. */
    enum Action {
        LIST,
        ACK,
        STOP,
        RESUME
    }

    private final Terminal terminal;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "list|ack|stop|resume",
            description = "What is done (list).")
    private Action action = Action.LIST;

    @Parameters(index = "1", arity = "0..1", paramLabel = "ID", description = "Of a session.")
    private String id = "";

    @Option(names = "--json", description = "Print the proxy's answer as JSON.")
    private boolean json;

    @Mixin private AdminClient admin = new AdminClient();

    SessionsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        JsonNode answer =
                switch (action) {
                    case LIST -> admin.get("/admin/sessions");
                    case ACK -> admin.post(path("acknowledge"));
                    case STOP -> admin.post(path("stop"));
                    case RESUME -> admin.post(path("resume"));
                };
        if (json) {
            terminal.out().print(Json.pretty(answer));
        } else if (action == Action.LIST) {
            print(answer);
        } else {
            terminal.out().println("done");
        }
        terminal.out().flush();
        return 0;
    }

    private String path(String what) {
        if (id.isEmpty()) {
            throw new UserError(
                    ExitCode.USAGE,
                    Problem.of("an ID is missing").withHint("distill sessions lists them"));
        }
        return "/admin/sessions/"
                + URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20")
                + "/"
                + what;
    }

    private void print(JsonNode answer) {
        terminal.out()
                .printf(
                        "%-28s %-8s %10s %10s %9s %8s %5s  %s%n",
                        "SESSION", "STATE", "USD", "USD/MIN", "AGE", "REQUESTS", "SAME", "KEY");
        for (JsonNode session : answer.path("sessions")) {
            terminal.out()
                    .printf(
                            "%-28s %-8s %10.4f %10.4f %9s %8d %5d  %s%n",
                            session.path("id").asText(),
                            session.path("state").asText(),
                            session.path("usd").asDouble(),
                            session.path("usd_per_minute").asDouble(),
                            age(session.path("age_seconds").asLong()),
                            session.path("requests").asLong(),
                            session.path("same_call").asLong(),
                            session.path("key").asText());
        }
    }

    private static String age(long seconds) {
        Duration age = Duration.ofSeconds(seconds);
        return "%d:%02d:%02d".formatted(age.toHours(), age.toMinutesPart(), age.toSecondsPart());
    }
}
