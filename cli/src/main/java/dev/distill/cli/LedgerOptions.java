package dev.distill.cli;

import dev.distill.config.ProxyFile;
import dev.distill.pipeline.StateFolder;
import dev.distill.proxy.ledger.Database;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which ledger a command looks into. */
final class LedgerOptions {
    @Mixin private Home home = new Home();

    @Option(
            names = "--proxy",
            paramLabel = "PROXY",
            description = "The proxy file, when its ledger.url names a database.")
    private @Nullable Path proxy;

    Database database() {
        return Optional.ofNullable(proxy)
                .flatMap(
                        file -> Database.of(ProxyFile.read(file).value().ledger(), System.getenv()))
                .orElseGet(() -> Database.file(new StateFolder(home.folder).store()));
    }
}
