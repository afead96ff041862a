package dev.distill.proxy.money;

import java.util.Optional;
import java.util.StringJoiner;

/** What is counted together: everything that has these names; none means all there is. */
public record Scope(
        Optional<String> key,
        Optional<String> user,
        Optional<String> team,
        Optional<String> route,
        Optional<String> provider,
        Optional<String> model,
        Optional<String> job) {

    /** All that one job asks. */
    static Scope ofJob(String name) {
        Optional<String> any = Optional.empty();
        return new Scope(any, any, any, any, any, any, Optional.of(name));
    }

    /** For people: {@code key ci, model gpt-5}, or {@code everything}. */
    @Override
    public String toString() {
        StringJoiner words = new StringJoiner(", ").setEmptyValue("everything");
        key.ifPresent(name -> words.add("key " + name));
        user.ifPresent(name -> words.add("user " + name));
        team.ifPresent(name -> words.add("team " + name));
        route.ifPresent(name -> words.add("route " + name));
        provider.ifPresent(name -> words.add("provider " + name));
        model.ifPresent(name -> words.add("model " + name));
        job.ifPresent(name -> words.add("job " + name));
        return words.toString();
    }
}
