package dev.distill.evaluation;

import dev.distill.evaluation.Verdict.Condition;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * The gate as a JUnit test suite, for CI servers: one test case for each condition; FAIL is a
 * failure and INCONCLUSIVE is skipped, with the reason as message. Of a ladder these are the
 * conditions of the chosen student; every other one that was tried is a skipped test case, since it
 * was tried and left behind.
 */
final class JUnitXml {
    private JUnitXml() {}

    static String of(ReportData data) {
        StringWriter text = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
            xml.writeStartDocument("UTF-8", "1.0");
            write(xml, data);
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("XML can always be written to memory", e);
        }
        return text.append("\n").toString();
    }

    private static void write(XMLStreamWriter xml, ReportData data) throws XMLStreamException {
        Verdict verdict = data.verdict();
        xml.writeCharacters("\n");
        xml.writeStartElement("testsuite");
        xml.writeAttribute("name", printable("gate " + data.run().job()));
        List<Ladder.Rung> left = data.ladder().map(JUnitXml::leftBehind).orElse(List.of());
        xml.writeAttribute("tests", Integer.toString(verdict.conditions().size() + left.size()));
        xml.writeAttribute("failures", Long.toString(count(verdict, Outcome.FAIL)));
        xml.writeAttribute("errors", "0");
        xml.writeAttribute(
                "skipped", Long.toString(count(verdict, Outcome.INCONCLUSIVE) + left.size()));
        for (Condition condition : verdict.conditions()) {
            xml.writeCharacters("\n  ");
            write(xml, data.run().job(), condition);
        }
        for (Ladder.Rung rung : left) {
            xml.writeCharacters("\n  ");
            write(xml, data.run().job(), rung);
        }
        xml.writeCharacters("\n");
        xml.writeEndElement();
    }

    private static List<Ladder.Rung> leftBehind(Ladder ladder) {
        List<Ladder.Rung> others = new ArrayList<>(ladder.rungs());
        others.remove(ladder.chosen());
        return others;
    }

    private static void write(XMLStreamWriter xml, String job, Ladder.Rung rung)
            throws XMLStreamException {
        String reasons =
                rung.verdict().conditions().stream()
                        .filter(condition -> condition.outcome() != Outcome.PASS)
                        .map(condition -> condition.name() + ": " + condition.reason())
                        .collect(Collectors.joining("; "));
        xml.writeStartElement("testcase");
        xml.writeAttribute("classname", printable("ladder." + job));
        xml.writeAttribute("name", rung.kind());
        xml.writeEmptyElement("skipped");
        xml.writeAttribute("message", printable(rung.verdict().outcome() + ": " + reasons));
        xml.writeEndElement();
    }

    private static void write(XMLStreamWriter xml, String job, Condition condition)
            throws XMLStreamException {
        String reason = printable(condition.reason() + Headline.tag(condition.provenance()));
        xml.writeStartElement("testcase");
        xml.writeAttribute("classname", printable("gate." + job));
        xml.writeAttribute("name", condition.name());
        switch (condition.outcome()) {
            case FAIL -> {
                xml.writeStartElement("failure");
                xml.writeAttribute("type", "gate");
                xml.writeAttribute("message", condition.requirement());
                xml.writeCharacters(reason);
                xml.writeEndElement();
            }
            case INCONCLUSIVE -> {
                xml.writeEmptyElement("skipped");
                xml.writeAttribute("message", "inconclusive: " + reason);
            }
            case PASS -> {
                xml.writeStartElement("system-out");
                xml.writeCharacters(reason);
                xml.writeEndElement();
            }
        }
        xml.writeEndElement();
    }

    private static long count(Verdict verdict, Outcome outcome) {
        return verdict.conditions().stream().filter(c -> c.outcome() == outcome).count();
    }

    /** XML 1.0 has no way to write most control characters. */
    private static String printable(String text) {
        return text.replaceAll("[\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\uFFFE\\uFFFF]", "\uFFFD");
    }
}
