package dev.distill.models.chat.jinja;

import dev.distill.models.chat.jinja.Statement.Branch;
import dev.distill.models.chat.jinja.Statement.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Carries out statements. One is made for each rendering; it counts the steps. */
final class Renderer {
    /** How a list of statements ended. */
    private enum End {
        NORMAL,
        BREAK,
        CONTINUE
    }

    private final Evaluator evaluator;
    private final Output root = new Output();
    private long steps;
    private int depth;

    Renderer(Builtins builtins) {
        this.evaluator = new Evaluator(builtins, this);
    }

    /** What a template writes. */
    Rendered render(List<Statement> template, Scope scope) {
        run(template, scope, root);
        return root.rendered();
    }

    Object evaluate(Expression expression, Scope scope) {
        return evaluator.evaluate(expression, scope);
    }

    /** Counts a step of the template's. */
    void step() {
        if (++steps > Limits.STEPS) {
            throw new TemplateError(
                    "the template takes more than %d steps".formatted(Limits.STEPS));
        }
    }

    /** What statements write, as a value. */
    String captured(List<Statement> body, Scope scope) {
        if (++depth > Limits.NESTING) {
            throw new TemplateError("calls are nested more than %d deep".formatted(Limits.NESTING));
        }
        Output output = new Output();
        run(body, scope, output);
        depth--;
        return output.toString();
    }

    private End run(List<Statement> body, Scope scope, Output output) {
        for (Statement statement : body) {
            End end;
            try {
                step();
                end = run(statement, scope, output);
            } catch (TemplateError e) {
                throw e.at(statement.position());
            }
            if (end != End.NORMAL) {
                return end;
            }
        }
        return End.NORMAL;
    }

    private End run(Statement statement, Scope scope, Output output) {
        switch (statement) {
            case Statement.Data data -> output.write(data.text());
            case Statement.Print print ->
                    output.write(Text.of(evaluator.evaluate(print.value(), scope)));
            case Statement.If choice -> {
                return choose(choice, scope, output);
            }
            case Statement.For loop -> {
                return loop(loop, scope, output);
            }
            case Statement.Break _ -> {
                return End.BREAK;
            }
            case Statement.Continue _ -> {
                return End.CONTINUE;
            }
            case Statement.Set set ->
                    assign(set.target(), evaluator.evaluate(set.value(), scope), scope);
            case Statement.SetBlock set -> {
                Object text = captured(set.body(), scope.inner());
                assign(
                        set.target(),
                        set.filter().map(f -> evaluator.filter(f, text, scope)).orElse(text),
                        scope);
            }
            case Statement.With with -> {
                Scope inner = scope.inner();
                with.bindings()
                        .forEach(
                                b ->
                                        assign(
                                                b.target(),
                                                evaluator.evaluate(b.value(), scope),
                                                inner));
                return run(with.body(), inner, output);
            }
            case Statement.MacroDefinition macro ->
                    scope.set(
                            macro.name(),
                            new Macro(macro.name(), macro.signature(), macro.body(), scope, this));
            case Statement.CallBlock call -> {
                Macro caller = new Macro("caller", call.signature(), call.body(), scope, this);
                output.write(
                        Text.of(
                                evaluator.call(
                                        call.callee(),
                                        call.arguments(),
                                        Map.of("caller", caller),
                                        scope)));
            }
            case Statement.FilterBlock filter ->
                    output.write(
                            Text.of(
                                    evaluator.filter(
                                            filter.filter(),
                                            captured(filter.body(), scope.inner()),
                                            scope)));
            case Statement.Generation generation -> {
                int from = output.length();
                output.write(captured(generation.body(), scope.inner()));
                if (output == root) {
                    output.generated(from);
                }
            }
        }
        return End.NORMAL;
    }

    private End choose(Statement.If choice, Scope scope, Output output) {
        for (Branch branch : choice.branches()) {
            if (Values.truth(evaluator.evaluate(branch.condition(), scope))) {
                return run(branch.body(), scope, output);
            }
        }
        return End.NORMAL;
    }

    private End loop(Statement.For loop, Scope scope, Output output) {
        return loop(loop, evaluator.evaluate(loop.items(), scope), 0, scope, output);
    }

    /** One level of a loop; a recursive one calls it for the next. */
    private End loop(
            Statement.For statement, Object iterable, int level, Scope scope, Output output) {
        List<Object> items = taken(statement, Values.items(iterable), scope);
        Loop loop =
                new Loop(
                        items,
                        level,
                        statement.recursive()
                                ? Optional.of(args -> nextLevel(statement, args, level, scope))
                                : Optional.empty());
        boolean completed = false;
        for (int i = 0; i < items.size(); i++) {
            step();
            loop.at(i);
            Scope inner = scope.inner();
            assign(statement.target(), items.get(i), inner);
            inner.set("loop", loop);
            End end = run(statement.body(), inner, output);
            completed |= end == End.NORMAL;
            if (end == End.BREAK) {
                break;
            }
        }
        // As jinja2 has it: else comes also when no round got to the end of the body.
        return completed ? End.NORMAL : run(statement.otherwise(), scope.inner(), output);
    }

    private Object nextLevel(Statement.For statement, Arguments arguments, int level, Scope scope) {
        if (++depth > Limits.NESTING) {
            throw new TemplateError("loops are nested more than %d deep".formatted(Limits.NESTING));
        }
        Output output = new Output();
        loop(statement, arguments.bind(1, "items").get("items"), level + 1, scope, output);
        depth--;
        return output.toString();
    }

    private List<Object> taken(Statement.For statement, List<Object> items, Scope scope) {
        if (statement.condition().isEmpty()) {
            return items;
        }
        List<Object> taken = new ArrayList<>();
        for (Object item : items) {
            Scope inner = scope.inner();
            assign(statement.target(), item, inner);
            if (Values.truth(evaluator.evaluate(statement.condition().get(), inner))) {
                taken.add(item);
            }
        }
        return taken;
    }

    private static void assign(Target target, Object value, Scope scope) {
        switch (target) {
            case Target.Variable variable -> scope.set(variable.name(), value);
            case Target.Member member -> {
                if (!(scope.get(member.namespace()) instanceof Namespace namespace)) {
                    throw new TemplateError(
                            "cannot assign attribute on non-namespace object '%s'"
                                    .formatted(member.namespace()));
                }
                namespace.set(member.name(), value);
            }
            case Target.Several several -> {
                List<Object> parts = Values.items(value);
                List<Target> targets = several.targets();
                if (parts.size() != targets.size()) {
                    throw new TemplateError(
                            "cannot unpack %d values into %d names"
                                    .formatted(parts.size(), targets.size()));
                }
                for (int i = 0; i < parts.size(); i++) {
                    assign(targets.get(i), parts.get(i), scope);
                }
            }
        }
    }
}
