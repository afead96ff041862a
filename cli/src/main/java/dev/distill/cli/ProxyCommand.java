package dev.distill.cli;

import dev.distill.config.ProxyConfig;
import dev.distill.config.ProxyFile;
import dev.distill.pipeline.StateFolder;
import dev.distill.proxy.ProxyServer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code distill proxy}: serves a proxy file until it is stopped. */
@Command(
        name = "proxy",
        description = {
            "Serve the routes of a proxy file as an OpenAI-compatible endpoint, until Ctrl-C.",
            "Jobs reach it with the key proxy: http://HOST:PORT."
        })
final class ProxyCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "PROXY", description = "The proxy file.")
    private Path file = Path.of("proxy.yaml");

    @Mixin private Home home = new Home();

    ProxyCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        ProxyConfig config = ProxyFile.read(file).value();
        CountDownLatch stopped = new CountDownLatch(1);
        ProxyServer server =
                ProxyServer.start(
                        config, new StateFolder(home.folder).store(), System.getenv(), List.of());
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    server.close();
                                    stopped.countDown();
                                },
                                "stop"));
        terminal.out().println("listening on " + server.uri());
        terminal.out().flush();
        stopped.await();
        return 0;
    }
}
