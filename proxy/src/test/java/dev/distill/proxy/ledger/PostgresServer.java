package dev.distill.proxy.ledger;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A real PostgreSQL of the machine, in a folder and on a port of its own. */
final class PostgresServer {
    private final Path binaries;
    private final Path folder;
    private final int port;

    private PostgresServer(Path binaries, Path folder, int port) {
        this.binaries = binaries;
        this.folder = folder;
        this.port = port;
    }

    /** Where the programs are; empty when none are installed. */
    static Optional<Path> installed() {
        Path debian = Path.of("/usr/lib/postgresql");
        List<Path> folders = new ArrayList<>();
        if (Files.isDirectory(debian)) {
            try (Stream<Path> versions = Files.list(debian)) {
                versions.map(version -> version.resolve("bin")).forEach(folders::add);
            } catch (IOException _) {
                return Optional.empty();
            }
        }
        for (String folder : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            folders.add(Path.of(folder));
        }
        return folders.stream()
                .filter(folder -> Files.isExecutable(folder.resolve("initdb")))
                .findFirst();
    }

    static PostgresServer start(Path binaries) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("postgres");
        if (root()) {
            run(List.of("chown", "postgres", folder.toString()));
        }
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        PostgresServer server = new PostgresServer(binaries, folder, port);
        server.program("initdb", "-A", "trust", "-U", "distill", "-N", "-D", server.data());
        server.up();
        return server;
    }

    void up() throws IOException, InterruptedException {
        String options =
                "-p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
                        .formatted(port);
        program(
                "pg_ctl",
                "-w",
                "-D",
                data(),
                "-l",
                folder.resolve("log").toString(),
                "-o",
                options,
                "start");
    }

    void down() throws IOException, InterruptedException {
        program("pg_ctl", "-w", "-m", "immediate", "-D", data(), "stop");
    }

    Database database() {
        return Database.server(url(), Optional.of("distill"), Optional.of("any"));
    }

    String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
    }

    private String data() {
        return folder.resolve("data").toString();
    }

    /** The server does not run as root. */
    private void program(String name, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        if (root()) {
            command.addAll(List.of("setpriv", "--reuid=postgres", "--clear-groups"));
        }
        command.add(binaries.resolve(name).toString());
        command.addAll(List.of(arguments));
        run(command);
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(command)
                        .directory(new File("/"))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + process.exitValue());
        }
    }

    private static boolean root() {
        return System.getProperty("user.name").equals("root");
    }

    void close() throws IOException, InterruptedException {
        down();
        run(List.of("rm", "-r", folder.toString()));
    }
}
