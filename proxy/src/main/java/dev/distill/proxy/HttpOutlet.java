package dev.distill.proxy;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The caller's end of an HTTP connection. */
final class HttpOutlet implements Outlet {
    private static final HeaderName ACCEL = HeaderNames.create("x-accel-buffering");

    private final ServerResponse response;
    private @Nullable OutputStream stream;
    private boolean begun;
    private boolean brokenOff;

    HttpOutlet(ServerResponse response) {
        this.response = response;
    }

    /** Lets the server close a connection without the end that its stream lacks. */
    static final class BrokenOffException extends RuntimeException {
        private static final long serialVersionUID = 1;

        BrokenOffException() {
            super("the stream ended before the answer", null, false, false);
        }
    }

    @Override
    public void whole(int status, byte[] body, Map<String, String> headers)
            throws ClientGoneException {
        begun = true;
        response.status(Status.create(status));
        response.header(HeaderNames.CONTENT_TYPE, "application/json");
        head(headers);
        try {
            response.send(body);
        } catch (RuntimeException e) {
            throw new ClientGoneException(e);
        }
    }

    @Override
    public void begin(Map<String, String> headers) throws ClientGoneException {
        begun = true;
        response.header(HeaderNames.CONTENT_TYPE, "text/event-stream; charset=utf-8");
        response.header(HeaderNames.CACHE_CONTROL, "no-cache");
        response.header(ACCEL, "no"); // nginx would collect the events
        head(headers);
        stream = response.outputStream();
    }

    @Override
    public void write(byte[] bytes) throws ClientGoneException {
        if (stream == null) {
            throw new IllegalStateException("the stream has not begun");
        }
        try {
            stream.write(bytes);
            stream.flush();
        } catch (IOException | RuntimeException e) {
            throw new ClientGoneException(e);
        }
    }

    @Override
    public void end() throws ClientGoneException {
        if (stream == null) {
            throw new IllegalStateException("the stream has not begun");
        }
        try {
            stream.close();
        } catch (IOException | RuntimeException e) {
            throw new ClientGoneException(e);
        }
    }

    @Override
    public void breakOff(byte[] last) {
        brokenOff = true;
        try {
            write(last);
        } catch (ClientGoneException _) {
            // then nobody misses it
        }
    }

    @Override
    public boolean hasBegun() {
        return begun;
    }

    /**
     * To be called when the work on a request is over.
     *
     * @throws BrokenOffException when the connection has to break
     */
    void finish() {
        if (brokenOff) {
            throw new BrokenOffException();
        }
    }

    private void head(Map<String, String> headers) {
        headers.forEach((name, value) -> response.header(HeaderNames.create(name), value));
    }
}
