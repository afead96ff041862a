package dev.distill.proxy.recording;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.distill.config.ProxyConfig.Redaction;
import dev.distill.files.Json;
import java.util.EnumSet;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactorTest {
    private final Redactor all = new Redactor(EnumSet.allOf(Redaction.class));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    write to ada.lovelace+x@mail.example.co.uk. Thanks | write to [EMAIL]. Thanks
                    <bob@example.com>                                | <[EMAIL]>
                    call +49 (0) 30 1234567 now                      | call [PHONE] now
                    call (555) 123-4567 now                          | call [PHONE] now
                    call 555-123-4567 now                            | call [PHONE] now
                    card 4111 1111 1111 1111, valid                  | card [CARD], valid
                    card 378282246310005.                            | card [CARD].
                    key sk-ant-api03-abcdefghijklmnop!             | key [SECRET]!
                    key AKIAIOSFODNN7EXAMPLE                         | key [SECRET]
                    ghp_0123456789abcdefghijABCDEFGHIJ012345         | [SECRET]
                    Authorization: Bearer abcdefghijklmnop1234       | Authorization: Bearer [SECRET]
                    export DB_PASSWORD=hunter22 now                  | export DB_PASSWORD=[SECRET] now
                    """)
    void whatHasTheShapeIsBlackedOut(String text, String left) {
        assertThat(all.text(text)).isEqualTo(left);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "version 1.2.3, 2026-01-31 and 12:30:59",
                "order 4111 1111 1111 1112 is no card",
                "an @mention and a@b are no addresses",
                "the secret of success is sleep",
                "sk-short and task-force",
                "1000000 dollars, 3.14159265358979",
                "uuid 123e4567-e89b-12d3-a456-426614174000"
            })
    void whatOnlyLooksAlikeStays(String text) {
        assertThat(all.text(text)).isEqualTo(text);
    }

    @Test
    void aPrivateKeyGoesAsAWhole() {
        String pem =
                "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAKC\n-----END RSA PRIVATE KEY-----";
        assertThat(all.text("here: " + pem + " end")).isEqualTo("here: [SECRET] end");
    }

    @Test
    void onlyWhatIsAskedForIsBlackedOut() {
        assertThat(new Redactor(List.of(Redaction.EMAIL)).text("a@example.com +49 30 1234567"))
                .isEqualTo("[EMAIL] +49 30 1234567");
    }

    @Test
    void textsAnywhereInJsonAreBlackedOutAndTheRestStays() throws JsonProcessingException {
        String json =
                """
                {"a@example.com":[1,true,null,{"b":"c@example.com"}],"max_tokens":5,
                 "arguments":"{\\"password\\": \\"hunter22\\"}","db_password":"x y"}""";
        assertThat(Json.line(all.json(Json.parse(json))))
                .isEqualTo(
                        """
                        {"a@example.com":[1,true,null,{"b":"[EMAIL]"}],"max_tokens":5,\
                        "arguments":"{\\"password\\": \\"[SECRET]\\"}","db_password":"[SECRET]"}""");
    }

    @Property(tries = 200)
    void everyNumberWithAValidCheckDigitIsACardAndNoOther(
            @ForAll @LongRange(min = 100_000_000_000_000L, max = 999_999_999_999_999L) long body) {
        Redactor cards = new Redactor(List.of(Redaction.CARD));
        long found = 0;
        for (int digit = 0; digit < 10; digit++) {
            found += cards.text(body + "" + digit).equals("[CARD]") ? 1 : 0;
        }
        assertThat(found).isEqualTo(1);
    }

    @Property(tries = 200)
    void anyTextIsRedactedOnceAndForAll(@ForAll String text) {
        String once = all.text(text);
        assertThat(all.text(once)).isEqualTo(once);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a.", "1 ", "+1 ", "a@", "(1", "password=", "-----BEGIN ", "eyJa"})
    void longTextsOfOneKindTakeLinearTime(String piece) {
        String text = piece.repeat(200_000 / piece.length());
        assertThat(all.text(text)).isNotEmpty();
    }
}
