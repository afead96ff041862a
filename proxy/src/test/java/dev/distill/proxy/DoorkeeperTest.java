package dev.distill.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.helidon.common.socket.SocketOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class DoorkeeperTest {
    private static final String FULL = "HTTP/1.1 503 Full\r\n\r\n";

    private ServerSocketChannel listener;

    @BeforeEach
    void listen() throws IOException {
        listener = ServerSocketChannel.open();
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
    }

    @Test
    void tellsWhoeverComesWhenAllPlacesAreTaken() throws IOException {
        Doorkeeper door = door(1);
        try (Socket in = caller();
                SocketChannel first = listener.accept();
                Socket late = caller()) {
            SocketChannel second = listener.accept(); // closed below, as the server does
            late.getOutputStream()
                    .write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            door.configureSocket(first);
            assertThat(first.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
            assertThatThrownBy(() -> door.configureSocket(second))
                    .isInstanceOf(Doorkeeper.FullException.class)
                    .hasMessage("as many connections as the memory is enough for");
            second.close();
            assertThat(late.getInputStream().readAllBytes())
                    .asString(StandardCharsets.US_ASCII)
                    .isEqualTo(FULL);
            assertThat(in.isConnected()).isTrue();
        }
    }

    @Test
    void givesThePlaceOfAClosedConnectionToTheNext() throws IOException {
        Doorkeeper door = door(1);
        try (Socket _ = caller()) {
            SocketChannel first = listener.accept();
            door.configureSocket(first);
            first.close();
        }
        try (Socket _ = caller();
                SocketChannel second = listener.accept()) {
            door.configureSocket(second);
            assertThat(second.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
        }
    }

    @Test
    void hasPlacesForTenThousandInTheHeapThatShips() {
        assertThat(Doorkeeper.mostFor(384L << 20)).isGreaterThan(12_000);
        assertThat(Doorkeeper.mostFor(Long.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE);
    }

    private static Doorkeeper door(int most) {
        return new Doorkeeper(
                SocketOptions.builder().tcpNoDelay(true).build(),
                Optional.of(FULL.getBytes(StandardCharsets.US_ASCII)),
                most);
    }

    private Socket caller() throws IOException {
        return new Socket(
                InetAddress.getLoopbackAddress(),
                ((InetSocketAddress) listener.getLocalAddress()).getPort());
    }
}
