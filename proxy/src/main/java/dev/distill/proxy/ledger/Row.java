package dev.distill.proxy.ledger;

import dev.distill.proxy.wire.Usage;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Fills the parameters of a statement from left to right. */
final class Row {
    private final PreparedStatement statement;
    private int column = 1;

    Row(PreparedStatement statement) {
        this.statement = statement;
    }

    /** A text; PostgreSQL does not take the character zero, so nobody gets it. */
    Row add(String value) throws SQLException {
        statement.setString(column++, value.indexOf('\0') < 0 ? value : value.replace('\0', ' '));
        return this;
    }

    Row add(Optional<String> value) throws SQLException {
        return value.isPresent() ? add(value.get()) : none(Types.VARCHAR);
    }

    Row add(long value) throws SQLException {
        statement.setLong(column++, value);
        return this;
    }

    Row add(OptionalLong value) throws SQLException {
        return value.isPresent() ? add(value.getAsLong()) : none(Types.BIGINT);
    }

    /** The nine kinds of tokens, in the order of {@link Rows#USAGE}. */
    Row add(@Nullable Usage usage) throws SQLException {
        if (usage == null) {
            for (int i = 0; i < 9; i++) {
                none(Types.BIGINT);
            }
            return this;
        }
        return add(usage.inputFresh())
                .add(usage.inputCached())
                .add(usage.cacheWrite())
                .add(usage.cacheWriteHour())
                .add(usage.inputAudio())
                .add(usage.outputText())
                .add(usage.outputReasoning())
                .add(usage.outputAudio())
                .add(usage.webSearches());
    }

    private Row none(int type) throws SQLException {
        statement.setNull(column++, type);
        return this;
    }
}
