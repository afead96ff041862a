package dev.distill.proxy;

import dev.distill.config.ExitCode;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.config.ProxyConfig.Tls;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;

/** The certificate and key that the proxy shows to its callers, read from PEM files. */
final class TlsFiles {
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");
    private static final String PKCS_8 = "PRIVATE KEY";

    private TlsFiles() {}

    /**
     * Reads the files.
     *
     * @param alias what to call the pair
     * @throws UserError when one is not what it should be, or they do not belong together
     */
    static X509ExtendedKeyManager keys(Tls tls, String alias) {
        Certificate[] chain = chain(tls.certificate());
        PrivateKey key = key(tls.privateKey());
        checkPair(tls, chain[0].getPublicKey(), key);
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            char[] none = new char[0];
            store.setKeyEntry(alias, key, none, chain);
            KeyManagerFactory keys =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, none);
            return (X509ExtendedKeyManager) keys.getKeyManagers()[0];
        } catch (GeneralSecurityException | IOException e) {
            throw invalid(tls.certificate(), "cannot be used for TLS: " + e.getMessage(), e);
        }
    }

    private static Certificate[] chain(Path file) {
        try {
            byte[] pem = text(file).getBytes(StandardCharsets.ISO_8859_1);
            Certificate[] chain =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(pem))
                            .toArray(Certificate[]::new);
            if (chain.length > 0) {
                return chain;
            }
            throw UserError.invalid(
                    Location.of(file),
                    "holds no certificate",
                    "it begins with -----BEGIN CERTIFICATE-----, the server's own first");
        } catch (GeneralSecurityException e) {
            throw invalid(file, "is not a chain of PEM certificates: " + e.getMessage(), e);
        }
    }

    private static PrivateKey key(Path file) {
        String text = text(file);
        Matcher pem = PEM.matcher(text);
        while (pem.find()) {
            String type = pem.group(1);
            if (type.equals(PKCS_8)) {
                return key(file, pem.group(2));
            }
            if (type.endsWith(PKCS_8)) { // RSA, EC or ENCRYPTED
                throw UserError.invalid(
                        Location.of(file),
                        "holds an " + type + ", which is not plain PKCS #8",
                        "openssl pkcs8 -topk8 -nocrypt -in %s -out key.pem makes one of it"
                                .formatted(file));
            }
        }
        throw UserError.invalid(
                Location.of(file),
                "holds no private key",
                "it begins with -----BEGIN PRIVATE KEY-----");
    }

    private static PrivateKey key(Path file, String base64) {
        try {
            PKCS8EncodedKeySpec encoded =
                    new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(base64));
            for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
                try {
                    return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
                } catch (InvalidKeySpecException _) {
                    // Says that it is a key of another algorithm, or none at all.
                }
            }
            throw UserError.invalid(
                    Location.of(file),
                    "holds a private key that is damaged or of an unknown algorithm",
                    "RSA, EC and Ed25519 keys are known");
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw invalid(file, "holds a damaged private key: " + e.getMessage(), e);
        }
    }

    /** Signs something with the one and checks it with the other. */
    private static void checkPair(Tls tls, PublicKey certified, PrivateKey key) {
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> key.getAlgorithm();
                };
        boolean pair;
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update((byte) 1);
            byte[] signed = signature.sign();
            signature.initVerify(certified);
            signature.update((byte) 1);
            pair = signature.verify(signed);
        } catch (GeneralSecurityException _) {
            pair = false; // a certificate of another algorithm
        }
        if (!pair) {
            throw UserError.invalid(
                    Location.of(tls.privateKey()),
                    "is not the key of " + tls.certificate(),
                    "the first certificate of the chain must be the server's own");
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw AtomicFile.unreadable(file, e);
        }
    }

    private static UserError invalid(Path file, String message, Exception cause) {
        return new UserError(ExitCode.INVALID_INPUT, Problem.at(Location.of(file), message), cause);
    }
}
