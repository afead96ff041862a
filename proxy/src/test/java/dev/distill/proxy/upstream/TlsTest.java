package dev.distill.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.distill.proxy.wire.Dialect;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("it")
@Timeout(30)
final class TlsTest {
    private static final char[] PASSWORD = "changeit".toCharArray();
    private static final Duration LONG = Duration.ofSeconds(20);

    private static @TempDir Path folder;
    private static SSLContext ours;

    @BeforeAll
    static void makeCertificateForLocalhost() throws Exception {
        Path store = folder.resolve("store.p12");
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                "server",
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=localhost",
                                "-ext",
                                "san=dns:localhost",
                                "-keystore",
                                store.toString(),
                                "-storepass",
                                new String(PASSWORD))
                        .inheritIO()
                        .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        KeyManagerFactory keyManagers = KeyManagerFactory.getInstance("PKIX");
        keyManagers.init(keys, PASSWORD);
        TrustManagerFactory trustManagers = TrustManagerFactory.getInstance("PKIX");
        trustManagers.init(keys);
        ours = SSLContext.getInstance("TLS");
        ours.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
    }

    @Test
    void speaksTlsAndUsesTheConnectionAgain() throws Exception {
        try (RawServer server = server();
                Upstream upstream = upstream("localhost", server.port(), ours)) {
            for (int i = 0; i < 3; i++) {
                try (Call call = upstream.open(ask())) {
                    assertThat(new String(call.whole(), StandardCharsets.UTF_8)).isEqualTo("fine");
                }
            }
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void refusesACertificateThatNobodyVouchesFor() throws Exception {
        try (RawServer server = server();
                Upstream upstream = upstream("localhost", server.port(), SSLContext.getDefault())) {
            UpstreamException e =
                    catchThrowableOfType(UpstreamException.class, () -> upstream.open(ask()));
            assertThat(e.fault()).isEqualTo(Fault.TLS_FAILED);
            assertThat(e.possiblyBilled()).isFalse();
            assertThat(e).hasMessageContaining("TLS failed: ");
        }
    }

    @Test
    void refusesACertificateOfAnotherName() throws Exception {
        try (RawServer server = server();
                Upstream upstream = upstream("127.0.0.1", server.port(), ours)) {
            UpstreamException e =
                    catchThrowableOfType(UpstreamException.class, () -> upstream.open(ask()));
            assertThat(e.fault()).isEqualTo(Fault.TLS_FAILED);
        }
    }

    private static RawServer server() throws Exception {
        return new RawServer(
                ours.getServerSocketFactory()
                        .createServerSocket(0, 16, InetAddress.getLoopbackAddress()),
                exchange -> exchange.answer("fine"));
    }

    private static Upstream upstream(String host, int port, SSLContext tls) {
        URI base = URI.create("https://" + host + ":" + port);
        return new HttpUpstream("tls", new AnthropicVendor(base), KeyPool.none(), base, tls);
    }

    private static Ask ask() {
        return new Ask(
                Dialect.ANTHROPIC_MESSAGES,
                "m",
                new byte[] {'{', '}'},
                false,
                new Credential.None(),
                Map.of(),
                new Clocks(LONG, LONG, LONG, LONG, LONG));
    }
}
