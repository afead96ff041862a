package dev.distill.proxy.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Looks for tools that the provider runs: in {@code tools}, in {@code mcp_servers}, in {@code
 * web_search_options}, and in a stored prompt, which may hold any. A type of tool that is not known
 * here counts as one of them.
 */
final class ToolScan {
    private boolean present;
    private boolean searches;
    private long uses;
    private long searchUses;
    private boolean endless;
    private boolean searchesEndlessly;
    private long mostCalls = -1;
    private @Nullable String costly;

    /** The value of {@code tools}. */
    void tools(JsonParser parser) throws IOException {
        if (!parser.hasToken(JsonToken.START_ARRAY)) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.hasToken(JsonToken.START_OBJECT)) {
                tool(parser);
            } else {
                parser.skipChildren();
            }
        }
    }

    private void tool(JsonParser parser) throws IOException {
        String type = "";
        long most = -1;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (name.equals("type") && value == JsonToken.VALUE_STRING) {
                type = parser.getText();
            } else if (name.equals("max_uses") && value == JsonToken.VALUE_NUMBER_INT) {
                most = parser.getLongValue();
            } else {
                parser.skipChildren();
            }
        }
        if (!isRunByTheCaller(type)) {
            add(type, most);
        }
    }

    private void add(String type, long most) {
        present = true;
        endless |= most < 0;
        uses += Math.clamp(most, 0, Integer.MAX_VALUE);
        if (type.startsWith("web_search")) {
            searches = true;
            searchesEndlessly |= most < 0;
            searchUses += Math.clamp(most, 0, Integer.MAX_VALUE);
        }
        if (costly == null && isCostly(type)) {
            costly = type;
        }
    }

    /** Something else has the provider use tools. */
    void servers() {
        present = true;
        endless = true;
    }

    /** A chat completion with {@code web_search_options}: the model searches once. */
    void searchesOnce() {
        add("web_search", 1);
    }

    /** What lies at the provider may hold any tool. */
    void hidden() {
        servers();
        searches = true;
        searchesEndlessly = true;
    }

    /** The value of {@code max_tool_calls}, which counts those of the provider. */
    void mostCalls(long most) {
        mostCalls = most;
    }

    ServerTools result() {
        return present
                ? new ServerTools(
                        true,
                        limit(endless, uses),
                        searches,
                        limit(searchesEndlessly, searchUses),
                        Optional.ofNullable(costly))
                : ServerTools.NONE;
    }

    private OptionalLong limit(boolean without, long sum) {
        if (without) {
            return mostCalls < 0 ? OptionalLong.empty() : OptionalLong.of(mostCalls);
        }
        return OptionalLong.of(mostCalls < 0 ? sum : Math.min(sum, mostCalls));
    }

    /**
     * The tools that only ask the caller to do something, by the documentation of both: <a
     * href="https://platform.openai.com/docs/guides/tools">OpenAI</a>, <a
     * href="https://docs.claude.com/en/docs/agents-and-tools/tool-use/overview">Anthropic</a>.
     */
    private static boolean isRunByTheCaller(String type) {
        return switch (type) {
            case "", "function", "custom", "namespace", "local_shell", "apply_patch" -> true;
            default ->
                    type.startsWith("computer")
                            || type.startsWith("text_editor_")
                            || type.startsWith("bash_")
                            || type.startsWith("memory_");
        };
    }

    /**
     * The tools that are billed by the call, by the container or by the picture, which usage does
     * not tell: <a href="https://platform.openai.com/docs/pricing">OpenAI</a>, <a
     * href="https://docs.claude.com/en/docs/about-claude/pricing">Anthropic</a>.
     */
    private static boolean isCostly(String type) {
        return type.equals("file_search")
                || type.equals("code_interpreter")
                || type.equals("image_generation")
                || type.equals("shell")
                || type.startsWith("code_execution");
    }
}
