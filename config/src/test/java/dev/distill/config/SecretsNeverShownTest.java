package dev.distill.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Whatever is pasted where a secret belongs, no message repeats it. */
class SecretsNeverShownTest {
    private static final Path FILE = Path.of("p.yaml");
    private final Random random = new Random(11);
    private final List<String> paths = new ArrayList<>();

    @Test
    void noMessageRepeatsWhatStandsWhereASecretBelongs() {
        assertSilent(ProxyConfig.class, UnaryOperator.identity());
        assertThat(paths)
                .contains(
                        "providers.x.api_key",
                        "providers.x.keys[0].secret",
                        "providers.x.query",
                        "providers.x.session_token",
                        "runaway.webhook_secret",
                        "ledger.password",
                        "ledger.url");
        assertSilent(KeysConfig.class, UnaryOperator.identity());
        assertThat(paths).contains("keys[0].hash");
    }

    @Test
    void noAddressIsRepeatedWithItsPassword() {
        for (String key :
                List.of(
                        "providers: { a: { kind: openai, base_url: '%s' } }",
                        "providers: { a: { kind: bedrock, region: r, base_url: '%s' } }",
                        "runaway: { webhook: '%s' }",
                        "telemetry: { otlp: '%s' }",
                        "ledger: { url: '%s' }",
                        "ledger: '%s'")) {
            for (String address :
                    List.of(
                            "https://user:%s@host/v1",
                            "ftp://user:%s@host/v1",
                            "https://user:%s",
                            "https://us er:%s@host",
                            "user:%s@host",
                            "https://user:a/b%s@c@host?x=1",
                            "https://host/v1?key=%s",
                            "jdbc:postgresql://user:%s@host/db",
                            "jdbc:mysql://host/db?password=%s")) {
                String secret = secret();
                assertThat(said(ProxyConfig.class, key.formatted(address.formatted(secret))))
                        .doesNotContain(secret);
            }
        }
    }

    @Test
    void noRecordPrintsOne() {
        String text =
                """
                version: 1
                providers:
                  a: { kind: openai, query: { key: s3cr3t-q } }
                routes: {}
                ledger: { url: 'jdbc:postgresql://host/db?password=s3cr3t-p' }
                """;
        ProxyConfig config = ProxyFile.of(FILE, text).value();
        assertThat(config.toString()).contains("OpenAi").doesNotContain("s3cr3t");
        assertThat(ConfigText.yaml(config.ledger())).doesNotContain("s3cr3t");
    }

    @Test
    void aTypingErrorAmongSecretsIsStillNamed() {
        assertThat(said(ProxyConfig.class, "providers: { a: { kind: openai, api_kye: env:X } }"))
                .contains("unknown key providers.a.api_kye", "did you mean api_key?");
        assertThat(said(ProxyConfig.class, "providers: { a: { kind: open-ai } }"))
                .contains("unknown providers.a.kind open-ai", "did you mean openai?");
        assertThat(said(ProxyConfig.class, "providers: { a: { kind: openai, base_url: nope } }"))
                .contains("providers.a.base_url must be a URL, got \"nope\"");
    }

    /** Goes down to every confidential component of a type and writes all kinds of nonsense. */
    private void assertSilent(Class<?> type, UnaryOperator<String> whole) {
        descend("", type, type, whole);
    }

    private void descend(String path, Class<?> root, Class<?> type, UnaryOperator<String> around) {
        String kind =
                type.isAnnotationPresent(Kind.class)
                        ? "kind: " + type.getAnnotation(Kind.class).value() + ", "
                        : "";
        for (RecordComponent component : type.getRecordComponents()) {
            if (Shown.confidential(component)) {
                String key = RecordBinder.keyOf(component);
                String place = path.isEmpty() ? key : path + "." + key;
                UnaryOperator<String> value =
                        inner -> around.apply("{ " + kind + key + ": " + inner + " }");
                UnaryOperator<String> beside =
                        inner -> around.apply("{ " + kind + key + ": env:X, " + inner + " }");
                silent(root, place, value, beside, component.getType() == Map.class);
                go(place, root, component.getGenericType(), value);
            }
        }
    }

    private void go(String path, Class<?> root, Type type, UnaryOperator<String> around) {
        if (type instanceof ParameterizedType generic) {
            Type last =
                    generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
            if (generic.getRawType() == List.class) {
                go(path + "[0]", root, last, inner -> around.apply("[ " + inner + " ]"));
            } else if (generic.getRawType() == Map.class) {
                go(path + ".x", root, last, inner -> around.apply("{ x: " + inner + " }"));
            } else {
                go(path, root, last, around);
            }
            return;
        }
        Class<?> raw = (Class<?>) type;
        if (raw == Secret.class) {
            return;
        }
        silent(root, path, around, inner -> around.apply("{ " + inner + " }"), false);
        if (raw.isRecord()) {
            descend(path, root, raw, around);
        } else if (raw.isSealed()) {
            RecordBinder.kinds(raw).values().forEach(kind -> descend(path, root, kind, around));
        }
    }

    private void silent(
            Class<?> root,
            String path,
            UnaryOperator<String> value,
            UnaryOperator<String> beside,
            boolean named) {
        paths.add(path);
        for (String form :
                List.of(
                        "%s",
                        "'%s'",
                        "env:%s",
                        "*%s",
                        "[ %s ]",
                        "{ %s }",
                        "{ %s: 1, %s: 2 }",
                        "{ kind: %s }")) {
            if (named && form.startsWith("{")) {
                continue; // whoever names something shows its name
            }
            String secret = secret();
            assertThat(said(root, value.apply(form.replace("%s", secret))))
                    .as("%s as %s", path, form)
                    .doesNotContain(secret);
        }
        for (String form : List.of("%s", "%s: 1", "%s: { a: 1 }", "%s: 1, %s: 2")) {
            String secret = secret();
            assertThat(said(root, beside.apply(form.replace("%s", secret))))
                    .as("beside %s as %s", path, form)
                    .doesNotContain(secret);
        }
    }

    private String secret() {
        byte[] bytes = new byte[12];
        random.nextBytes(bytes);
        return "sk-live-" + HexFormat.of().formatHex(bytes);
    }

    @SuppressWarnings("unchecked")
    private static String said(Class<?> type, String yaml) {
        try {
            return type == ProxyConfig.class
                    ? ProxyFile.of(FILE, yaml).value().toString()
                    : ConfigFile.of(FILE, yaml, (Class<? extends Record>) type).value().toString();
        } catch (UserError e) {
            return String.valueOf(e.getMessage());
        }
    }
}
