package dev.distill.models.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.Location;
import dev.distill.config.UserError;
import dev.distill.files.Json;
import dev.distill.models.chat.jinja.Position;
import dev.distill.models.chat.jinja.Template;
import dev.distill.models.chat.jinja.TemplateError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Where a model's folder keeps its chat templates and special tokens. */
final class TemplateFiles {
    private static final String FILE = "chat_template.jinja";
    private static final String MORE = "chat_templates";
    private static final String CONFIG = "tokenizer_config.json";
    private static final String TOKENS = "special_tokens_map.json";
    private static final String KEY = "chat_template";

    private final Path folder;

    TemplateFiles(Path folder) {
        this.folder = folder;
    }

    /**
     * A template and where it stands.
     *
     * @param file which it is alone in, or a JSON file that it is a member of
     */
    record Named(Path file, String name, String source, Template parsed) {
        static Named parse(Path file, String name, String source) {
            try {
                return new Named(file, name, source, Template.parse(source));
            } catch (TemplateError e) {
                throw failed(file, name, e);
            }
        }

        UserError failed(TemplateError e) {
            return failed(file, name, e);
        }

        private static UserError failed(Path file, String name, TemplateError e) {
            if (file.toString().endsWith(".jinja")) {
                Location location =
                        e.position()
                                .map(at -> new Location(file, at.line(), at.column()))
                                .orElse(Location.of(file));
                return UserError.invalid(location, e.problem());
            }
            String place = e.position().map(Position::toString).orElse("somewhere");
            return UserError.invalid(
                    Location.of(file),
                    "the chat template '%s', %s: %s".formatted(name, place, e.problem()));
        }
    }

    boolean exist() {
        return Files.isRegularFile(folder.resolve(FILE)) || json(CONFIG).has(KEY);
    }

    SpecialTokens specialTokens() {
        return SpecialTokens.read(json(CONFIG), json(TOKENS));
    }

    /** By name; the only one is called {@code default}. */
    Map<String, Named> templates() {
        Map<String, Named> templates = new TreeMap<>();
        Path file = folder.resolve(FILE);
        if (Files.isRegularFile(file)) {
            templates.put("default", Named.parse(file, "default", read(file)));
        }
        for (Path other : others()) {
            String name = other.getFileName().toString().replaceFirst("\\.jinja$", "");
            templates.put(name, Named.parse(other, name, read(other)));
        }
        if (templates.isEmpty()) {
            inConfig(templates);
        }
        if (templates.isEmpty()) {
            throw UserError.invalid(
                    Location.of(folder),
                    "there is no chat template",
                    "it is in %s, or a member '%s' of %s".formatted(FILE, KEY, CONFIG));
        }
        return Map.copyOf(templates);
    }

    private List<Path> others() {
        Path directory = folder.resolve(MORE);
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".jinja")).sorted().toList();
        } catch (IOException e) {
            throw UserError.invalid(Location.of(directory), "cannot read: " + e.getMessage());
        }
    }

    private void inConfig(Map<String, Named> templates) {
        Path config = folder.resolve(CONFIG);
        JsonNode value = json(CONFIG).path(KEY);
        if (value.isTextual()) {
            templates.put("default", Named.parse(config, "default", value.textValue()));
        } else if (value.isArray()) {
            for (JsonNode one : value) {
                String name = one.path("name").asText();
                templates.put(name, Named.parse(config, name, one.path("template").asText()));
            }
        } else if (!value.isMissingNode() && !value.isNull()) {
            throw UserError.invalid(
                    Location.of(config),
                    KEY + " must be a string or a list of named templates, got " + value);
        }
    }

    /** A file of JSON, or nothing when it is not there. */
    private JsonNode json(String name) {
        Path file = folder.resolve(name);
        if (!Files.isRegularFile(file)) {
            return Json.object();
        }
        try {
            return Json.parse(read(file));
        } catch (JsonProcessingException e) {
            Optional<Location> place =
                    Optional.ofNullable(e.getLocation())
                            .map(at -> new Location(file, at.getLineNr(), at.getColumnNr()));
            throw UserError.invalid(
                    place.orElse(Location.of(file)), "not JSON: " + e.getOriginalMessage());
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw UserError.invalid(Location.of(file), "cannot read: " + e.getMessage());
        }
    }
}
