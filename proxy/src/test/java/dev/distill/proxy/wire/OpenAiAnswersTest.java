package dev.distill.proxy.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.files.Json;
import dev.distill.proxy.wire.Completion.Choice;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OpenAiAnswersTest {
    private static final Codec CHAT = new OpenAiChatCodec();
    private static final Codec RESPONSES = new OpenAiResponsesCodec();

    @Tag("golden")
    @ParameterizedTest
    @ValueSource(strings = {"openai-chat/answer", "openai-responses/answer"})
    void anAnswerInFullSurvivesAndIsTranslated(String name) throws IOException {
        boolean chat = name.startsWith("openai-chat");
        Codec own = chat ? CHAT : RESPONSES;
        Codec other = chat ? RESPONSES : CHAT;
        Completion completion = own.readCompletion(Json.parse(Transcripts.file(name + ".json")));
        assertThat(own.readCompletion(own.writeCompletion(completion))).isEqualTo(completion);
        assertThat(Json.pretty(other.writeCompletion(completion)))
                .isEqualTo(Transcripts.file(name + ".translated.json"));
        Completion there = other.readCompletion(other.writeCompletion(completion));
        assertThat(there.choices().getFirst().parts())
                .isEqualTo(completion.choices().getFirst().parts());
        assertThat(there.usage()).isEqualTo(completion.usage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OPENAI_CHAT|{}|the answer has no choices",
                "OPENAI_CHAT|{'choices':[{}]}|the answer's choices[0] has no message",
                "OPENAI_CHAT|{'choices':[{'message':{'content':'half'},'finish_reason':null}]}|the answer does not say why it ended",
                "OPENAI_CHAT|{'error':{'message':'overloaded','type':'overloaded'}}|overloaded",
                "OPENAI_RESPONSES|{}|the answer has no output",
                "OPENAI_RESPONSES|{'output':[],'status':'in_progress'}|the answer is not complete but in_progress",
                "OPENAI_EMBEDDINGS|{}|the answer has no embeddings",
            })
    void refusesWhatIsNoAnswer(Dialect dialect, String answer, String message) {
        assertThatThrownBy(() -> Codecs.forProvider(dialect).readCompletion(json(answer)))
                .isInstanceOf(WireException.class)
                .hasMessage(message);
    }

    @Test
    void aRefusalWithoutWordsIsToldAsAFilter() {
        Completion refused = completion(StopReason.REFUSED);
        assertThat(
                        CHAT.writeCompletion(refused)
                                .path("choices")
                                .path(0)
                                .path("finish_reason")
                                .asText())
                .isEqualTo("content_filter");
        assertThat(
                        RESPONSES
                                .writeCompletion(refused)
                                .path("incomplete_details")
                                .path("reason")
                                .asText())
                .isEqualTo("content_filter");
    }

    @ParameterizedTest
    @CsvSource({
        "END,stop,completed",
        "STOP_SEQUENCE,stop,completed",
        "LENGTH,length,incomplete",
        "PAUSED,length,incomplete",
        "TOOL_CALLS,tool_calls,completed",
        "FILTERED,content_filter,incomplete"
    })
    void saysWhyAnAnswerEnded(StopReason reason, String finish, String status) {
        assertThat(
                        CHAT.writeCompletion(completion(reason))
                                .path("choices")
                                .path(0)
                                .path("finish_reason")
                                .asText())
                .isEqualTo(finish);
        assertThat(RESPONSES.writeCompletion(completion(reason)).path("status").asText())
                .isEqualTo(status);
    }

    @Test
    void readsOfEmbeddingsTheUsageAndRefusesToTranslateThem() {
        Codec codec = new OpenAiEmbeddings();
        Completion read =
                codec.readCompletion(
                        json(
                                "{'object':'list','data':[],'model':'e','usage':{'prompt_tokens':8,'total_tokens':8}}"));
        assertThat(read.usage()).contains(Usage.of(8, 0));
        assertThatThrownBy(() -> codec.readRequest(Json.object()))
                .isInstanceOf(WireException.class)
                .hasMessage("this model does not make embeddings");
    }

    @Tag("golden")
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "plain|{'prompt_tokens':19,'completion_tokens':10,'total_tokens':29}|19 0 0 0 10 0 0",
                "cached and reasoning inside|{'prompt_tokens':2006,'completion_tokens':300,'total_tokens':2306,'prompt_tokens_details':{'cached_tokens':1920,'audio_tokens':0},'completion_tokens_details':{'reasoning_tokens':256}}|86 1920 0 0 44 256 0",
                "details null|{'prompt_tokens':5,'completion_tokens':7,'prompt_tokens_details':null,'completion_tokens_details':null}|5 0 0 0 7 0 0",
                "reasoning beside, by its total|{'prompt_tokens':32,'completion_tokens':9,'total_tokens':135,'prompt_tokens_details':{'cached_tokens':6},'completion_tokens_details':{'reasoning_tokens':94}}|26 6 0 0 9 94 0",
                "reasoning beside, without a total|{'prompt_tokens':1,'completion_tokens':2,'completion_tokens_details':{'reasoning_tokens':3}}|1 0 0 0 2 3 0",
                "audio|{'prompt_tokens':100,'completion_tokens':50,'prompt_tokens_details':{'audio_tokens':60,'cached_tokens':10},'completion_tokens_details':{'audio_tokens':30,'reasoning_tokens':5}}|30 10 0 60 15 5 30",
                "written to the cache|{'prompt_tokens':100,'completion_tokens':1,'prompt_tokens_details':{'cache_write_tokens':40}}|60 0 40 0 1 0 0",
                "contradicting|{'prompt_tokens':5,'completion_tokens':1,'prompt_tokens_details':{'cached_tokens':6}}|",
                "wrong|{'prompt_tokens':'5','completion_tokens':1}|",
                "absent||"
            })
    void splitsUsageIntoKindsThatDoNotOverlap(String name, String usage, String kinds) {
        Optional<String> read =
                OpenAiUsage.chat(json(usage == null ? "{}" : usage))
                        .map(
                                u ->
                                        "%d %d %d %d %d %d %d"
                                                .formatted(
                                                        u.inputFresh(),
                                                        u.inputCached(),
                                                        u.cacheWrite(),
                                                        u.inputAudio(),
                                                        u.outputText(),
                                                        u.outputReasoning(),
                                                        u.outputAudio()));
        assertThat(read).as(name).isEqualTo(Optional.ofNullable(kinds));
    }

    @Tag("golden")
    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "401|{'error':{'message':'Incorrect API key provided: sk-abc123xyz.','type':'invalid_request_error','code':'invalid_api_key'}}|CREDENTIALS",
                "403|{'error':{'message':'Project has no access','type':'invalid_request_error','code':'model_not_found'}}|MODEL_GONE",
                "404|{'error':{'message':'The model x does not exist','type':'invalid_request_error','code':'model_not_found'}}|MODEL_GONE",
                "404|{'error':{'code':'DeploymentNotFound','message':'no deployment'}}|MODEL_GONE",
                "429|{'error':{'message':'You exceeded your current quota','type':'insufficient_quota','code':'insufficient_quota'}}|QUOTA_EXHAUSTED",
                "429|{'error':{'message':'x','type':'billing_not_active','code':'billing_not_active'}}|QUOTA_EXHAUSTED",
                "402|{'error':{'message':'Insufficient Balance','type':'unknown_error','code':'invalid_request_error'}}|QUOTA_EXHAUSTED",
                "429|{'error':{'message':'Rate limit reached','type':'tokens','code':'rate_limit_exceeded'}}|RATE_LIMITED",
                "429|{'error':{'message':'The engine is currently overloaded','type':'server_error'}}|OVERLOADED",
                "503|{'error':{'message':'Slow down','type':'server_error','code':'slow_down'}}|OVERLOADED",
                "400|{'error':{'message':'too long','type':'invalid_request_error','code':'context_length_exceeded'}}|CONTEXT_LENGTH",
                "400|{'object':'error','message':'This model has a maximum context length of 4096 tokens','type':'BadRequestError','code':400}|CONTEXT_LENGTH",
                "400|{'error':{'code':'content_filter','message':'filtered','innererror':{'code':'ResponsibleAIPolicyViolation'}}}|CONTENT_POLICY",
                "400|{'error':{'message':'rejected','type':'image_generation_user_error','code':'content_policy_violation'}}|CONTENT_POLICY",
                "400|{'error':{'message':'bad','type':'invalid_request_error','param':'n'}}|CALLER_FAULT",
                "422|{'detail':[{'loc':['body'],'msg':'field required'}]}|CALLER_FAULT",
                "500|{'error':{'message':'oops','type':'server_error'}}|TRANSIENT",
                "502|<html>bad gateway</html>|TRANSIENT",
                "200|{'oops':1}|MALFORMED",
            })
    void tellsErrorsApart(int status, String body, Refusal.Kind kind) {
        Refusal refusal = CHAT.readError(status, Map.of(), body.replace('\'', '"'));
        assertThat(refusal.kind()).isEqualTo(kind);
        assertThat(refusal.status()).isEqualTo(status);
        assertThat(refusal.message()).isNotEmpty().doesNotContain("sk-abc");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Please try again in 1.2s.|PT1.2S",
                "Please try again in 6m0s. Visit|PT6M",
                "try again in 20ms|PT0.02S",
                "Please retry after 5 seconds.|PT5S",
                "try again in 1h2m3.5s|PT1H2M3.5S",
            })
    void findsInTheWordsHowLongToWait(String message, Duration wait) {
        String body =
                "{\"error\":{\"message\":\"" + message + "\",\"code\":\"rate_limit_exceeded\"}}";
        assertThat(RESPONSES.readError(429, Map.of(), body).retryAfter()).contains(wait);
        assertThat(RESPONSES.readError(429, Map.of(), "{}").retryAfter()).isEmpty();
    }

    @Test
    void writesAnErrorOfAnotherDialectInItsOwnWords() {
        Refusal refusal =
                new Refusal(
                        429,
                        Refusal.Kind.RATE_LIMITED,
                        "rate_limit_error",
                        Optional.empty(),
                        "slow down",
                        Optional.of("model"),
                        Optional.empty());
        assertThat(Json.line(RESPONSES.writeError(refusal, "r")))
                .isEqualTo(
                        "{\"error\":{\"message\":\"slow down\",\"type\":\"rate_limit_exceeded\",\"param\":\"model\",\"code\":\"rate_limit_exceeded\"}}");
    }

    private static Completion completion(StopReason reason) {
        return new Completion(
                "id",
                "m",
                1,
                List.of(new Choice(List.of(), reason, Optional.empty(), Optional.empty())),
                Optional.empty(),
                Optional.empty());
    }

    private static JsonNode json(String text) {
        try {
            return Json.parse(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }
}
