package dev.distill.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.ExitCode;
import dev.distill.config.ProxyConfig;
import dev.distill.config.UserError;
import dev.distill.files.Json;
import dev.distill.proxy.upstream.Outcome;
import dev.distill.proxy.upstream.Provider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("it")
final class ProxyServerTest {
    @TempDir private Path folder;
    private final FakeUpstream upstream = new FakeUpstream();

    @AfterEach
    void stop() {
        upstream.close();
    }

    @Test
    void namesTheEnvironmentVariableThatIsMissing() {
        ProxyConfig config = TestProxy.config(Map.of("a", TestProxy.openAi(upstream)));
        assertThatThrownBy(() -> ProxyServer.start(config, store(), Map.of(), List.of()))
                .isInstanceOfSatisfying(
                        UserError.class, e -> assertThat(e.code()).isEqualTo(ExitCode.CREDENTIALS))
                .hasMessageContaining("the environment variable TEACHER_KEY is not set")
                .hasMessageContaining("hint: export TEACHER_KEY=");
    }

    @Test
    void namesTheAddressThatIsInUse() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String listen = "127.0.0.1:" + taken.getLocalPort();
            assertThatThrownBy(() -> start(listen))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("cannot listen on " + listen + ": Address already in use")
                    .hasMessageContaining("hint: stop what listens there");
        }
    }

    @Test
    void listensOnThisMachineOnly() {
        assertThatThrownBy(() -> start("0.0.0.0:0"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("listen must be a loopback address")
                .hasMessageContaining("got 0.0.0.0:0");
        assertThatThrownBy(() -> start("8080"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("listen must be an address and a port, got 8080");
    }

    @Test
    void answersFromAModelInThisProcessAndClosesIt() {
        FakeProvider student = new FakeProvider();
        ProxyConfig.Price free = ProxyConfig.Price.of(0, 0);
        LocalRoute route = new LocalRoute("student", "student@sha256:1", student, free);
        ProxyConfig config = TestProxy.config(Map.of("a", TestProxy.openAi(upstream)));
        try (TestProxy proxy = TestProxy.start(store(), config, List.of(route))) {
            assertThat(proxy.get("/v1/models").json().path("data")).hasSize(2);
            String body = Json.line(TestProxy.request("hi").put("model", "student"));
            TestProxy.Response answer =
                    proxy.post(body, Headers.JOB, "j", Headers.MAX_USD, "0", Headers.STORE, "off");
            assertThat(answer.content()).isEqualTo("student@sha256:1");
            assertThat(answer.header(Headers.COST_USD)).isEqualTo("0");
            assertThat(answer.header(Headers.PROVIDER)).isEqualTo("local");
            assertThat(student.closed).isFalse();
        }
        assertThat(student.closed).isTrue();
        assertThat(upstream.requests()).isEmpty();
    }

    @Test
    void refusesTwoRoutesOfOneNameAndClosesWhatItWasGiven() {
        FakeProvider student = new FakeProvider();
        LocalRoute route = new LocalRoute("teacher", "student", student, TestProxy.PRICE);
        ProxyConfig config = TestProxy.config(Map.of("a", TestProxy.openAi(upstream)));
        assertThatThrownBy(() -> TestProxy.start(store(), config, List.of(route)))
                .isInstanceOf(UserError.class)
                .hasMessage("route teacher is defined twice");
        assertThat(student.closed).isTrue();
    }

    @Test
    void finishesRequestsUnderWayBeforeItCloses() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        upstream.behave(
                request -> {
                    arrived.countDown();
                    try {
                        go.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    return FakeUpstream.echo(request);
                });
        TestProxy proxy = TestProxy.start(store(), upstream);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<TestProxy.Response> response = threads.submit(() -> proxy.ask("hi"));
            arrived.await();
            Future<?> closing = threads.submit(proxy::close);
            go.countDown();
            assertThat(response.get().content()).isEqualTo("hi");
            closing.get();
        }
    }

    private Path store() {
        return folder.resolve("store.db");
    }

    private void start(String listen) {
        ProxyConfig there =
                TestProxy.config(Map.of("a", TestProxy.openAi(upstream)), "listen: " + listen);
        TestProxy.start(store(), there, List.of()).close();
    }

    /** Answers with the name of its model. */
    private static final class FakeProvider implements Provider {
        private volatile boolean closed;

        @Override
        public Outcome complete(String model, ObjectNode request) {
            String body = FakeUpstream.completion(model, "stop");
            try {
                return new Outcome.Answer(
                        200, body, (ObjectNode) Json.parse(body), model, 1, false);
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
