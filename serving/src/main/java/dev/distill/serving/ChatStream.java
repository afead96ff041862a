package dev.distill.serving;

import dev.distill.models.causal.ChatModel.Reply;
import dev.distill.models.causal.Generation.Token;
import dev.distill.proxy.upstream.Chunks;
import dev.distill.serving.ChatProvider.Hearer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An answer on its way from the student's thread to the one that reads it. The student never waits
 * for a reader, since it writes for others too: whoever is too far behind loses the answer.
 */
final class ChatStream implements Hearer, Chunks {
    private final ChatWriter writer;
    private final int mostUnread;
    private final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();
    private volatile boolean wanted = true;
    private volatile boolean tooSlow;
    private @Nullable CompletableFuture<Reply> answer;

    // of the reader
    private final Deque<Step> ready = new ArrayDeque<>();
    private final List<Token> unsaid = new ArrayList<>();
    private final long start = System.nanoTime();
    private boolean begun;
    private int said;

    /** What the reader gets to hear. */
    private sealed interface Heard {
        record Piece(String text, Token token) implements Heard {}

        record End(Reply reply) implements Heard {}

        record Failure(Throwable cause) implements Heard {}
    }

    /**
     * @param mostUnread how many tokens the reader may be behind
     */
    ChatStream(ChatWriter writer, int mostUnread) {
        this.writer = writer;
        this.mostUnread = mostUnread;
    }

    /** Tells whose end it waits for; once, before anybody reads. */
    void of(CompletableFuture<Reply> reply) {
        answer = reply;
        var _ =
                reply.whenComplete(
                        (whole, failure) ->
                                heard.add(
                                        failure == null
                                                ? new Heard.End(whole)
                                                : new Heard.Failure(failure)));
    }

    @Override
    public boolean accept(String piece, Token token) {
        tooSlow = heard.size() >= mostUnread;
        if (wanted && !tooSlow) {
            heard.add(new Heard.Piece(piece, token));
        }
        return wanted && !tooSlow;
    }

    @Override
    public Optional<Step> next(Duration most) throws InterruptedException {
        long until = System.nanoTime() + most.toNanos();
        while (ready.isEmpty()) {
            Heard next = heard.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (next == null) {
                return Optional.empty();
            }
            take(next);
        }
        return Optional.of(ready.remove());
    }

    private void take(Heard next) {
        switch (next) {
            case Heard.Piece(String text, Token token) -> {
                begin();
                unsaid.add(token);
                if (!text.isEmpty()) {
                    say(text);
                }
            }
            case Heard.End _ when tooSlow ->
                    fail(
                            new IllegalStateException(
                                    "more than %d tokens were left unread".formatted(mostUnread)));
            case Heard.End(Reply reply) -> end(reply);
            case Heard.Failure(Throwable cause) -> fail(cause);
        }
    }

    private void begin() {
        if (!begun) {
            begun = true;
            ready.add(new Step.More(writer.begin()));
        }
    }

    private void say(String text) {
        said += text.length();
        ready.add(new Step.More(writer.more(text, unsaid)));
        unsaid.clear();
    }

    private void end(Reply reply) {
        begin();
        String rest = reply.text().substring(said);
        if (!rest.isEmpty() || !unsaid.isEmpty()) {
            say(rest);
        }
        ready.add(new Step.More(writer.end(reply)));
        ready.add(new Step.More(writer.usage(reply)));
        ready.add(new Step.Done());
    }

    private void fail(Throwable cause) {
        ready.add(new Step.Failed(Completions.overloaded(cause, start)));
    }

    @Override
    public void close() {
        wanted = false;
        if (answer != null) {
            answer.cancel(false);
        }
    }
}
