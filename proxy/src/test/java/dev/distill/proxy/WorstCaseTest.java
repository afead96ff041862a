package dev.distill.proxy;

import static dev.distill.proxy.Script.js;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.proxy.LiveProxy.Answer;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is set aside for what a request does not hold. An input token costs 1 dollar a million, or 2
 * where it might go to a cache for an hour; an output token nothing, so that all sums are of input
 * and searches.
 */
@Tag("it")
final class WorstCaseTest {
    private static final String PDF = "'data:application/pdf;base64,JVBERi0xLjQK'";
    private static final String PNG = "'data:image/png;base64,iVBORw0KGgo='";

    @TempDir private Path folder;
    private final ScriptedUpstream chat =
            ScriptedUpstream.of(r -> Speech.OPENAI_CHAT.answer(Say.text("ok"), r));
    private final ScriptedUpstream responses =
            ScriptedUpstream.of(r -> Speech.OPENAI_RESPONSES.answer(Say.text("ok"), r));
    private final ScriptedUpstream claude =
            ScriptedUpstream.of(
                    r ->
                            Speech.ANTHROPIC.answer(
                                    Say.text("ok")
                                            .using(
                                                    "{'input_tokens':1000,'output_tokens':0,'server_tool_use':{'web_search_requests':2}}"),
                                    r));

    @AfterEach
    void stop() {
        chat.close();
        responses.close();
        claude.close();
    }

    static Stream<Arguments> openEnded() {
        return Stream.of(
                responses("previous_response_id", "'previous_response_id':'r1','input':'hi'"),
                responses("conversation", "'conversation':'c1','input':'hi'"),
                responses("an item_reference", "'input':[{'type':'item_reference','id':'msg_1'}]"),
                responses("a document", part("{'type':'input_file','file_id':'f1'}")),
                responses("a document", part("{'type':'input_file','file_url':'http://x/y.pdf'}")),
                responses("a document", part("{'type':'input_file','file_data':" + PDF + "}")),
                responses(
                        "a tool that the provider runs",
                        "'input':'hi','tools':[{'type':'mcp','server_url':'http://x'}]"),
                chat(
                        "a document",
                        "'messages':[{'role':'user','content':[{'type':'file','file':{'file_id':'f'}}]}]"),
                chat(
                        "the audio of an earlier answer",
                        "'messages':[{'role':'assistant','audio':{'id':'a1'}},{'role':'user','content':'hi'}]"),
                claude(
                        "a document",
                        "'messages':[{'role':'user','content':[{'type':'document','source':{'type':'url','url':'http://x/y.pdf'}}]}]"),
                claude(
                        "a tool that the provider runs",
                        "'messages':[{'role':'user','content':'hi'}],'tools':[{'type':'web_fetch_20250910','name':'web_fetch'}]"),
                claude(
                        "container",
                        "'messages':[{'role':'user','content':'hi'}],'container':'container_1'"));
    }

    @ParameterizedTest
    @MethodSource("openEnded")
    void whatHasNoBoundButTheModelsOwnIsRefusedWhereThatIsUnknown(
            String what, String path, String model, String body) {
        try (LiveProxy proxy = start("usd: 100", "input: 1, output: 0, web_search: 10")) {
            Answer refused = proxy.post(path, request(model, body));
            assertThat(refused.status()).as(refused.body()).isEqualTo(400);
            assertThat(message(refused))
                    .isEqualTo(
                            "a budget binds, but the request has %s, of which the model may read up to its whole input; set prices.%s.max_input_tokens in the proxy file"
                                    .formatted(what, model));
            assertThat(asked()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("openEnded")
    void whatHasNoBoundButTheModelsOwnReservesItsWholeInput(
            String what, String path, String model, String body) {
        try (LiveProxy proxy =
                start("usd: 1", "input: 1, output: 0, web_search: 10, max_input_tokens: 600000")) {
            Answer refused = proxy.post(path, request(model, body));
            assertThat(refused.status()).as(refused.body()).isEqualTo(429);
            assertThat(upTo(refused))
                    .isEqualByComparingTo(what.contains("tool") ? "13.2" : "1.2"); // 1 + 10 rounds
            assertThat(asked()).isZero();
        }
    }

    @Test
    void withoutABudgetNobodyAsks() {
        try (LiveProxy proxy = start("model: opus, usd: 1", "input: 1, output: 0")) {
            Answer answer =
                    proxy.post(
                            "/v1/responses",
                            request("gpt", "'previous_response_id':'r','input':'hi'"));
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        }
    }

    @Test
    void aPictureIsAsDearAsTheDearestOneAndNoMoreThanTheModelReads() {
        String picture =
                "'messages':[{'role':'user','content':[{'type':'image_url','image_url':{'url':%s}}]}]";
        try (LiveProxy proxy = start("usd: 0.05", "input: 1, output: 0")) {
            Answer refused =
                    proxy.post("/v1/chat/completions", request("gpt4", picture.formatted(PNG)));
            assertThat(upTo(refused)).isBetween(usd("0.1"), usd("0.101"));
            Answer remote =
                    proxy.post(
                            "/v1/chat/completions",
                            request("gpt4", picture.formatted("'https://x/y.png'")));
            assertThat(upTo(remote)).isBetween(usd("0.1"), usd("0.101"));
        }
        try (LiveProxy proxy = start("usd: 0.05", "input: 1, output: 0, max_input_tokens: 30000")) {
            Answer refused =
                    proxy.post("/v1/chat/completions", request("gpt4", picture.formatted(PNG)));
            assertThat(upTo(refused)).isBetween(usd("0.06"), usd("0.061"));
        }
    }

    @Test
    void aDocumentOfPlainTextIsNoMoreThanItsBytes() {
        try (LiveProxy proxy = start("usd: 1", "input: 1, output: 0")) {
            Answer answer =
                    proxy.post(
                            "/v1/messages",
                            request(
                                    "opus",
                                    "'messages':[{'role':'user','content':[{'source':{'type':'text','media_type':'text/plain','data':'hello'},'type':'document'}]}]"));
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        }
    }

    @Test
    void soundInTheAnswerIsReservedAtItsOwnPrice() {
        try (LiveProxy proxy = start("usd: 0.01", "input: 0, output: 10, audio_output: 80")) {
            Answer refused =
                    proxy.post(
                            "/v1/chat/completions",
                            request(
                                    "gpt4",
                                    "'modalities':['text','audio'],'messages':[{'role':'user','content':'hi'}]"));
            assertThat(upTo(refused)).isEqualByComparingTo("0.08"); // a thousand tokens
        }
    }

    @Test
    void searchesWithoutAPriceAreRefusedInTheCallersWords() {
        String body =
                "'messages':[{'role':'user','content':'hi'}],'tools':[{'type':'web_search_20250305','name':'web_search','max_uses':3}]";
        try (LiveProxy proxy = start("usd: 100", "input: 1, output: 0, max_input_tokens: 1000")) {
            Answer refused = proxy.post("/v1/messages", request("opus", body));
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.text("/type")).isEqualTo("error");
            assertThat(refused.text("/error/type")).isEqualTo("invalid_request_error");
            assertThat(message(refused))
                    .isEqualTo(
                            "a budget binds, but web searches have no price; set prices.opus.web_search in the proxy file");
            Answer prompt =
                    proxy.post("/v1/responses", request("gpt", "'prompt':{'id':'p'},'input':'hi'"));
            assertThat(message(prompt)).contains("set prices.gpt.web_search in the proxy file");
            assertThat(asked()).isZero();
        }
    }

    @Test
    void searchesAreReservedAsOftenAsTheyMayBeUsedAndBilledAsOftenAsTheyWere() {
        String body = "'messages':[{'role':'user','content':'hi'}],'tools':[%s]";
        String tool = "{'type':'web_search_20250305','name':'web_search'%s}";
        String prices = "input: 1, output: 0, web_search: 10, max_input_tokens: 100000";
        try (LiveProxy proxy = start("usd: 0.5", prices)) {
            Answer three =
                    proxy.post(
                            "/v1/messages",
                            request("opus", body.formatted(tool.formatted(",'max_uses':3"))));
            // 4 rounds of 100,000 tokens and 3 searches at a cent
            assertThat(upTo(three)).isEqualByComparingTo("0.83");
            Answer endless =
                    proxy.post("/v1/messages", request("opus", body.formatted(tool.formatted(""))));
            assertThat(upTo(endless)).isEqualByComparingTo("2.3");
            Answer limited =
                    proxy.post(
                            "/v1/responses",
                            request(
                                    "gpt",
                                    "'input':'hi','max_tool_calls':2,'tools':[{'type':'web_search'}]"));
            assertThat(upTo(limited)).isEqualByComparingTo("0.62");
            assertThat(asked()).isZero();

            Answer once =
                    proxy.post(
                            "/v1/messages",
                            request("opus", body.formatted(tool.formatted(",'max_uses':1"))));
            assertThat(once.status()).as(once.body()).isEqualTo(200);
            assertThat(spent(proxy)).isEqualByComparingTo("0.021"); // 1000 tokens, 2 searches
        }
    }

    @Test
    void aChatCompletionThatSearchesIsBilledItsOneSearch() {
        try (LiveProxy proxy =
                start("usd: 1", "input: 1, output: 0, web_search: 25, max_input_tokens: 1000")) {
            Answer answer =
                    proxy.post(
                            "/v1/chat/completions",
                            request(
                                    "gpt4",
                                    "'web_search_options':{},'messages':[{'role':'user','content':'hi'}]"));
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            assertThat(spent(proxy)).isEqualByComparingTo("0.02501"); // 10 tokens and a search
        }
    }

    @Test
    void toolsWhoseUseCostsWhatNobodyTellsAreRefusedWhereABudgetBinds() {
        String body =
                "'input':'hi','tools':[{'type':'function','name':'f'},{'type':'code_interpreter'}]";
        try (LiveProxy proxy = start("usd: 100", "input: 1, output: 0, max_input_tokens: 1000")) {
            Answer refused = proxy.post("/v1/responses", request("gpt", body));
            assertThat(refused.status()).isEqualTo(400);
            assertThat(message(refused))
                    .isEqualTo(
                            "a budget binds, but nobody can tell what tool code_interpreter costs by its use; leave it out, or ask with a key that has no budget");
        }
    }

    private static Arguments chat(String what, String body) {
        return Arguments.of(what, "/v1/chat/completions", "gpt4", body);
    }

    private static Arguments responses(String what, String body) {
        return Arguments.of(what, "/v1/responses", "gpt", body);
    }

    private static Arguments claude(String what, String body) {
        return Arguments.of(what, "/v1/messages", "opus", body);
    }

    private static String part(String part) {
        return "'input':[{'role':'user','content':[" + part + "]}]";
    }

    private static JsonNode request(String model, String body) {
        String limit = model.equals("gpt") ? "max_output_tokens" : "max_tokens";
        return js("{'model':'" + model + "','" + limit + "':1000," + body + "}");
    }

    private LiveProxy start(String budget, String price) {
        return LiveProxy.start(
                folder,
                """
                providers:
                  chat: { kind: openai, base_url: "%s", api_key: env:PRIMARY_KEY }
                  openai: { kind: openai, base_url: "%s", api_key: env:PRIMARY_KEY, responses: true }
                  anthropic: { kind: anthropic, base_url: "%s", api_key: env:PRIMARY_KEY }
                routes:
                  gpt4: [ { provider: chat, model: gpt4 } ]
                  gpt: [ { provider: openai, model: gpt } ]
                  opus: [ { provider: anthropic, model: opus } ]
                prices: { gpt4: { %4$s }, gpt: { %4$s }, opus: { %4$s } }
                budgets: [ { %5$s, per: ever } ]
                """
                        .formatted(
                                chat.at("/v1"), responses.at("/v1"), claude.at(""), price, budget));
    }

    private int asked() {
        return chat.requests().size() + responses.requests().size() + claude.requests().size();
    }

    private static String message(Answer answer) {
        return answer.text("/error/message");
    }

    /** What the call was to reserve, by the message of the budget that it would have passed. */
    private static BigDecimal upTo(Answer refused) {
        assertThat(refused.status()).as(refused.body()).isEqualTo(429);
        String message = message(refused);
        return new BigDecimal(message.replaceFirst(".*this call up to ([0-9.]+).*", "$1"));
    }

    private static BigDecimal usd(String text) {
        return new BigDecimal(text);
    }

    private static BigDecimal spent(LiveProxy proxy) {
        JsonNode budget = proxy.get("/admin/budgets").json().path("budgets").get(0);
        assertThat(budget.path("reserved_usd").decimalValue()).isZero();
        return budget.path("spent_usd").decimalValue();
    }
}
