package dev.distill.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distill.proxy.Flights.Landed;
import dev.distill.proxy.Flights.Seat;
import dev.distill.proxy.wire.Refusal;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

final class FlightsTest {
    private final Flights<String, String> flights = new Flights<>();
    private final CompletableFuture<Landed<String>> second = new CompletableFuture<>();
    private final Thread passenger =
            Thread.ofPlatform().unstarted(() -> board("done by the second"));

    @Test
    void handsWhatCameOfTheWorkToEverybody() throws Exception {
        assertThat(flights.join("key", () -> afterBoarding("done")).seat()).isEqualTo(Seat.PILOT);
        assertThat(second.get()).isEqualTo(new Landed<>("done", Seat.PASSENGER));
    }

    @Test
    void sharesAFailureOfTheProviders() {
        Refusal error =
                Refusals.upstream(
                        502, Refusal.Kind.TRANSIENT, "upstream_failed", "nobody answered");
        assertThatThrownBy(() -> flights.join("key", () -> failAfterBoarding(error)))
                .hasMessage("nobody answered");
        assertThatThrownBy(second::get)
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("nobody answered");
    }

    @Test
    void doesNotLetOneJobsEmptyPurseRefuseAnother() throws Exception {
        Refusal error = Refusals.tooMany("budget_exceeded", "no money", Optional.empty());
        assertThatThrownBy(() -> flights.join("key", () -> failAfterBoarding(error)))
                .hasMessage("no money");
        assertThat(second.get()).isEqualTo(new Landed<>("done by the second", Seat.PILOT));
    }

    private void board(String result) {
        try {
            second.complete(flights.join("key", () -> result));
        } catch (InterruptedException | RuntimeException e) {
            second.completeExceptionally(e);
        }
    }

    private String failAfterBoarding(Refusal error) {
        afterBoarding("");
        throw new RefusedException(error);
    }

    private String afterBoarding(String result) {
        passenger.start();
        while (passenger.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        return result;
    }
}
