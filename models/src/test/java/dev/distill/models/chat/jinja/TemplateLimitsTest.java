package dev.distill.models.chat.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A template is somebody else's program: it ends, and it says where it went wrong. */
class TemplateLimitsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{{ 'a' * 100000000 }}; line 1, column 8: a value would have more than 67108864 characters or 100000 items",
                "{{ [0] * 1000000 }}; line 1, column 8: a value would have more than 67108864 characters or 100000 items",
                "{{ ('a' * 10000000)|replace('', 'b' * 1000) }}; line 1, column 21: a value would have more than 67108864 characters or 100000 items",
                "{{ range(100001) }}; line 1, column 9: range too big. The sandbox blocks ranges larger than 100000",
                "{{ 2 ** 1000000 }}; line 1, column 6: a number would have more than 65536 bits",
                "{% for i in range(1000) %}{{ 'x' * 100000 }}{% endfor %}; line 1, column 30: the template writes more than 67108864 characters",
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}; line 1, column 20: calls are nested more than 200 deep",
                "{% for i in [[[]]] recursive %}{{ loop([[i]]) }}{% endfor %}; line 1, column 39: loops are nested more than 200 deep",
            })
    void aTemplateThatAsksForTooMuchIsStopped(String template, String message) {
        assertThatThrownBy(() -> render(template, Map.of()))
                .isInstanceOf(TemplateError.class)
                .hasMessage(message);
    }

    @Test
    void aTemplateThatGoesOnForTooLongIsStopped() {
        String loops =
                "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}";

        assertThatThrownBy(() -> render(loops, Map.of()))
                .isInstanceOf(TemplateError.class)
                .hasMessageEndingWith("the template takes more than 20000000 steps");
    }

    @ParameterizedTest
    @CsvSource({"(,)", "[,]", "-,''", "'not ',''"})
    void expressionsMayNotBeNestedWithoutEnd(String open, String close) {
        String template = "{{ " + open.repeat(100_000) + "1" + close.repeat(100_000) + " }}";

        assertThat(outcome(template)).matches("True|False|(?s).*(too many signs|nested).*");
    }

    @Test
    void blocksMayNotBeNestedWithoutEnd() {
        String template = "{% if 1 %}".repeat(10_000) + "{% endif %}".repeat(10_000);

        assertThatThrownBy(() -> Template.parse(template))
                .isInstanceOf(TemplateError.class)
                .hasMessageEndingWith("blocks are nested more than 200 deep");
    }

    @Test
    void aLongChainOfOperatorsIsRenderedOrRefused() {
        String template = "{{ 1" + " + 1".repeat(50_000) + " }}";

        assertThat(outcome(template)).matches("50001|(?s).*nested.*");
    }

    @Test
    void aValueThatIsNestedTooDeeplyIsNotWritten() {
        List<Object> deep = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            deep = new ArrayList<>(Collections.singletonList(deep));
        }
        Map<String, Object> variables = Map.of("deep", deep);

        assertThatThrownBy(() -> render("{{ deep }}", variables))
                .hasMessage("line 1, column 4: a value is nested more than 100 deep");
        assertThatThrownBy(() -> render("{{ deep|tojson }}", variables))
                .hasMessage("line 1, column 9: a value is nested more than 200 deep");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "`a\n  {% if x %}`; line 2, column 6: the block 'if' has no elif or else or endif",
                "{% if x %}{% endfor %}; `line 1, column 14: unknown tag 'endfor'; expected elif or else or endif`",
                "{{ 'abc }}; line 1, column 4: a string has no end",
                "{{ x; line 1, column 1: a tag has no end",
                "{# x; line 1, column 1: a comment has no end",
                "{% raw %}x; line 1, column 1: a raw block has no end",
                "{{ (x] }}; `line 1, column 6: unexpected ']', expected ')'`",
                "{{ x y }}; `line 1, column 6: expected }}, got 'y'`",
                "{{ }}; `line 1, column 4: expected an expression, got }}`",
                "{{ x ! y }}; line 1, column 6: unexpected character '!'",
                "{{ '\\xZZ' }}; line 1, column 4: an escape in a string needs 2 digits",
                "{% set 'x' = 1 %}; `line 1, column 8: expected a name, got 'x'`",
                "{% set none = 1 %}; line 1, column 8: cannot assign to none",
                "{% include 'x' %}; `line 1, column 4: the tag 'include' is not supported in a chat template; known are if, for, set, macro, call, filter, with, print, break, continue, generation`",
                "{{ f(a=1, 2) }}; `line 1, column 11: arguments of a call must be in the order: values, *list, keywords, **dict`",
                "{{ x is odd is even }}; line 1, column 13: tests cannot be chained with is",
            })
    void aTemplateThatIsNotWellFormedIsRefusedWithThePlace(String template, String message) {
        assertThatThrownBy(() -> Template.parse(template))
                .isInstanceOf(TemplateError.class)
                .hasMessage(message);
    }

    private static String outcome(String template) {
        try {
            return render(template, Map.of());
        } catch (TemplateError e) {
            return e.problem();
        }
    }

    private static String render(String template, Map<String, Object> variables) {
        return Template.parse(template).render(variables, Clock.systemUTC()).text();
    }
}
