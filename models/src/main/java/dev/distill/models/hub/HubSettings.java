package dev.distill.models.hub;

import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * Where the hub is and who asks, as the hub's own tools have it.
 *
 * @param endpoint {@code HF_ENDPOINT}, https://huggingface.co when it is not set; without a slash
 *     at its end
 * @param token {@code HF_TOKEN}; sent to the endpoint, to nobody else
 */
public record HubSettings(URI endpoint, Optional<String> token) {
    private static final String ENDPOINT = "HF_ENDPOINT";
    private static final String TOKEN = "HF_TOKEN";

    /**
     * Reads the environment.
     *
     * @throws UserError when HF_ENDPOINT is no http address
     */
    public static HubSettings of(Map<String, String> environment) {
        String written = environment.getOrDefault(ENDPOINT, "").strip();
        String endpoint =
                written.isEmpty() ? "https://huggingface.co" : written.replaceAll("/+$", "");
        if (!endpoint.matches("https?://[^/@\\s]+[^@\\s]*")) {
            throw new UserError(
                    ExitCode.INVALID_INPUT,
                    Problem.of(ENDPOINT + " must be an http or https address, got " + endpoint));
        }
        return new HubSettings(
                URI.create(endpoint),
                Optional.ofNullable(environment.get(TOKEN))
                        .map(String::strip)
                        .filter(token -> !token.isEmpty()));
    }

    @Override
    public String toString() {
        return "HubSettings[" + endpoint + "]"; // no token in a log
    }
}
