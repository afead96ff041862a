package dev.distill.evaluation;

import dev.distill.config.GateConfig;
import dev.distill.files.Digest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** A run as it could have been: 20 intents, a good teacher, a student nearly as good. */
final class Sample {
    static final List<String> LABELS =
            List.of(
                    "card_arrival",
                    "card_delivery_estimate",
                    "card_linking",
                    "lost_or_stolen_card",
                    "pending_card_payment",
                    "pending_cash_withdrawal",
                    "pending_top_up",
                    "pending_transfer",
                    "declined_card_payment",
                    "declined_transfer",
                    "top_up_failed",
                    "top_up_reverted",
                    "why_verify_identity",
                    "verify_my_identity",
                    "unable_to_verify_identity",
                    "beneficiary_not_allowed",
                    "balance_not_updated_after_bank_transfer",
                    "transfer_not_received_by_recipient",
                    "exchange_rate",
                    "card_payment_wrong_exchange_rate");

    static final GateConfig GATE =
            new GateConfig(
                    Optional.of(new GateConfig.NonInferior(Optional.empty(), 0.02)),
                    Optional.of(0.9),
                    Optional.empty(),
                    Optional.of(50.0),
                    Optional.of(2.0));

    private Sample() {}

    /** A gold item with its two answers; an empty answer is written as "". */
    static Judged item(int id, String gold, String teacher, String student) {
        return new Judged(
                "item-" + id,
                "request " + id,
                gold,
                Optional.of(teacher).filter(answer -> !answer.isEmpty()),
                Optional.of(student).filter(answer -> !answer.isEmpty()),
                Optional.empty());
    }

    /** Items that make the given table, of the labels "a" (gold) and "b". */
    static List<Judged> items(int bothRight, int onlyTeacher, int onlyStudent, int bothWrong) {
        List<Judged> items = new ArrayList<>();
        IntStream.range(0, bothRight).forEach(i -> items.add(item(items.size(), "a", "a", "a")));
        IntStream.range(0, onlyTeacher).forEach(i -> items.add(item(items.size(), "a", "a", "b")));
        IntStream.range(0, onlyStudent).forEach(i -> items.add(item(items.size(), "a", "b", "a")));
        IntStream.range(0, bothWrong).forEach(i -> items.add(item(items.size(), "a", "b", "b")));
        return items;
    }

    static Comparison comparison(int bothRight, int onlyTeacher, int onlyStudent, int bothWrong) {
        return Comparison.of(
                items(bothRight, onlyTeacher, onlyStudent, bothWrong), List.of("a", "b"), 0.95, 7);
    }

    /** An evaluation of nothing but answers. */
    static Evaluation evaluation(Comparison comparison) {
        return new Evaluation(
                comparison, List.of(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** Log-normal latencies around a median. */
    static Latency latency(
            Provenance provenance, int concurrency, int n, double median, double seconds) {
        SplittableRandom random = new SplittableRandom(concurrency);
        List<Double> millis =
                IntStream.range(0, n)
                        .mapToObj(i -> median * Math.exp(0.25 * random.nextGaussian()))
                        .toList();
        return Latency.of(provenance, concurrency, millis, 0, seconds, 0.95);
    }

    static List<Judged> intents(String strangeText) {
        SplittableRandom random = new SplittableRandom(42);
        List<Judged> items = new ArrayList<>();
        for (int i = 0; i < 3080; i++) {
            int label = i % LABELS.size();
            // Both find the same requests hard, as real models do.
            boolean hard = random.nextDouble() < 0.13;
            String teacher = answer(label, hard ? 0.4 : 0.975, random);
            boolean right = random.nextDouble() < (hard ? 0.45 : 0.981);
            String student = answer(label, right ? 1 : 0, random);
            items.add(
                    new Judged(
                            "item-" + i,
                            i == 0 ? strangeText : text(label, i),
                            LABELS.get(label),
                            i % 500 == 499 ? Optional.empty() : Optional.of(teacher),
                            i == 0 ? Optional.of("exchange_rate") : Optional.of(student),
                            Optional.of(
                                    i == 0
                                            ? 1.0
                                            : (hard ? 0.35 : 0.85) + 0.149 * random.nextDouble())));
        }
        return items;
    }

    static ReportData report(String strangeText) {
        Comparison comparison = Comparison.of(intents(strangeText), LABELS, 0.95, 7);
        Latency busy = latency(Provenance.MEASURED, 8, 500, 18, 1.17);
        Evaluation evaluation =
                new Evaluation(
                        comparison,
                        List.of(latency(Provenance.MEASURED, 1, 500, 5.8, 3.06), busy),
                        Optional.of(latency(Provenance.SIMULATED, 1, 3074, 610, 1960)),
                        Optional.of(Cost.ofUsage(431_500, 3074, Provenance.SIMULATED)),
                        Optional.of(Cost.ofMachine(0.10, busy)));
        return report(evaluation, Gate.decide(GATE, evaluation));
    }

    static ReportData report(Evaluation evaluation, Verdict verdict) {
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("distill", "0.1.0");
        versions.put("Java", "25.0.1");
        versions.put("PyTorch", "2.7.1 (CPU)");
        Map<String, Long> seeds = new LinkedHashMap<>();
        seeds.put("split", 7L);
        seeds.put("training", 7L);
        seeds.put("bootstrap", 7L);
        return new ReportData(
                new ReportData.Run(
                        "merchant-intents",
                        "20260301-101502-7f3a",
                        "1 March 2026, 10:15 UTC",
                        "distill run job.yaml",
                        "2 cores, 24 GB, x86-64 with AVX-512",
                        List.of(
                                stage("query", ReportData.Origin.REUSED, 0.4),
                                stage("curate", ReportData.Origin.REUSED, 0.2),
                                stage("train", ReportData.Origin.RAN, 431),
                                stage("evaluate", ReportData.Origin.RAN, 64),
                                stage("publish", ReportData.Origin.RAN, 2.1)),
                        versions,
                        seeds),
                new ReportData.Model(
                        "large-teacher", "simulated provider", Optional.empty(), Optional.empty()),
                new ReportData.Model(
                        "minilm-l6",
                        "encoder, all layers trained",
                        Optional.of(22_721_000L),
                        Optional.of(90_900_000L)),
                evaluation,
                verdict,
                Optional.empty(),
                Optional.of(training()),
                new ReportData.Funnel(
                        List.of(
                                new ReportData.Level("requests", 10_003, 1_404_000, ""),
                                new ReportData.Level(
                                        "answered", 9_987, 1_402_100, "16 refused or timed out"),
                                new ReportData.Level(
                                        "parsed", 9_941, 1_395_800, "46 answers are not a label"),
                                new ReportData.Level(
                                        "kept",
                                        9_312,
                                        1_307_200,
                                        "604 near-duplicates, 25 overlap with gold items"),
                                new ReportData.Level("train", 8_381, 1_176_500, ""),
                                new ReportData.Level("validation", 931, 130_700, "")),
                        6_120,
                        544_900,
                        Provenance.SIMULATED));
    }

    private static ReportData.Training training() {
        SplittableRandom random = new SplittableRandom(3);
        List<ReportData.Step> steps =
                IntStream.rangeClosed(1, 1310)
                        .mapToObj(
                                i ->
                                        new ReportData.Step(
                                                i,
                                                0.18
                                                        + 2.9 * Math.exp(-i / 210.0)
                                                        + 0.05 * Math.abs(random.nextGaussian())))
                        .toList();
        double[] accuracy = {0.762, 0.871, 0.902, 0.916, 0.912};
        List<ReportData.Epoch> epochs =
                IntStream.rangeClosed(1, 5)
                        .mapToObj(i -> new ReportData.Epoch(i, 262 * i, accuracy[i - 1]))
                        .toList();
        return new ReportData.Training(
                steps,
                epochs,
                4,
                List.of(
                        new ReportData.Piece("<|user|>where is it?\n<|bot|>", false),
                        new ReportData.Piece("shipping<|end|>", true)));
    }

    private static ReportData.Stage stage(String name, ReportData.Origin origin, double seconds) {
        return new ReportData.Stage(
                name,
                Digest.of("key of " + name).toString(),
                Digest.of("output of " + name).toString(),
                seconds,
                origin);
    }

    private static String answer(int label, double chance, SplittableRandom random) {
        if (random.nextDouble() < chance) {
            return LABELS.get(label);
        }
        int neighbour = label % 2 == 0 ? label + 1 : label - 1;
        boolean near = random.nextDouble() < 0.7;
        int other = near ? neighbour : random.nextInt(LABELS.size());
        return LABELS.get(other == label ? neighbour : other);
    }

    private static String text(int label, int i) {
        List<String> openings =
                List.of(
                        "Hi, can you tell me about",
                        "What is going on with",
                        "I have been waiting for days and still see",
                        "Please help,");
        return "%s %s (ticket %d)?"
                .formatted(
                        openings.get(i % openings.size()), LABELS.get(label).replace('_', ' '), i);
    }
}
