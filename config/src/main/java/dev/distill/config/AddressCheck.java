package dev.distill.config;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;

/** Whether the addresses of a proxy file are ones that can be asked, and hold no password. */
final class AddressCheck {
    private static final Pattern LISTEN = Pattern.compile(".+:[0-9]{1,5}");

    private final ProxyConfig config;
    private final Findings findings;

    AddressCheck(ProxyConfig config, Findings findings) {
        this.config = config;
        this.findings = findings;
    }

    void run() {
        if (!LISTEN.matcher(config.listen()).matches()) {
            findings.add(
                    "listen",
                    "must be an address and a port, got " + config.listen(),
                    "write listen: 127.0.0.1:8080");
        }
        config.runaway().webhook().ifPresent(uri -> http(findings, "runaway.webhook", uri));
        config.telemetry().otlp().ifPresent(uri -> http(findings, "telemetry.otlp", uri));
        config.ledger().url().ifPresent(this::database);
    }

    private void database(String url) {
        String place = "ledger.url";
        if (!url.startsWith("jdbc:postgresql:")) {
            findings.add(
                    place,
                    "must start with jdbc:postgresql:",
                    "without a url, the ledger is a SQLite file");
        } else if (url.replaceAll("\\?.*", "").contains("@")) {
            findings.add(
                    place,
                    "must not name a user, got " + Shown.address(url),
                    "put them under ledger.user and ledger.password");
        }
    }

    /** An http or https address without a user. */
    static void http(Findings findings, String place, URI uri) {
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        String shown = Shown.address(uri.toString());
        if (!scheme.equals("http") && !scheme.equals("https")) {
            findings.add(
                    place,
                    "must be an http or https address, got " + shown,
                    "for example https://api.openai.com/v1");
        } else if (uri.getRawUserInfo() != null) {
            findings.add(
                    place,
                    "must not name a user, got " + shown,
                    "a password in an address is sent to nobody, and found in logs");
        }
    }
}
