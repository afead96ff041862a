package dev.distill.proxy.ledger;

/** What usage is summed up by. */
public enum Dimension {
    TEAM("team"),
    USER("user_name"),
    KEY("key_id"),
    ROUTE("route"),
    PROVIDER("provider"),
    MODEL("model"),
    SESSION("subject");

    private final String column;

    Dimension(String column) {
        this.column = column;
    }

    String column() {
        return column;
    }
}
