package dev.distill.proxy.upstream;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** Opens connections to one host. */
final class Dialler {
    private final String host;
    private final int port;
    private final boolean secure;
    private final SSLContext tls;

    /**
     * @param base an http or https address; nothing else decides where connections lead
     * @param tls whom to trust
     */
    Dialler(URI base, SSLContext tls) {
        String name = base.getHost();
        this.host = name.startsWith("[") ? name.substring(1, name.length() - 1) : name;
        this.secure = base.getScheme().equalsIgnoreCase("https");
        this.port = base.getPort() >= 0 ? base.getPort() : secure ? 443 : 80;
        this.tls = tls;
    }

    /**
     * Opens one.
     *
     * @throws UpstreamException when that fails or takes too long; nothing is billed then
     */
    HttpConnection dial(Duration most) throws InterruptedException {
        // On a thread of its own: nothing else bounds the time that looking up a name takes.
        FutureTask<HttpConnection> dialling = new FutureTask<>(() -> connect(most));
        Thread thread = Thread.ofVirtual().name("dial-" + host).start(dialling);
        try {
            return dialling.get(most.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            abandon(dialling, thread);
            throw failure(Fault.CONNECT_TIMEOUT, "within " + most.toMillis() + " ms", null);
        } catch (InterruptedException e) {
            abandon(dialling, thread);
            throw e;
        } catch (ExecutionException e) {
            throw switch (e.getCause()) {
                case UnknownHostException cause ->
                        failure(Fault.DNS_FAILED, "the name has no address", cause);
                case SSLException cause ->
                        failure(Fault.TLS_FAILED, "TLS failed: " + cause.getMessage(), cause);
                case IOException cause -> failure(Fault.CONNECT_FAILED, reason(cause), cause);
                case null, default -> new IllegalStateException("a connection failed", e);
            };
        }
    }

    /** Interrupts it, and closes the connection if it has just come about. */
    private static void abandon(FutureTask<HttpConnection> dialling, Thread thread) {
        if (!dialling.cancel(true) && dialling.state() == FutureTask.State.SUCCESS) {
            dialling.resultNow().close();
        }
        thread.interrupt();
    }

    private HttpConnection connect(Duration most) throws IOException {
        long start = System.nanoTime();
        IOException failed = new ConnectException("no address");
        for (InetAddress address : InetAddress.getAllByName(host)) {
            long left = most.toMillis() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            if (left <= 0) {
                break;
            }
            SocketChannel channel = SocketChannel.open();
            try {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
                channel.socket().connect(new InetSocketAddress(address, port), (int) left);
                HttpConnection connection = secure ? secured(channel) : plain(channel);
                if (Thread.currentThread().isInterrupted()) {
                    throw new ConnectException("nobody waits for it any more");
                }
                return connection;
            } catch (SSLException e) {
                channel.close();
                throw e;
            } catch (IOException e) {
                channel.close();
                failed = e;
            }
        }
        throw failed;
    }

    private static HttpConnection plain(SocketChannel channel) throws IOException {
        Socket socket = channel.socket();
        return new HttpConnection(channel, socket.getInputStream(), socket.getOutputStream());
    }

    private HttpConnection secured(SocketChannel channel) throws IOException {
        SSLSocket socket =
                (SSLSocket) tls.getSocketFactory().createSocket(channel.socket(), host, port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return new HttpConnection(channel, socket.getInputStream(), socket.getOutputStream());
    }

    private UpstreamException failure(Fault fault, String reason, @Nullable Throwable cause) {
        String message = "cannot connect to " + host + ":" + port + ": " + reason;
        return new UpstreamException(fault, message, false, cause);
    }

    private static String reason(IOException cause) {
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
