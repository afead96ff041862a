package dev.distill.proxy.sessions;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Tells people about pings and stops; never blocks and never fails. */
@FunctionalInterface
interface Alarm extends AutoCloseable {
    void tell(ObjectNode event);

    /** What could not be told. */
    default long lost() {
        return 0;
    }

    @Override
    default void close() {}
}
