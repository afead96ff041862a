package dev.distill.evaluation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks that a page's tags nest: stricter than HTML, which lets many end tags be left out. */
final class HtmlTags {
    private static final Set<String> VOID = Set.of("meta", "br", "img", "hr", "input", "link");
    private static final Pattern TAG =
            Pattern.compile("<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[^<>\"]|\"[^\"]*\")*?)(/?)>|<");

    private HtmlTags() {}

    static List<String> problems(String html) {
        String markup = html.replaceFirst("(?i)<!doctype html>", "");
        List<String> problems = new ArrayList<>();
        Deque<String> open = new ArrayDeque<>();
        Matcher tag = TAG.matcher(markup);
        while (tag.find()) {
            String name = tag.group(2);
            if (name == null) {
                problems.add("a lone < at " + tag.start());
            } else if (!tag.group(1).isEmpty()) {
                if (open.isEmpty() || !open.pop().equals(name)) {
                    problems.add("</" + name + "> closes nothing at " + tag.start());
                    return problems;
                }
            } else if (tag.group(4).isEmpty() && !VOID.contains(name)) {
                open.push(name);
            }
        }
        open.forEach(name -> problems.add("<" + name + "> is never closed"));
        return problems;
    }
}
