package dev.distill.proxy;

import static dev.distill.proxy.Script.js;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.proxy.LiveProxy.Answer;
import dev.distill.proxy.LiveProxy.Streamed;
import dev.distill.proxy.ledger.Spend;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Usage objects as providers send them, and what they cost by hand, to the nano US dollar. One
 * token at one dollar per million is 1,000 of them.
 */
@Tag("golden")
final class BillsTest {
    private static final String PRICES =
            """
            prices:
              m-chat: { input: 2.5, cached_input: 1.25, output: 10, audio_input: 40, audio_output: 80, tiers: { priority: 2, flex: 0.5 } }
              m-reason: { input: 1, output: 4, reasoning: 6 }
              m-cheap: { input: 0.0375, output: 0.15 }
              m-uncached: { input: 2, output: 8 }
              m-responses: { input: 1.25, cached_input: 0.125, output: 10, tiers: { flex: 0.5 } }
              m-claude:
                input: 3
                cached_input: 0.3
                output: 15
                cache_write: 3.75
                cache_write_hour: 6
                web_search: 10
                tiers: { batch: 0.5 }
                bands: [ { above_input_tokens: 200000, input: 6, cached_input: 0.6, output: 22.5 } ]
              m-haiku: { input: 1, cached_input: 0.1, output: 5 }
              m-gemini:
                input: 1.25
                cached_input: 0.125
                output: 10
                bands: [ { above_input_tokens: 200000, input: 2.5, output: 15 } ]
              m-nova: { input: 3, cached_input: 0.3, output: 15, cache_write: 3.75 }
            """;

    @TempDir private Path folder;

    /**
     * A bill.
     *
     * @param path that the caller uses
     * @param nanoUsd what it must come to
     */
    private record Bill(
            String name, Speech speech, String path, String model, Say say, long nanoUsd) {}

    private static Bill chat(String name, String model, String usage, long nanoUsd) {
        Say say = Say.text("ok").using(usage);
        return new Bill(name, Speech.OPENAI_CHAT, "/v1/chat/completions", model, say, nanoUsd);
    }

    private static Bill responses(String name, String usage, long nanoUsd) {
        Say say = Say.text("ok").using(usage);
        return new Bill(
                name, Speech.OPENAI_RESPONSES, "/v1/responses", "m-responses", say, nanoUsd);
    }

    private static Bill claude(String name, String model, String usage, long nanoUsd) {
        Say say = Say.text("ok").using(usage);
        return new Bill(name, Speech.ANTHROPIC, "/v1/messages", model, say, nanoUsd);
    }

    private static Bill gemini(String name, String usage, long nanoUsd) {
        Say say = Say.text("ok").using(usage);
        return new Bill(name, Speech.GEMINI, "/v1/chat/completions", "m-gemini", say, nanoUsd);
    }

    private static Bill bedrock(String name, String path, String usage, long nanoUsd) {
        return new Bill(name, Speech.BEDROCK, path, "m-nova", Say.text("ok").using(usage), nanoUsd);
    }

    private static Bill at(String tier, Bill bill) {
        Say say = bill.say().at(tier);
        return new Bill(bill.name(), bill.speech(), bill.path(), bill.model(), say, bill.nanoUsd());
    }

    private static List<Bill> bills() {
        String chatPlain = "{'prompt_tokens':1000,'completion_tokens':200,'total_tokens':1200}";
        String messages = "/v1/messages";
        String completions = "/v1/chat/completions";
        return List.of(
                // 1000 x 2500 + 200 x 10000
                chat("chat-plain", "m-chat", chatPlain, 4_500_000),
                at("default", chat("chat-default-tier", "m-chat", chatPlain, 4_500_000)),
                // twice and half of it
                at("priority", chat("chat-priority", "m-chat", chatPlain, 9_000_000)),
                at("flex", chat("chat-flex", "m-chat", chatPlain, 2_250_000)),
                // 86 x 2500 + 1920 x 1250 + 300 x 10000: reasoning costs as output
                chat(
                        "chat-cached-and-reasoning",
                        "m-chat",
                        "{'prompt_tokens':2006,'completion_tokens':300,'total_tokens':2306,'prompt_tokens_details':{'cached_tokens':1920,'audio_tokens':0},'completion_tokens_details':{'reasoning_tokens':128,'audio_tokens':0,'accepted_prediction_tokens':0,'rejected_prediction_tokens':0}}",
                        5_615_000),
                // 380 x 2500 + 120 x 40000 + 150 x 10000 + 250 x 80000
                chat(
                        "chat-audio",
                        "m-chat",
                        "{'prompt_tokens':500,'completion_tokens':400,'total_tokens':900,'prompt_tokens_details':{'cached_tokens':0,'audio_tokens':120},'completion_tokens_details':{'reasoning_tokens':0,'audio_tokens':250}}",
                        27_250_000),
                // 10 x 1000 + 40 x 4000 + 60 x 6000
                chat(
                        "chat-reasoning-price",
                        "m-reason",
                        "{'prompt_tokens':10,'completion_tokens':100,'total_tokens':110,'completion_tokens_details':{'reasoning_tokens':60}}",
                        530_000),
                // cached tokens without a price of their own are fresh ones: 100 x 2000 + 10 x 8000
                chat(
                        "chat-cached-unpriced",
                        "m-uncached",
                        "{'prompt_tokens':100,'completion_tokens':10,'total_tokens':110,'prompt_tokens_details':{'cached_tokens':64}}",
                        280_000),
                // 8 x 37.5 + 3 x 150
                chat(
                        "chat-tiny",
                        "m-cheap",
                        "{'prompt_tokens':8,'completion_tokens':3,'total_tokens':11}",
                        750),
                // 952 x 1250 + 2048 x 125 + 700 x 10000
                responses(
                        "responses-cached-and-reasoning",
                        "{'input_tokens':3000,'input_tokens_details':{'cached_tokens':2048},'output_tokens':700,'output_tokens_details':{'reasoning_tokens':512},'total_tokens':3700}",
                        8_446_000),
                // half of 100 x 1250 + 10 x 10000
                at(
                        "flex",
                        responses(
                                "responses-flex",
                                "{'input_tokens':100,'input_tokens_details':{'cached_tokens':0},'output_tokens':10,'output_tokens_details':{'reasoning_tokens':0},'total_tokens':110}",
                                112_500)),
                // 21 x 3000 + 400 x 3750 + 200 x 6000 + 18000 x 300 + 393 x 15000
                claude(
                        "claude-caches",
                        "m-claude",
                        "{'input_tokens':21,'cache_creation_input_tokens':600,'cache_creation':{'ephemeral_5m_input_tokens':400,'ephemeral_1h_input_tokens':200},'cache_read_input_tokens':18000,'output_tokens':393,'service_tier':'standard'}",
                        14_058_000),
                // writes without their lifetime are of five minutes: 10 x 3000 + 600 x 3750 + 15000
                claude(
                        "claude-old-caches",
                        "m-claude",
                        "{'input_tokens':10,'cache_creation_input_tokens':600,'cache_read_input_tokens':0,'output_tokens':1}",
                        2_295_000),
                // prices that follow from input's: 10 x 1000 + 100 x 1250 + 200 x 2000 + 2 x 5000
                claude(
                        "claude-derived-caches",
                        "m-haiku",
                        "{'input_tokens':10,'cache_creation_input_tokens':300,'cache_creation':{'ephemeral_5m_input_tokens':100,'ephemeral_1h_input_tokens':200},'cache_read_input_tokens':0,'output_tokens':2}",
                        545_000),
                // cached input counts for the band: 150000 x 6000 + 60000 x 600 + 1000 x 22500
                claude(
                        "claude-long",
                        "m-claude",
                        "{'input_tokens':150000,'cache_read_input_tokens':60000,'output_tokens':1000}",
                        958_500_000),
                // exactly at the edge: 200000 x 3000 + 1000 x 15000
                claude(
                        "claude-not-yet-long",
                        "m-claude",
                        "{'input_tokens':200000,'output_tokens':1000}",
                        615_000_000),
                // half of 100 x 3000 + 10 x 15000
                claude(
                        "claude-batch",
                        "m-claude",
                        "{'input_tokens':100,'output_tokens':10,'service_tier':'batch'}",
                        225_000),
                // 100 x 3000 + 10 x 15000 + 2 searches of a cent
                claude(
                        "claude-searches",
                        "m-claude",
                        "{'input_tokens':100,'output_tokens':10,'server_tool_use':{'web_search_requests':2}}",
                        20_450_000),
                // 904 x 1250 + 4096 x 125 + (120 + 800) x 10000: thoughts come on top
                gemini(
                        "gemini-cached-and-thoughts",
                        "{'promptTokenCount':5000,'cachedContentTokenCount':4096,'candidatesTokenCount':120,'thoughtsTokenCount':800,'totalTokenCount':5920}",
                        10_842_000),
                // 240000 x 2500 + 10000 x 250 + 10 x 15000: the cache stays a tenth of input
                gemini(
                        "gemini-long",
                        "{'promptTokenCount':250000,'cachedContentTokenCount':10000,'candidatesTokenCount':10,'totalTokenCount':250010}",
                        602_650_000),
                // 100 x 3000 + 2000 x 300 + 500 x 3750 + 50 x 15000
                bedrock(
                        "bedrock-caches",
                        completions,
                        "{'inputTokens':100,'cacheReadInputTokens':2000,'cacheWriteInputTokens':500,'outputTokens':50,'totalTokens':2650}",
                        3_525_000),
                bedrock(
                        "bedrock-from-messages",
                        messages,
                        "{'inputTokens':100,'cacheReadInputTokens':2000,'cacheWriteInputTokens':500,'outputTokens':50,'totalTokens':2650}",
                        3_525_000));
    }

    @TestFactory
    Stream<DynamicTest> costsWhatItMustToTheNanoDollar() {
        Map<String, Bill> byName = new LinkedHashMap<>();
        bills().forEach(bill -> byName.put(bill.name(), bill));
        Map<String, String> headers = new LinkedHashMap<>();
        Map<String, Long> ledger = new LinkedHashMap<>();
        List<DynamicTest> tests = new ArrayList<>();
        try (ScriptedUpstream upstream = ScriptedUpstream.of(Script.silent())) {
            LiveProxy proxy = start(upstream);
            for (Bill bill : byName.values()) {
                upstream.behave(request -> bill.speech().answer(bill.say(), request));
                headers.put(bill.name(), ask(proxy, bill));
                Streamed stream =
                        proxy.stream(
                                bill.path(),
                                body(bill).put("stream", true),
                                Headers.JOB,
                                bill.name() + "-stream",
                                Headers.STORE,
                                Headers.OFF);
                assertThat(stream.status()).as("%s: %s", bill.name(), stream.raw()).isEqualTo(200);
            }
            proxy.close();
            for (Spend spend : Spend.all(proxy.store())) {
                ledger.put(spend.job(), spend.costNanoUsd());
            }
        }
        byName.forEach(
                (name, bill) -> {
                    tests.add(
                            DynamicTest.dynamicTest(
                                    name + " in the header",
                                    () ->
                                            assertThat(new BigDecimal(headers.get(name)))
                                                    .isEqualByComparingTo(usd(bill.nanoUsd()))));
                    for (String job : List.of(name + "-whole", name + "-stream")) {
                        tests.add(
                                DynamicTest.dynamicTest(
                                        job + " in the ledger",
                                        () ->
                                                assertThat(ledger)
                                                        .containsEntry(job, bill.nanoUsd())));
                    }
                });
        return tests.stream();
    }

    @Test
    void estimatesWhatAStreamWithoutUsageCostAndSaysSo() throws SQLException {
        Say silentAboutUsage = Say.tokens(400).withoutUsage();
        try (ScriptedUpstream upstream =
                ScriptedUpstream.of(
                        request -> Speech.OPENAI_CHAT.streamed(silentAboutUsage, request))) {
            LiveProxy proxy = start(upstream);
            ObjectNode body =
                    (ObjectNode)
                            js(
                                    "{'model':'m-chat','stream':true,'messages':[{'role':'user','content':%s}]}",
                                    "word ".repeat(1000));
            assertThat(
                            proxy.stream(
                                            "/v1/chat/completions",
                                            body,
                                            Headers.JOB,
                                            "estimated",
                                            Headers.STORE,
                                            Headers.OFF)
                                    .done())
                    .isTrue();
            Spend spend = proxy.spendAfterClosing("estimated");
            // a thousand words in and four hundred out are 1000 x 2500 + 800 x 10000, or some more
            assertThat((double) spend.costNanoUsd()).isCloseTo(10_500_000, within(6_000_000.0));
            assertThat(estimated(proxy.store())).containsExactly(true);
        }
    }

    @Test
    void asksForUsageThatTheCallerDidNotAskForAndKeepsItFromHim() {
        try (ScriptedUpstream upstream =
                ScriptedUpstream.of(
                        request -> Speech.OPENAI_CHAT.streamed(Say.text("a", "b"), request))) {
            LiveProxy proxy = start(upstream);
            ObjectNode body = body(bills().getFirst()).put("stream", true);
            Streamed stream = proxy.stream("/v1/chat/completions", body, Headers.JOB, "usage");
            assertThat(stream.events()).noneMatch(event -> event.hasNonNull("usage"));
            assertThat(stream.events()).noneMatch(event -> event.path("choices").isEmpty());
            assertThat(upstream.requests().getFirst().json().at("/stream_options/include_usage"))
                    .isEqualTo(js("true"));
            assertThat(proxy.spendAfterClosing("usage").costNanoUsd()).isEqualTo(75_000);
        }
    }

    private LiveProxy start(ScriptedUpstream upstream) {
        StringBuilder routes = new StringBuilder("routes:\n");
        for (Bill bill : bills()) {
            String line =
                    "  %s: [ { provider: %s, model: %s } ]\n"
                            .formatted(bill.model(), provider(bill.speech()), bill.model());
            if (routes.indexOf(line) < 0) {
                routes.append(line);
            }
        }
        return LiveProxy.start(
                folder,
                """
                providers:
                  openai: { kind: openai, base_url: "%1$s/v1", api_key: env:PRIMARY_KEY, responses: true }
                  anthropic: { kind: anthropic, base_url: "%1$s", api_key: env:PRIMARY_KEY }
                  gemini: { kind: gemini, base_url: "%1$s", api_key: env:PRIMARY_KEY }
                  bedrock: { kind: bedrock, region: us-east-1, base_url: "%1$s" }
                """
                                .formatted(upstream.at(""))
                        + routes
                        + PRICES);
    }

    private static String provider(Speech speech) {
        return switch (speech) {
            case OPENAI_CHAT, OPENAI_RESPONSES -> "openai";
            case ANTHROPIC -> "anthropic";
            case GEMINI -> "gemini";
            case BEDROCK -> "bedrock";
        };
    }

    private static String ask(LiveProxy proxy, Bill bill) {
        Answer answer =
                proxy.post(
                        bill.path(),
                        body(bill),
                        Headers.JOB,
                        bill.name() + "-whole",
                        Headers.STORE,
                        Headers.OFF);
        assertThat(answer.status()).as("%s: %s", bill.name(), answer.body()).isEqualTo(200);
        return answer.header(Headers.COST_USD);
    }

    private static ObjectNode body(Bill bill) {
        JsonNode body =
                bill.path().endsWith("/responses")
                        ? js("{'model':%s,'input':'hi'}", bill.model())
                        : js(
                                "{'model':%s,'max_tokens':500,'messages':[{'role':'user','content':'hi'}]}",
                                bill.model());
        return (ObjectNode) body;
    }

    private static BigDecimal usd(long nanoUsd) {
        return BigDecimal.valueOf(nanoUsd, 9);
    }

    private static List<Boolean> estimated(Path store) throws SQLException {
        List<Boolean> flags = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + store);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT estimated FROM attempts")) {
            while (rows.next()) {
                flags.add(rows.getBoolean(1));
            }
        }
        return flags;
    }
}
