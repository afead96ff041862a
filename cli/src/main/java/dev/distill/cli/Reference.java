package dev.distill.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.ExitCode;
import dev.distill.config.JobConfig;
import dev.distill.config.JsonSchema;
import dev.distill.config.KeysConfig;
import dev.distill.config.ProxyConfig;
import dev.distill.files.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** {@code docs/reference.md}: every command, key and exit status, made from the code itself. */
final class Reference {
    private Reference() {}

    static String markdown() {
        StringBuilder out = new StringBuilder();
        out.append(
                "# Reference\n\nMade from the code by `distill reference`; a test fails when it is stale.\n");
        out.append("\n## Commands\n");
        Terminal terminal =
                new Terminal(
                        new PrintWriter(new StringWriter()),
                        new PrintWriter(new StringWriter()),
                        false,
                        false);
        CommandLine line = Main.commandLine(terminal);
        line.setUsageHelpWidth(100);
        commands(out, line);
        out.append("\n## Exit statuses\n\n| status | meaning |\n|---|---|\n");
        for (ExitCode code : ExitCode.values()) {
            out.append("| %d | %s |\n".formatted(code.code(), code.meaning()));
        }
        keys(out, "Job files", JsonSchema.of(JobConfig.class));
        keys(out, "Proxy files", JsonSchema.of(ProxyConfig.class));
        keys(out, "Key files", JsonSchema.of(KeysConfig.class));
        return out.toString();
    }

    /** A command, then what is below it. */
    private static void commands(StringBuilder out, CommandLine command) {
        help(out, command);
        command.getSubcommands().values().stream()
                .filter(sub -> !sub.getCommandSpec().usageMessage().hidden())
                .forEach(sub -> commands(out, sub));
    }

    private static void help(StringBuilder out, CommandLine command) {
        String usage = command.getUsageMessage(CommandLine.Help.Ansi.OFF).strip();
        out.append("\n```\n%s\n```\n".formatted(usage.replaceAll(" +\n", "\n")));
    }

    private static void keys(StringBuilder out, String title, String schema) {
        out.append(
                "\n## %s\n\n| key | value | default | meaning |\n|---|---|---|---|\n"
                        .formatted(title));
        try {
            properties(out, "", Json.parse(schema));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("our own schema is JSON", e);
        }
    }

    private static void properties(StringBuilder out, String prefix, JsonNode schema) {
        schema.path("properties")
                .properties()
                .forEach(
                        entry -> {
                            String key = prefix + entry.getKey();
                            JsonNode value = entry.getValue();
                            out.append(
                                    "| `%s` | %s | %s | %s |\n"
                                            .formatted(
                                                    key,
                                                    type(value),
                                                    fallback(schema, entry.getKey(), value),
                                                    value.path("description").asText()));
                            nested(out, key, value);
                        });
    }

    /** Where a value may be written in two ways, the mapping says it all. */
    private static void nested(StringBuilder out, String key, JsonNode value) {
        properties(out, key + ".", value);
        inside(out, key + "[]", value.path("items"));
        inside(out, key + ".NAME", value.path("additionalProperties"));
        value.path("oneOf").forEach(kind -> nested(out, key, kind));
        value.path("anyOf").forEach(way -> properties(out, key + ".", way));
    }

    private static void inside(StringBuilder out, String key, JsonNode value) {
        if (value.isObject()) {
            nested(out, key, value);
        }
    }

    private static String fallback(JsonNode schema, String key, JsonNode value) {
        for (JsonNode required : schema.path("required")) {
            if (required.asText().equals(key)) {
                return "required";
            }
        }
        JsonNode written = value.path("default");
        return written.isMissingNode()
                ? ""
                : "`" + (written.isTextual() ? written.asText() : written) + "`";
    }

    private static String type(JsonNode value) {
        if (value.has("const")) {
            return "`" + value.get("const").asText() + "`";
        }
        if (value.has("enum")) {
            List<String> words = new ArrayList<>();
            value.get("enum").forEach(word -> words.add("`" + word.asText() + "`"));
            return String.join(", ", words);
        }
        List<String> limits = new ArrayList<>();
        limit(limits, value, "exclusiveMinimum", "> ");
        limit(limits, value, "minimum", "≥ ");
        limit(limits, value, "maximum", "≤ ");
        String type =
                switch (value.path("type").asText()) {
                    case "object" -> "mapping";
                    case "array" -> "list";
                    case "integer" -> "whole number";
                    case "string" -> "text";
                    default -> value.path("type").asText();
                };
        return limits.isEmpty() ? type : type + " " + String.join(", ", limits);
    }

    private static void limit(List<String> limits, JsonNode value, String name, String sign) {
        if (value.has(name)) {
            double limit = value.get(name).asDouble();
            limits.add(
                    sign
                            + (limit == Math.rint(limit)
                                    ? Long.toString((long) limit)
                                    : Double.toString(limit)));
        }
    }
}
