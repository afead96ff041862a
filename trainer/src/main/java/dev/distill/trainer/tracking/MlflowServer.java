package dev.distill.trainer.tracking;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.files.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * The REST calls of an MLflow tracking server: https://mlflow.org/docs/latest/rest-api.html. Calls
 * block for at most {@link #TIMEOUT}.
 *
 * <p>The credentials are those of MLflow's own client: {@code MLFLOW_TRACKING_TOKEN}, or {@code
 * MLFLOW_TRACKING_USERNAME} and {@code MLFLOW_TRACKING_PASSWORD}.
 */
final class MlflowServer implements AutoCloseable {
    static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final String address;
    private final Optional<String> authorization;
    private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

    /**
     * A server at an http or https address.
     *
     * @param environment where the credentials are
     */
    MlflowServer(String address, Map<String, String> environment) {
        this.address = address.replaceAll("/+$", "");
        this.authorization = authorization(environment);
    }

    private static Optional<String> authorization(Map<String, String> environment) {
        String token = environment.getOrDefault("MLFLOW_TRACKING_TOKEN", "");
        if (!token.isEmpty()) {
            return Optional.of("Bearer " + token);
        }
        String user = environment.getOrDefault("MLFLOW_TRACKING_USERNAME", "");
        String password = environment.getOrDefault("MLFLOW_TRACKING_PASSWORD", "");
        if (user.isEmpty()) {
            return Optional.empty();
        }
        byte[] both = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
        return Optional.of("Basic " + Base64.getEncoder().encodeToString(both));
    }

    /**
     * Posts to an endpoint, as {@code runs/create}.
     *
     * @throws IOException when the server is not reached or refuses; the message is for a user
     */
    JsonNode post(String endpoint, JsonNode body) throws IOException, InterruptedException {
        return send(
                endpoint,
                request(endpoint)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(Json.line(body)))
                        .build());
    }

    /** The number of an experiment, which is made when there is none of that name. */
    String experiment(String name) throws IOException, InterruptedException {
        String query = "?experiment_name=" + URLEncoder.encode(name, StandardCharsets.UTF_8);
        String endpoint = "experiments/get-by-name";
        HttpResponse<String> found = answer(request(endpoint + query).GET().build());
        if (found.statusCode() == 404) {
            return post("experiments/create", Json.object().put("name", name))
                    .path("experiment_id")
                    .asText();
        }
        return json(endpoint, found).path("experiment").path("experiment_id").asText();
    }

    private HttpRequest.Builder request(String endpoint) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address + "/api/2.0/mlflow/" + endpoint))
                        .timeout(TIMEOUT);
        authorization.ifPresent(value -> request.header("Authorization", value));
        return request;
    }

    private JsonNode send(String endpoint, HttpRequest request)
            throws IOException, InterruptedException {
        return json(endpoint, answer(request));
    }

    private HttpResponse<String> answer(HttpRequest request)
            throws IOException, InterruptedException {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new IOException("%s: %s".formatted(address, reason), e);
        }
    }

    private JsonNode json(String endpoint, HttpResponse<String> answer) throws IOException {
        if (answer.statusCode() != 200) {
            throw new IOException(
                    "%s: %s answered %d: %s"
                            .formatted(
                                    address, endpoint, answer.statusCode(), reason(answer.body())));
        }
        return Json.parse(answer.body());
    }

    /** MLflow's message where there is one, else the beginning of the body. */
    private static String reason(String body) {
        try {
            String message = Json.parse(body).path("message").asText();
            if (!message.isEmpty()) {
                return message;
            }
        } catch (JsonProcessingException _) {
            // not MLflow's own answer: a proxy's page, say
        }
        return body.strip().lines().findFirst().orElse("nothing");
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
