package dev.distill.pipeline;

/** Takes the events of a run; called from many threads. */
@FunctionalInterface
public interface Events {
    void emit(RunEvent event);

    /** Both of two takers, in order. */
    default Events and(Events other) {
        return event -> {
            emit(event);
            other.emit(event);
        };
    }
}
