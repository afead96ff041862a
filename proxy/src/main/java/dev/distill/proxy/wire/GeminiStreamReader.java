package dev.distill.proxy.wire;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a stream of {@code streamGenerateContent?alt=sse}. Each frame is an answer with what is new
 * in it; there is no last frame, so the stream is complete when it ends and every candidate has a
 * finish reason.
 */
final class GeminiStreamReader implements ProviderCodec.StreamReader {
    private final long created;
    private boolean started;
    private String id = "";
    private Optional<Usage> usage = Optional.empty();

    /** How many calls each choice has made so far. */
    private final Map<Integer, Integer> calls = new HashMap<>();

    private final Set<Integer> finished = new HashSet<>();

    /**
     * @param created when the answer begins, which the stream does not say
     */
    GeminiStreamReader(long created) {
        this.created = created;
    }

    @Override
    public List<Event> read(SseFrame frame) {
        Members answer = Members.parse(frame.data());
        if (answer.has("error")) {
            return List.of(new Event.Failed(GeminiErrors.read(0, frame.data())));
        }
        try {
            return answer(answer);
        } catch (WireException e) {
            return List.of(new Event.Failed(e.refusal().orElseThrow(() -> e)));
        }
    }

    @Override
    public List<Event> end() {
        return !calls.isEmpty() && finished.containsAll(calls.keySet())
                ? List.of(new Event.Ended())
                : List.of();
    }

    private List<Event> answer(Members answer) {
        GeminiCandidate.refuseBlocked(answer);
        List<Event> events = new ArrayList<>();
        if (!started) {
            started = true;
            id = answer.optionalText("responseId").orElse("");
            String model = answer.optionalText("modelVersion").orElse("");
            events.add(new Event.Started(id, model, created));
        }
        for (Members candidate : answer.list("candidates")) {
            candidate(candidate, events);
        }
        Optional<Usage> now = answer.optionalMembers("usageMetadata").map(GeminiUsage::read);
        if (now.isPresent() && !now.equals(usage)) {
            usage = now;
            events.add(new Event.Used(now.get(), Optional.empty()));
        }
        return events;
    }

    private void candidate(Members candidate, List<Event> events) {
        int choice = candidate.optionalInt("index").orElse(0);
        calls.putIfAbsent(choice, 0);
        for (Members part : GeminiCandidate.parts(candidate)) {
            part(part, choice, events);
        }
        GeminiCandidate.logprobs(candidate)
                .ifPresent(logprobs -> events.add(new Event.Logprobs(choice, logprobs)));
        Optional<String> reason = candidate.optionalText("finishReason");
        if (reason.isPresent() && finished.add(choice)) {
            StopReason stop =
                    GeminiCandidate.stopReason(reason.get(), calls.getOrDefault(choice, 0) > 0);
            events.add(new Event.Finished(choice, stop, Optional.empty()));
        }
    }

    private void part(Members part, int choice, List<Event> events) {
        Optional<Members> call = part.optionalMembers("functionCall");
        if (call.isPresent()) {
            part.optionalText("thoughtSignature")
                    .map(GeminiSignature::mark)
                    .ifPresent(s -> events.add(new Event.ThinkingSigned(choice, s)));
            call(call.get(), choice, events);
            return;
        }
        boolean thought = part.optionalFlag("thought").orElse(false);
        part.optionalText("text")
                .filter(text -> !text.isEmpty())
                .ifPresent(
                        text ->
                                events.add(
                                        thought
                                                ? new Event.ThinkingDelta(choice, text)
                                                : new Event.TextDelta(choice, text)));
    }

    private void call(Members call, int choice, List<Event> events) {
        int number = calls.merge(choice, 1, Integer::sum) - 1;
        String callId = GeminiCandidate.callId(call, id, choice, number);
        events.add(new Event.ToolCallStarted(choice, number, callId, call.text("name")));
        events.add(new Event.ToolCallDelta(choice, number, GeminiCandidate.arguments(call)));
    }
}
