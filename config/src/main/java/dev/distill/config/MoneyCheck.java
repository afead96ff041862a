package dev.distill.config;

import dev.distill.config.ProxyConfig.Budget;
import dev.distill.config.ProxyConfig.Limit;
import dev.distill.config.ProxyConfig.Lot;
import dev.distill.config.ProxyConfig.Price;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether the budgets, limits, lots and prices of a proxy file can ever bind: one that names what
 * does not exist would let money go unseen.
 */
final class MoneyCheck {
    private final ProxyConfig config;
    private final Findings findings;
    private final Set<String> models;

    MoneyCheck(ProxyConfig config, Findings findings) {
        this.config = config;
        this.findings = findings;
        this.models = ProxyFile.models(config.routes());
    }

    void run() {
        for (int i = 0; i < config.budgets().size(); i++) {
            budget("budgets[" + i + "]", config.budgets().get(i));
        }
        for (int i = 0; i < config.limits().size(); i++) {
            limit("limits[" + i + "]", config.limits().get(i));
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; i < config.lots().size(); i++) {
            lot("lots[" + i + "]", config.lots().get(i), names);
        }
        config.prices().forEach((model, prices) -> prices("prices." + model, prices));
    }

    private void budget(String place, Budget budget) {
        callers(place, budget.key(), budget.user(), budget.team());
        named(place + ".route", budget.route(), config.routes().keySet(), "route");
        named(place + ".provider", budget.provider(), config.providers().keySet(), "provider");
        budget.model()
                .filter(name -> !name.equals(Findings.EACH))
                .ifPresent(name -> model(place + ".model", name));
    }

    private void limit(String place, Limit limit) {
        callers(place, limit.key(), limit.user(), limit.team());
        named(place + ".route", limit.route(), config.routes().keySet(), "route");
        if (limit.rpm().isEmpty() && limit.tpm().isEmpty()) {
            findings.add(place, "has neither rpm nor tpm", List.of(place + ".rpm", place + ".tpm"));
        }
    }

    private void lot(String place, Lot lot, Set<String> names) {
        if (!names.add(lot.name())) {
            findings.add(place + ".name", "is " + lot.name() + ", as is another one's");
        }
        findings.known(
                place + ".provider",
                lot.provider(),
                config.providers().keySet(),
                "provider",
                "providers");
        for (int i = 0; i < lot.models().size(); i++) {
            model("%s.models[%d]".formatted(place, i), lot.models().get(i));
        }
        if (lot.from().isPresent() && lot.expires().filter(lot.from().get()::isAfter).isPresent()) {
            findings.add(place + ".expires", "is before its first day");
        }
    }

    /** Of several prices of a model, every day has one that began last. */
    private void prices(String place, List<Price> prices) {
        Set<Optional<LocalDate>> days = new HashSet<>();
        for (int i = 0; i < prices.size(); i++) {
            String each = "%s[%d]".formatted(place, i);
            if (!findings.doubtful(each + ".from") && !days.add(prices.get(i).from())) {
                findings.add(each, "begins on the same day as another one");
            }
        }
        if (prices.isEmpty()) {
            findings.add(place, "has no price");
        }
    }

    /** Who calls is known by keys alone, whose names come and go in a file of their own. */
    private void callers(
            String place, Optional<String> key, Optional<String> user, Optional<String> team) {
        if (config.keys().isEmpty()) {
            caller(place + ".key", key);
            caller(place + ".user", user);
            caller(place + ".team", team);
        }
    }

    private void caller(String place, Optional<String> name) {
        if (name.isPresent()) {
            findings.add(place, "never matches: without keys, nobody has a name", List.of("keys"));
        }
    }

    private void named(String place, Optional<String> name, Set<String> defined, String what) {
        name.filter(word -> !word.equals(Findings.EACH))
                .ifPresent(word -> findings.known(place, word, defined, what, what + "s"));
    }

    /** Which models there are is known when all routes are. */
    private void model(String place, String name) {
        if (!findings.doubtfulUnder("routes")) {
            findings.known(place, name, models, "model of a route", "routes");
        }
    }
}
