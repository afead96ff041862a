package dev.distill.models;

import dev.distill.config.ExitCode;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Finds the bases that students start from: {@value #MINILM}, which comes with distill, or a folder
 * in the Hugging Face layout.
 */
public final class Bases {
    /** all-MiniLM-L6-v2: 6 layers of 384, 22.6 M weights, Apache-2.0. */
    public static final String MINILM = "minilm-l6";

    static final String CONFIG = "config.json";
    static final String WEIGHTS = Shards.WHOLE;
    static final String TOKENIZER = "tokenizer.json";

    private final Path cache;

    /** Bases that come with distill are unpacked once into {@code cache}. */
    public Bases(Path cache) {
        this.cache = cache;
    }

    /**
     * Finds a base.
     *
     * @param name {@value #MINILM} or the path of a folder
     * @throws UserError when the folder or one of its files is missing
     */
    public Base resolve(String name) {
        if (name.equals(MINILM)) {
            return new Base(name, EmbeddedMiniLm.unpack(cache));
        }
        Path folder = Path.of(name);
        if (!Files.isDirectory(folder)) {
            throw UserError.invalid(
                    Location.of(folder),
                    "there is no such base",
                    "use " + MINILM + " or a folder in the Hugging Face layout");
        }
        List<Problem> missing =
                List.of(CONFIG, WEIGHTS, TOKENIZER).stream()
                        .map(folder::resolve)
                        .filter(file -> !Files.isRegularFile(file))
                        .filter(file -> !file.endsWith(WEIGHTS) || !Shards.in(folder))
                        .map(file -> Problem.at(Location.of(file), "a base needs this file"))
                        .toList();
        if (!missing.isEmpty()) {
            throw new UserError(ExitCode.INVALID_INPUT, missing);
        }
        return new Base(name, folder);
    }
}
