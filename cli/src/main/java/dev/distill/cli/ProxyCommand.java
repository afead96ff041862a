package dev.distill.cli;

import dev.distill.config.ConfigFile;
import dev.distill.config.ProxyConfig;
import dev.distill.config.ProxyFile;
import dev.distill.pipeline.StateFolder;
import dev.distill.pipeline.TrafficRecorder;
import dev.distill.proxy.ProxyServer;
import dev.distill.serving.StudentProvider;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code distill proxy}: serves a proxy file until it is stopped. */
@Command(
        name = "proxy",
        description = {
            "Serve the routes of a proxy file to clients of OpenAI and Anthropic, until Ctrl-C.",
            "Jobs reach it with the key proxy: http://HOST:PORT. A changed file is taken over at once."
        })
final class ProxyCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "PROXY", description = "The proxy file.")
    private Path file = Path.of("proxy.yaml");

    @Option(
            names = "--record",
            paramLabel = "CASSETTE",
            description =
                    "Append all answers to a cassette, each under its request, for providers of kind replay.")
    private Optional<Path> cassette = Optional.empty();

    @Mixin private Home home = new Home();

    ProxyCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        ConfigFile<ProxyConfig> config = ProxyFile.read(file);
        SmallHeap.start();
        CountDownLatch stopped = new CountDownLatch(1);
        ProxyServer server =
                ProxyServer.start(
                        config,
                        new StateFolder(home.folder).store(),
                        System.getenv(),
                        folder -> new TrafficRecorder(folder, InstantSource.system()),
                        cassette,
                        folder -> StudentProvider.load(folder, InstantSource.system()));
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    server.close();
                                    stopped.countDown();
                                },
                                "stop"));
        if (!config.value().budgets().isEmpty()) {
            terminal.err().println("budgets count in this process: a second proxy has them again");
            terminal.err().flush();
        }
        terminal.out().println("listening on " + server.uri());
        terminal.out().flush();
        stopped.await();
        return 0;
    }
}
