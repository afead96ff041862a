package dev.distill.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

class JsonSchemaTest {
    private final JsonNode proxy = schema(ProxyConfig.class);

    @Test
    void aRouteIsAListOfTargetsOrAMapping() {
        JsonNode ways = proxy.at("/properties/routes/additionalProperties/anyOf");

        assertThat(ways).hasSize(2);
        assertThat(ways.at("/0/type").asText()).isEqualTo("array");
        assertThat(ways.at("/0/items/required").toString()).isEqualTo("[\"provider\",\"model\"]");
        assertThat(ways.at("/1/type").asText()).isEqualTo("object");
        assertThat(ways.at("/1/properties/groups/items/items/properties/weight/default").asInt())
                .isOne();
        assertThat(ways.at("/1/required").isMissingNode()).isTrue();
    }

    @Test
    void aPriceIsOneOrAList() {
        JsonNode ways = proxy.at("/properties/prices/additionalProperties/anyOf");

        assertThat(ways).hasSize(2);
        assertThat(ways.at("/0/properties/input/minimum").asDouble()).isZero();
        assertThat(ways.at("/1/items")).isEqualTo(ways.get(0));
    }

    @Test
    void aProviderIsOfOneOfItsKinds() {
        JsonNode kinds = proxy.at("/properties/providers/additionalProperties/oneOf");

        assertThat(StreamSupport.stream(kinds.spliterator(), false))
                .extracting(kind -> kind.at("/properties/kind/const").asText())
                .containsExactly("openai", "anthropic", "gemini", "bedrock", "replay", "student");
        assertThat(kinds.at("/0/properties/responses/type").asText()).isEqualTo("boolean");
    }

    @Test
    void defaultsAreValuesOfTheTypeThatTheyStandFor() {
        assertThat(proxy.at("/properties/runaway/properties/ping/default").toString())
                .isEqualTo("{\"usd\":25,\"age\":\"2h\"}");
        assertThat(proxy.at("/properties/recording/properties/redact/default").toString())
                .isEqualTo("[\"email\",\"secret\"]");
        assertThat(proxy.at("/properties/retry/properties/budget/default").asDouble())
                .isEqualTo(0.1);
        assertThat(proxy.at("/properties/timeouts/properties/total/default").asText())
                .isEqualTo("10m");
    }

    @Test
    void daysAndLimitsAreKnown() {
        JsonNode job = schema(JobConfig.class);

        assertThat(proxy.at("/properties/lots/items/properties/expires/format").asText())
                .isEqualTo("date");
        assertThat(job.at("/properties/train/properties/learning_rate/exclusiveMinimum").asDouble())
                .isZero();
        assertThat(job.at("/properties/train/properties/learning_rate").has("exclusiveMinimum"))
                .isTrue();
    }

    private static JsonNode schema(Class<? extends Record> type) {
        try {
            return JsonMapper.builder().build().readTree(JsonSchema.of(type));
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
