import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * What a relay adds that does nothing: {@code java BareRelay.java port=18502 to=18500}. Bytes go to
 * and fro as they are, a thread for each connection and direction, so that its added time is that
 * of two more sockets and of waking up twice.
 */
final class BareRelay {
    private static final String[] SETTINGS = {
        "port=18502",
        "to=18500", // on this machine
        "threads=virtual" // or platform
    };

    private static final int BLOCK = 8192;

    private BareRelay() {}

    public static void main(String[] args) throws IOException {
        Settings settings = new Settings(SETTINGS);
        settings.set(args);
        Thread.Builder threads =
                settings.text("threads").equals("virtual") ? Thread.ofVirtual() : Thread.ofPlatform();
        InetAddress here = InetAddress.getLoopbackAddress();
        try (ServerSocket listener = new ServerSocket()) {
            listener.bind(new InetSocketAddress(here, settings.number("port")), 1024);
            while (true) {
                Socket caller = listener.accept();
                Socket provider = new Socket(here, settings.number("to"));
                caller.setTcpNoDelay(true);
                provider.setTcpNoDelay(true);
                threads.start(() -> pump(caller, provider));
                threads.start(() -> pump(provider, caller));
            }
        }
    }

    private static void pump(Socket from, Socket to) {
        byte[] block = new byte[BLOCK];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(block); count >= 0; count = in.read(block)) {
                out.write(block, 0, count);
            }
        } catch (IOException _) {
            // one of them has hung up
        }
    }
}
