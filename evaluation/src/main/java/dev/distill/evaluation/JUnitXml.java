package dev.distill.evaluation;

import dev.distill.evaluation.Verdict.Condition;
import java.io.StringWriter;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * The gate as a JUnit test suite, for CI servers: one test case for each condition; FAIL is a
 * failure and INCONCLUSIVE is skipped, with the reason as message.
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
        xml.writeAttribute("tests", Integer.toString(verdict.conditions().size()));
        xml.writeAttribute("failures", Long.toString(count(verdict, Outcome.FAIL)));
        xml.writeAttribute("errors", "0");
        xml.writeAttribute("skipped", Long.toString(count(verdict, Outcome.INCONCLUSIVE)));
        for (Condition condition : verdict.conditions()) {
            xml.writeCharacters("\n  ");
            write(xml, data.run().job(), condition);
        }
        xml.writeCharacters("\n");
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
