package dev.distill.models.chat.jinja;

import dev.distill.models.chat.jinja.Statement.Target;
import dev.distill.models.chat.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Parses what is assigned to: a name, a member of a namespace, or several. */
final class TargetParser {
    private static final Set<String> CONSTANTS =
            Set.of("true", "false", "none", "True", "False", "None");

    private final TokenStream tokens;

    TargetParser(TokenStream tokens) {
        this.tokens = tokens;
    }

    /** Names, until the name {@code end}. */
    Target target(String end) {
        return several(false, end);
    }

    /** Names, or members of namespaces. */
    Target targetOrMember() {
        return several(true, "");
    }

    private Target several(boolean members, String end) {
        List<Target> targets = new ArrayList<>(List.of(one(members)));
        boolean tuple = false;
        while (tokens.skipOperator(",")) {
            tuple = true;
            if (tokens.current().isName(end)
                    || tokens.current().isOperator("=")
                    || tokens.is(Kind.BLOCK_END)) {
                break;
            }
            targets.add(one(members));
        }
        return tuple ? new Target.Several(targets) : targets.getFirst();
    }

    /** One name, or several between brackets. */
    Target one() {
        return one(false);
    }

    private Target one(boolean members) {
        if (tokens.skipOperator("(")) {
            Target inner = several(members, "");
            tokens.expectOperator(")");
            return inner;
        }
        Token name = tokens.expectName();
        if (CONSTANTS.contains(name.text())) {
            throw new TemplateError("cannot assign to " + name.text(), name.position());
        }
        return members && tokens.skipOperator(".")
                ? new Target.Member(name.text(), tokens.expectName().text())
                : new Target.Variable(name.text());
    }
}
