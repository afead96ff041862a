package dev.distill.proxy.money;

import dev.distill.config.ProxyConfig;
import dev.distill.config.ProxyFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Configurations as they are written. */
final class Configs {
    private static final String START =
            """
            version: 1
            keys: keys.yaml
            providers:
              main: { kind: openai }
              cloud: { kind: gemini }
              west: { kind: openai, key_header: api_key }
            routes:
              any: [{ provider: main, model: m }]
            """;

    private Configs() {}

    /** A proxy file with these lines added; paths in it are relative to {@code folder}. */
    static ProxyConfig in(Path folder, String lines) {
        return ProxyFile.of(folder.resolve("proxy.yaml"), START + lines).value();
    }

    static ProxyConfig of(String lines) {
        return in(Path.of(""), lines);
    }

    static Who who(String key, String team) {
        return new Who(
                Optional.of(key), Optional.of("ann"), Optional.of(team), "any", Optional.empty());
    }

    static Who job(String name, OptionalLong maxNanoUsd) {
        Optional<String> none = Optional.empty();
        return new Who(none, none, none, "any", Optional.of(new Who.Job(name, maxNanoUsd)));
    }

    static List<Long> spent(Budgets budgets) {
        return budgets.accounts().stream().map(Account::spentNanoUsd).toList();
    }
}
