package dev.distill.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.config.ProxyConfig.Tls;
import dev.distill.config.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("it")
class TlsFilesTest {
    private static final char[] PASSWORD = "changeit".toCharArray();
    @TempDir private static Path stores;
    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC", "Ed25519"})
    void aCertificateAndItsKeyServeHttps(String algorithm) throws Exception {
        Tls tls = tls(algorithm);
        SSLContext server = new ServedCertificate(tls).context();
        try (SSLServerSocket socket =
                (SSLServerSocket)
                        server.getServerSocketFactory()
                                .createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread greeter = Thread.ofVirtual().start(() -> greet(socket));
            try (SSLSocket client =
                    (SSLSocket)
                            trusting(algorithm)
                                    .getSocketFactory()
                                    .createSocket(
                                            InetAddress.getLoopbackAddress(),
                                            socket.getLocalPort())) {
                assertThat(client.getInputStream().readAllBytes())
                        .isEqualTo("hello".getBytes(StandardCharsets.UTF_8));
            }
            greeter.join();
        }
    }

    @Test
    void aKeyOfAnotherCertificateIsRefused() throws Exception {
        Tls one = tls("RSA");
        Tls other = tls("EC");
        assertRefused(
                new Tls(one.certificate(), other.privateKey()),
                "EC.key: is not the key of " + one.certificate());
    }

    @Test
    void anotherFormOfKeyIsRefusedWithTheCommandThatConvertsIt() throws Exception {
        Tls tls = tls("RSA");
        for (String type : List.of("RSA", "EC", "ENCRYPTED")) {
            Files.writeString(
                    tls.privateKey(),
                    "-----BEGIN %1$s PRIVATE KEY-----\nMII=\n-----END %1$s PRIVATE KEY-----"
                            .formatted(type));
            assertRefused(tls, "holds an " + type + " PRIVATE KEY, which is not plain PKCS #8");
            assertRefused(tls, "hint: openssl pkcs8 -topk8 -nocrypt -in " + tls.privateKey());
        }
    }

    @Test
    void damagedFilesAreRefusedByName() throws Exception {
        Tls tls = tls("RSA");
        assertRefused(
                new Tls(tls.certificate(), tls.certificate()), "RSA.crt: holds no private key");
        assertRefused(new Tls(tls.privateKey(), tls.privateKey()), "RSA.key: ");
        Files.writeString(
                tls.privateKey(), "-----BEGIN PRIVATE KEY-----\nMII=\n-----END PRIVATE KEY-----");
        assertRefused(tls, "RSA.key: holds a private key that is damaged");
        Files.writeString(tls.certificate(), "");
        assertRefused(tls, "RSA.crt: ");
        Files.delete(tls.certificate());
        assertRefused(tls, "RSA.crt: cannot read: no such file");
    }

    private static void assertRefused(Tls tls, String message) {
        assertThatThrownBy(() -> new ServedCertificate(tls).context())
                .isInstanceOf(UserError.class)
                .hasMessageContaining(message);
    }

    private static void greet(SSLServerSocket socket) {
        try (SSLSocket accepted = (SSLSocket) socket.accept()) {
            accepted.getOutputStream().write("hello".getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeAll
    static void makeCertificates() throws Exception {
        for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
            Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
            Process process =
                    new ProcessBuilder(
                                    keytool.toString(),
                                    "-genkeypair",
                                    "-alias",
                                    "a",
                                    "-keyalg",
                                    algorithm,
                                    "-dname",
                                    "CN=localhost",
                                    "-keystore",
                                    stores.resolve(algorithm).toString(),
                                    "-storepass",
                                    new String(PASSWORD))
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            assertThat(process.waitFor()).isZero();
        }
    }

    private Tls tls(String algorithm) throws Exception {
        KeyStore store = store(algorithm);
        return new Tls(
                pem("CERTIFICATE", algorithm + ".crt", store.getCertificate("a").getEncoded()),
                pem("PRIVATE KEY", algorithm + ".key", store.getKey("a", PASSWORD).getEncoded()));
    }

    private static KeyStore store(String algorithm) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(stores.resolve(algorithm))) {
            store.load(in, PASSWORD);
        }
        return store;
    }

    private static SSLContext trusting(String algorithm) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("a", store(algorithm).getCertificate("a"));
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private Path pem(String type, String name, byte[] bytes) throws IOException {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return Files.writeString(
                folder.resolve(name),
                "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(type, body));
    }
}
