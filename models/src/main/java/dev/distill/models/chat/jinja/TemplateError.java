package dev.distill.models.chat.jinja;

import java.util.Optional;

/**
 * What is wrong with a template, or with what it was given. The place is known once the error has
 * passed the expression or statement that caused it.
 */
public final class TemplateError extends RuntimeException {
    private final String problem;
    private final Optional<Position> position;

    TemplateError(String problem) {
        this(problem, Optional.empty());
    }

    TemplateError(String problem, Position position) {
        this(problem, Optional.of(position));
    }

    private TemplateError(String problem, Optional<Position> position) {
        super(position.map(at -> at + ": " + problem).orElse(problem));
        this.problem = problem;
        this.position = position;
    }

    /** The same error at a place, unless it already has one: the innermost counts. */
    TemplateError at(Position place) {
        if (position.isPresent()) {
            return this;
        }
        TemplateError placed = new TemplateError(problem, place);
        placed.setStackTrace(getStackTrace());
        return placed;
    }

    /** What is wrong, without the place. */
    public String problem() {
        return problem;
    }

    /** Where. */
    public Optional<Position> position() {
        return position;
    }
}
