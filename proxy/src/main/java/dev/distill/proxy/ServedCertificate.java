package dev.distill.proxy;

import dev.distill.config.ProxyConfig;
import dev.distill.config.UserError;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The certificate that new connections are shown; another one can take its place while the server
 * runs, and connections that there are go on. Safe for use by many threads.
 */
final class ServedCertificate extends X509ExtendedKeyManager {
    private final AtomicInteger generation = new AtomicInteger();
    private volatile Pair pair;

    /** A handshake asks several times: what it began with stays there for one more change. */
    private record Pair(X509ExtendedKeyManager now, X509ExtendedKeyManager before) {}

    /** A certificate and its key that have been read and belong together. */
    record Loaded(X509ExtendedKeyManager keys) {}

    /**
     * Reads the first one.
     *
     * @throws UserError when it cannot be used
     */
    ServedCertificate(ProxyConfig.Tls files) {
        X509ExtendedKeyManager first = load(files).keys();
        this.pair = new Pair(first, first);
    }

    /**
     * Reads another one, and changes nothing yet.
     *
     * @throws UserError when it cannot be used
     */
    Loaded load(ProxyConfig.Tls files) {
        return new Loaded(TlsFiles.keys(files, "proxy-" + generation.incrementAndGet()));
    }

    /** Shows another one from now on. */
    synchronized void show(Loaded next) {
        pair = new Pair(next.keys(), pair.now());
    }

    /** What the server makes connections of. */
    SSLContext context() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {this}, null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has TLS", e);
        }
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        return pair.now().chooseEngineServerAlias(keyType, issuers, engine);
    }

    @Override
    public @Nullable String chooseServerAlias(
            String keyType, Principal @Nullable [] issuers, Socket socket) {
        return pair.now().chooseServerAlias(keyType, issuers, socket);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        Pair now = pair;
        X509Certificate[] chain = now.now().getCertificateChain(alias);
        return chain == null ? now.before().getCertificateChain(alias) : chain;
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        Pair now = pair;
        PrivateKey key = now.now().getPrivateKey(alias);
        return key == null ? now.before().getPrivateKey(alias) : key;
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return pair.now().getServerAliases(keyType, issuers);
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, Socket socket) {
        return null;
    }
}
