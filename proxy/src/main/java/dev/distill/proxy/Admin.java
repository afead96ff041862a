package dev.distill.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import dev.distill.files.Json;
import dev.distill.proxy.access.KeyRing;
import dev.distill.proxy.ledger.Ledger;
import dev.distill.proxy.ledger.UsageReader;
import dev.distill.proxy.money.Account;
import dev.distill.proxy.money.BurnDown;
import dev.distill.proxy.money.Scope;
import dev.distill.proxy.money.Usd;
import dev.distill.proxy.sessions.Sessions;
import dev.distill.proxy.telemetry.Metrics;
import dev.distill.proxy.upstream.KeyPool;
import dev.distill.proxy.wire.Codecs;
import dev.distill.proxy.wire.Dialect;
import dev.distill.proxy.wire.Refusal;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.math.BigDecimal;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The endpoints for those who run the proxy: how it is, who spends what, and who is to stop. */
final class Admin {
    private static final int MOST_SESSIONS = 100;

    /** Days over which the use of lots is averaged. */
    private static final int BURN_DAYS = 7;

    private final Intake intake;
    private final Supplier<Plan> plans;
    private final Sessions sessions;
    private final Ledger ledger;
    private final Metrics metrics;
    private final Optional<ConfigWatch> watch;
    private final InstantSource clock;

    /**
     * @param watch of the proxy file; empty when there is none to read again
     */
    Admin(
            Intake intake,
            Supplier<Plan> plans,
            Sessions sessions,
            Ledger ledger,
            Metrics metrics,
            Optional<ConfigWatch> watch,
            InstantSource clock) {
        this.intake = intake;
        this.plans = plans;
        this.sessions = sessions;
        this.ledger = ledger;
        this.metrics = metrics;
        this.watch = watch;
        this.clock = clock;
    }

    /** Adds the endpoints. */
    void addTo(HttpRouting.Builder routing) {
        routing.get("/healthz", (_, response) -> send(response, 200, status("ok")))
                .get("/readyz", (_, response) -> ready(response))
                .get("/admin/budgets", guarded((_, response) -> send(response, 200, budgets())))
                .get(
                        "/admin/sessions",
                        guarded((_, response) -> send(response, 200, sessions.json(MOST_SESSIONS))))
                .post("/admin/sessions/{id}/{verb}", guarded(this::session))
                .get("/admin/usage", guarded(this::usage))
                .get("/admin/providers", guarded((_, response) -> send(response, 200, providers())))
                .post("/admin/providers/{name}/revive", guarded(this::revive))
                .get("/admin/lots", guarded((_, response) -> lots(response)))
                .post("/admin/reload", guarded((_, response) -> reload(response)))
                .get("/metrics", guarded((_, response) -> metrics(response)));
    }

    /** Lets those in who have an administrator's key, where keys are needed at all. */
    private Handler guarded(Handler handler) {
        return (request, response) -> {
            Optional<Refusal> refusal = refusal(request);
            if (refusal.isPresent()) {
                refuse(response, refusal.get());
            } else {
                handler.handle(request, response);
            }
        };
    }

    private Optional<Refusal> refusal(ServerRequest request) {
        return plans.get()
                .keys()
                .flatMap(
                        keys ->
                                KeyRing.presented(
                                                name ->
                                                        request.headers()
                                                                .first(HeaderNames.create(name)))
                                        .flatMap(keys::find)
                                        .map(
                                                principal ->
                                                        principal.admin()
                                                                ? Optional.<Refusal>empty()
                                                                : Optional.of(
                                                                        Refusals.forbidden(
                                                                                "not_an_administrator",
                                                                                "key %s is not an administrator's"
                                                                                        .formatted(
                                                                                                principal
                                                                                                        .key()))))
                                        .orElseGet(
                                                () ->
                                                        Optional.of(
                                                                Refusals.unauthorized(
                                                                        "an administrator's key is needed"))));
    }

    private void session(ServerRequest request, ServerResponse response) {
        String id = request.path().pathParameters().get("id");
        String verb = request.path().pathParameters().get("verb");
        boolean done =
                switch (verb) {
                    case "acknowledge" -> sessions.acknowledge(id);
                    case "stop" -> sessions.stop(id, "stopped by an administrator");
                    case "resume" -> sessions.resume(id);
                    default -> false;
                };
        if (!done) {
            String message = "cannot %s session %s: there is none to %1$s".formatted(verb, id);
            refuse(response, Refusals.notFound("no_such_session", message));
            return;
        }
        send(
                response,
                200,
                sessions.find(id).map(view -> (JsonNode) view.json()).orElse(status("done")));
    }

    private void usage(ServerRequest request, ServerResponse response) {
        try (UsageReader reader = UsageReader.open(ledger.database())) {
            send(
                    response,
                    200,
                    UsageQuery.of(name -> request.query().first(name).asOptional(), clock.instant())
                            .run(reader));
        } catch (RefusedException e) {
            refuse(response, e.refusal());
        } catch (UserError e) {
            String message = e.problems().getFirst().toString();
            refuse(response, Refusals.internal("ledger_failed", message));
        }
    }

    private void lots(ServerResponse response) {
        Plan plan = plans.get();
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        try (UsageReader reader = UsageReader.open(ledger.database())) {
            List<BurnDown.DailyUse> use =
                    reader.daily(today.minusDays(BURN_DAYS)).stream()
                            .map(
                                    day ->
                                            new BurnDown.DailyUse(
                                                    day.provider(),
                                                    day.model(),
                                                    (day.inputTokens() + day.outputTokens())
                                                            / BURN_DAYS))
                            .toList();
            ObjectNode json = Json.object();
            ArrayNode list = json.putArray("lots");
            BurnDown.forecast(plan.lots(), use, today).forEach(lot -> list.add(lot(lot)));
            send(response, 200, json);
        } catch (UserError e) {
            String message = e.problems().getFirst().toString();
            refuse(response, Refusals.internal("ledger_failed", message));
        }
    }

    /** The providers' keys and what is the matter with them. */
    private ObjectNode providers() {
        ObjectNode json = Json.object();
        ObjectNode list = json.putObject("providers");
        pools().forEach(
                        (name, keys) -> {
                            ArrayNode states = list.putObject(name).putArray("keys");
                            for (String key : keys.names()) {
                                states.addObject()
                                        .put("name", key)
                                        .put(
                                                "state",
                                                keys.state(key).name().toLowerCase(Locale.ROOT))
                                        .put("rests_seconds", keys.rest(key).toSeconds());
                            }
                        });
        return json;
    }

    /** Lets a provider's keys be used at once: all, or the one named by {@code ?key=}. */
    private void revive(ServerRequest request, ServerResponse response) {
        String name = request.path().pathParameters().get("name");
        Optional<String> key = request.query().first("key").asOptional();
        KeyPool keys = pools().get(name);
        if (keys == null || key.filter(k -> !keys.names().contains(k)).isPresent()) {
            String message =
                    "there is no provider %s%s"
                            .formatted(name, key.map(k -> " with a key " + k).orElse(""));
            refuse(response, Refusals.noEndpoint(message));
            return;
        }
        key.map(List::of).orElseGet(keys::names).forEach(keys::revive);
        send(response, 200, providers());
    }

    private Map<String, KeyPool> pools() {
        Map<String, KeyPool> pools = new TreeMap<>();
        plans.get().routes().values().stream()
                .flatMap(route -> route.targets().stream())
                .forEach(target -> pools.put(target.provider(), target.upstream().keys()));
        return pools;
    }

    private void reload(ServerResponse response) {
        if (watch.isEmpty()) {
            refuse(response, Refusals.notFound("no_file", "this proxy was not started by a file"));
            return;
        }
        List<Problem> problems = watch.get().reload();
        send(response, problems.isEmpty() ? 200 : 422, watch.get().json(problems));
    }

    private void metrics(ServerResponse response) {
        response.header(HeaderNames.CONTENT_TYPE, Metrics.CONTENT_TYPE);
        response.send(metrics.text());
    }

    private void ready(ServerResponse response) {
        boolean ready = intake.isOpen();
        send(response, ready ? 200 : 503, status(ready ? "ready" : "stopping"));
    }

    private ObjectNode budgets() {
        ObjectNode json = Json.object();
        ArrayNode list = json.putArray("budgets");
        plans.get().budgets().accounts().forEach(account -> list.add(budget(account)));
        json.put("reserved_usd", Usd.text(plans.get().budgets().reservedNanoUsd()));
        return json;
    }

    private static ObjectNode budget(Account account) {
        Scope scope = account.scope();
        ObjectNode json = Json.object();
        scope.key().ifPresent(name -> json.put("key", name));
        scope.user().ifPresent(name -> json.put("user", name));
        scope.team().ifPresent(name -> json.put("team", name));
        scope.route().ifPresent(name -> json.put("route", name));
        scope.provider().ifPresent(name -> json.put("provider", name));
        scope.model().ifPresent(name -> json.put("model", name));
        json.put("per", account.per().name().toLowerCase(Locale.ROOT));
        account.ends().ifPresent(end -> json.put("ends", end.toString()));
        json.put("limit_usd", usd(account.limitNanoUsd()));
        json.put("spent_usd", usd(account.spentNanoUsd()));
        json.put("reserved_usd", usd(account.reservedNanoUsd()));
        return json;
    }

    private static ObjectNode lot(BurnDown lot) {
        ObjectNode json = Json.object();
        json.put("lot", lot.lot());
        json.put("remaining_tokens", lot.remaining());
        json.put("tokens_per_day", lot.tokensPerDay());
        lot.daysLeft().ifPresent(days -> json.put("days_left", days));
        lot.runsOutOn().ifPresent(day -> json.put("runs_out_on", day.toString()));
        lot.expiresOn().ifPresent(day -> json.put("expires_on", day.toString()));
        json.put("expiring_unused_tokens", lot.expiringUnused());
        return json;
    }

    private static BigDecimal usd(long nanoUsd) {
        return new BigDecimal(Usd.text(nanoUsd));
    }

    private static ObjectNode status(String word) {
        return Json.object().put("status", word);
    }

    private static void refuse(ServerResponse response, Refusal refusal) {
        send(
                response,
                refusal.status(),
                Codecs.forCaller(Dialect.OPENAI_CHAT).writeError(refusal, ""));
    }

    private static void send(ServerResponse response, int status, JsonNode body) {
        response.status(Status.create(status));
        response.header(HeaderNames.CONTENT_TYPE, "application/json");
        response.send(body.toString());
    }
}
