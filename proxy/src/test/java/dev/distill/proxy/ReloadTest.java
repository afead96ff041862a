package dev.distill.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.distill.config.ProxyFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.util.Optional;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A proxy that goes on while its files change. */
@Tag("it")
final class ReloadTest {
    @TempDir private Path folder;
    private TestCertificate first;
    private TestCertificate second;

    @BeforeEach
    void makeCertificates() {
        first = TestCertificate.make(folder, "first");
        second = TestCertificate.make(folder, "second");
    }

    @Test
    void aCertificateThatIsRenewedIsShownToNewConnectionsAndOldOnesGoOn() throws Exception {
        first.writeTo(certificateFile(), keyFile());
        try (ProxyServer proxy = start();
                SSLSocket old = connect(proxy)) {
            assertThat(shown(old)).isEqualTo(first.certificate());
            second.writeTo(certificateFile(), keyFile());
            assertThat(send(old, "POST", "/admin/reload")).contains("\"reloaded\":true");
            try (SSLSocket fresh = connect(proxy)) {
                assertThat(shown(fresh)).isEqualTo(second.certificate());
                assertThat(send(fresh, "GET", "/healthz")).contains("\"ok\"");
            }
            assertThat(send(old, "GET", "/healthz")).contains("\"ok\"");
        }
    }

    @Test
    void aPairThatDoesNotBelongTogetherLeavesTheOldOneAndIsReported() throws Exception {
        first.writeTo(certificateFile(), keyFile());
        try (ProxyServer proxy = start();
                SSLSocket old = connect(proxy)) {
            second.writeTo(certificateFile(), folder.resolve("unused.key"));
            assertThat(send(old, "POST", "/admin/reload"))
                    .startsWith("HTTP/1.1 422")
                    .contains("\"reloaded\":false", "is not the key of " + certificateFile());
            Files.delete(keyFile());
            assertThat(send(old, "POST", "/admin/reload"))
                    .startsWith("HTTP/1.1 422")
                    .contains("proxy.key");
            try (SSLSocket fresh = connect(proxy)) {
                assertThat(shown(fresh)).isEqualTo(first.certificate());
            }
            assertThat(send(old, "GET", "/metrics"))
                    .containsPattern("distill_config_reloads_total\\{[^}]*failure[^}]*} [2-9]")
                    .contains("distill_config_last_reload_successful 0");
        }
    }

    @Test
    void keysThatNeedAStartAreNamedUntilTheyHaveHadOne() throws Exception {
        first.writeTo(certificateFile(), keyFile());
        try (ProxyServer proxy = start();
                SSLSocket caller = connect(proxy)) {
            Files.writeString(file(), yaml("127.0.0.1:1", "capacity: { requests: 7 }"));
            for (int i = 0; i < 2; i++) {
                assertThat(send(caller, "POST", "/admin/reload"))
                        .contains(
                                "\"reloaded\":true", "\"at_next_start\":[\"listen\",\"capacity\"]");
            }
            Files.writeString(file(), yaml("127.0.0.1:0", ""));
            assertThat(send(caller, "POST", "/admin/reload")).contains("\"at_next_start\":[]");
        }
    }

    private ProxyServer start() throws IOException {
        Files.writeString(file(), yaml("127.0.0.1:0", ""));
        return ProxyServer.start(
                ProxyFile.read(file()),
                folder.resolve("store.db"),
                LiveProxy.ENVIRONMENT,
                _ -> {
                    throw new IllegalStateException("nothing is recorded");
                },
                Optional.empty(),
                ProxyServer.NO_STUDENTS);
    }

    private static String yaml(String listen, String more) {
        return """
        version: 1
        listen: %s
        tls: { certificate: proxy.crt, private_key: proxy.key }
        providers: {}
        routes: {}
        %s
        """
                .formatted(listen, more);
    }

    private static SSLSocket connect(ProxyServer proxy) {
        return TestCertificate.connect(proxy.uri().getPort());
    }

    private static Certificate shown(SSLSocket socket) throws IOException {
        return socket.getSession().getPeerCertificates()[0];
    }

    /** The answer, read up to its length. */
    private static String send(SSLSocket socket, String method, String path) {
        RawHttp http = new RawHttp(socket); // the test closes the socket
        http.send(
                "%s %s HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n"
                        .formatted(method, path));
        LiveProxy.Streamed answer = http.readResponse();
        return "HTTP/1.1 " + answer.status() + "\r\n" + answer.raw();
    }

    private Path file() {
        return folder.resolve("proxy.yaml");
    }

    private Path certificateFile() {
        return folder.resolve("proxy.crt");
    }

    private Path keyFile() {
        return folder.resolve("proxy.key");
    }
}
