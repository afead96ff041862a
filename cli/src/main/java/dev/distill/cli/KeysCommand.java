package dev.distill.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.KeysConfig.VirtualKey;
import dev.distill.files.Json;
import dev.distill.proxy.access.KeyFile;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code distill keys}: makes, lists and revokes the virtual keys of a proxy. */
@Command(
        name = "keys",
        description = {
            "Make, list and revoke the virtual keys of a proxy, which names their file with keys.",
            "The file holds digests only; a key itself is shown once, when it is made."
        },
        synopsisSubcommandLabel = "COMMAND")
final class KeysCommand implements Runnable {
    @Spec private @Nullable CommandSpec spec;

    /** The command with its subcommands. */
    static CommandLine with(Terminal terminal) {
        return new CommandLine(new KeysCommand())
                .addSubcommand(new Create(terminal))
                .addSubcommand(new ListAll(terminal))
                .addSubcommand(new Revoke(terminal));
    }

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(
                    spec.commandLine(), "one of create, list and revoke is missing");
        }
    }

    /** Where the keys are. */
    private static final class Keys {
        @Option(
                names = "--file",
                paramLabel = "FILE",
                description = "The file of keys (${DEFAULT-VALUE}).")
        private Path path = Path.of("keys.yaml");

        private KeyFile file() {
            return new KeyFile(path);
        }
    }

    /** {@code distill keys create}. */
    @Command(name = "create", description = "Make a key and print it, this once.")
    private static final class Create implements Callable<Integer> {
        private final Terminal terminal;

        @CommandLine.Mixin private Keys keys = new Keys();

        @Option(
                names = "--name",
                required = true,
                paramLabel = "NAME",
                description = "Its name in budgets, limits and the ledger.")
        private String name = "";

        @Option(names = "--team", paramLabel = "TEAM", description = "The team it belongs to.")
        private Optional<String> team = Optional.empty();

        @Option(names = "--user", paramLabel = "USER", description = "The user it belongs to.")
        private Optional<String> user = Optional.empty();

        @Option(
                names = "--routes",
                split = ",",
                paramLabel = "ROUTE",
                description = "The routes it may use, with commas between; without, all.")
        private List<String> routes = List.of();

        @Option(
                names = "--expires",
                paramLabel = "DATE",
                description = "The last day on which it can be used, in UTC: 2027-03-01.")
        private Optional<LocalDate> expires = Optional.empty();

        @Option(
                names = "--admin",
                description = "It opens the endpoints of those who run the proxy too.")
        private boolean admin;

        @Option(names = "--json", description = "Print it as a JSON object.")
        private boolean json;

        Create(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() {
            LocalDate today = LocalDate.now(Clock.systemUTC());
            String secret =
                    keys.file()
                            .create(
                                    new KeyFile.NewKey(name, team, user, routes, admin, expires),
                                    today,
                                    new SecureRandom());
            if (json) {
                ObjectNode made = Json.object().put("name", name).put("key", secret);
                terminal.out().println(Json.line(made));
            } else {
                terminal.out().println(secret);
                terminal.err().println("this key is shown only now: keep it in a safe place");
            }
            terminal.out().flush();
            return 0;
        }
    }

    /** {@code distill keys list}. */
    @Command(name = "list", description = "List the keys of a file.")
    private static final class ListAll implements Callable<Integer> {
        private static final String ROW = "%-20s %-8s %-16s %-20s %-10s %-10s %s%n";

        private final Terminal terminal;

        @CommandLine.Mixin private Keys keys = new Keys();

        @Option(names = "--json", description = "Print a JSON array.")
        private boolean json;

        ListAll(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() {
            List<VirtualKey> found = KeyFile.read(keys.path);
            LocalDate today = LocalDate.now(Clock.systemUTC());
            if (json) {
                ArrayNode array = Json.array();
                found.forEach(key -> array.add(object(key, today)));
                terminal.out().println(Json.line(array));
            } else {
                terminal.out()
                        .printf(
                                ROW, "NAME", "STATE", "TEAM", "USER", "CREATED", "EXPIRES",
                                "ROUTES");
                found.forEach(key -> print(key, today));
            }
            terminal.out().flush();
            return 0;
        }

        private void print(VirtualKey key, LocalDate today) {
            terminal.out()
                    .printf(
                            ROW,
                            key.name(),
                            state(key, today),
                            key.team().orElse("-"),
                            key.user().orElse("-"),
                            key.created().map(LocalDate::toString).orElse("-"),
                            key.expires().map(LocalDate::toString).orElse("never"),
                            key.routes().isEmpty() ? "all" : String.join(",", key.routes()));
        }

        private static ObjectNode object(VirtualKey key, LocalDate today) {
            ObjectNode object = Json.object();
            object.put("name", key.name()).put("state", state(key, today));
            key.team().ifPresent(team -> object.put("team", team));
            key.user().ifPresent(user -> object.put("user", user));
            key.created().ifPresent(day -> object.put("created", day.toString()));
            key.expires().ifPresent(day -> object.put("expires", day.toString()));
            ArrayNode routes = object.putArray("routes");
            key.routes().forEach(routes::add);
            return object;
        }

        private static String state(VirtualKey key, LocalDate today) {
            if (key.disabled()) {
                return "revoked";
            }
            return key.expires().filter(today::isAfter).isPresent() ? "expired" : "active";
        }
    }

    /** {@code distill keys revoke}. */
    @Command(name = "revoke", description = "Take a key out of use for good.")
    private static final class Revoke implements Callable<Integer> {
        private final Terminal terminal;

        @CommandLine.Mixin private Keys keys = new Keys();

        @Parameters(index = "0", paramLabel = "NAME", description = "The name of the key.")
        private String name = "";

        Revoke(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() {
            keys.file().revoke(name);
            terminal.out().println("revoked " + name);
            terminal.out().flush();
            return 0;
        }
    }
}
