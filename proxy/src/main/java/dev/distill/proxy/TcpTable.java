package dev.distill.proxy;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The connections of this machine as its kernel sees them at one moment: whether the other side
 * still sends is known there without a read from the connection, encrypted or not. Only Linux has
 * such a table; elsewhere every connection counts as open.
 *
 * <p>The kernel may leave a connection out while others come and go, so that this is a hint and no
 * proof. The format is that of proc_pid_net(5).
 */
final class TcpTable {
    private static final List<Path> FILES =
            List.of(Path.of("/proc/self/net/tcp"), Path.of("/proc/self/net/tcp6"));
    private static final String ESTABLISHED = "01";
    private static final String CLOSE_WAIT = "08";
    private static final String LISTEN = "0A";
    private static final int WORD = 4;

    private final Map<End, State> states = new HashMap<>();
    private final Set<Integer> listening = new HashSet<>();

    /** How a connection is. */
    enum State {
        OPEN,
        /** The other side sends no more; whether it still listens is known once we have sent. */
        NO_MORE_TO_COME,
        /** It is over, or the table has missed it. */
        GONE
    }

    private record End(int localPort, InetSocketAddress remote) {}

    private TcpTable() {}

    /** Reads it; tens of milliseconds for ten thousand connections. */
    static TcpTable read() {
        return read(FILES);
    }

    static TcpTable read(List<Path> files) {
        TcpTable table = new TcpTable();
        for (Path file : files) {
            try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.US_ASCII)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    table.add(line);
                }
            } catch (IOException _) {
                // No such table here, or none of this kind of address.
            }
        }
        return table;
    }

    /** How a connection that a server of this process has accepted is. */
    State state(int localPort, InetSocketAddress remote) {
        if (!listening.contains(localPort)) {
            return State.OPEN; // the table says nothing of our server at all
        }
        return states.getOrDefault(new End(localPort, remote), State.GONE);
    }

    /** {@code sl: local:port remote:port state …}, all of it in hexadecimal digits. */
    private void add(String line) throws UnknownHostException {
        String[] words = line.strip().split(" +", 5);
        if (words.length < 5 || words[1].indexOf(':') < 0) {
            return; // the heading
        }
        int localPort = port(words[1]);
        switch (words[3]) {
            case ESTABLISHED -> states.put(new End(localPort, remote(words[2])), State.OPEN);
            case CLOSE_WAIT ->
                    states.put(new End(localPort, remote(words[2])), State.NO_MORE_TO_COME);
            case LISTEN -> listening.add(localPort);
            default -> {
                // it is being opened or is over
            }
        }
    }

    private static int port(String end) {
        return Integer.parseInt(end.substring(end.indexOf(':') + 1), 16);
    }

    /** An address is made of words of four bytes, each in the byte order of the machine. */
    private static InetSocketAddress remote(String end) throws UnknownHostException {
        byte[] bytes = HexFormat.of().parseHex(end, 0, end.indexOf(':'));
        if (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
            for (int word = 0; word < bytes.length; word += WORD) {
                for (int i = 0; i < WORD / 2; i++) {
                    byte swapped = bytes[word + i];
                    bytes[word + i] = bytes[word + WORD - 1 - i];
                    bytes[word + WORD - 1 - i] = swapped;
                }
            }
        }
        return new InetSocketAddress(InetAddress.getByAddress(bytes), port(end));
    }
}
