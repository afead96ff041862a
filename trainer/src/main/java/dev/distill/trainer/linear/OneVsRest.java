package dev.distill.trainer.linear;

import de.bwaldvogel.liblinear.Feature;
import de.bwaldvogel.liblinear.FeatureNode;
import de.bwaldvogel.liblinear.Linear;
import de.bwaldvogel.liblinear.Model;
import de.bwaldvogel.liblinear.Parameter;
import de.bwaldvogel.liblinear.Problem;
import de.bwaldvogel.liblinear.SolverType;
import dev.distill.config.ExitCode;
import dev.distill.config.UserError;
import dev.distill.models.linear.LinearWeights;
import dev.distill.models.linear.SparseVector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * One score for each label, fitted against all others: an L2-regularised support vector machine with
 * squared hinge loss, solved in the dual (C.-J. Hsieh, K.-W. Chang, C.-J. Lin, S. S. Keerthi, S.
 * Sundararajan, "A dual coordinate descent method for large-scale linear SVM", ICML 2008). The
 * labels are shared out over the processors; each has a random order of its own, so that the result
 * does not depend on their number.
 */
final class OneVsRest {
    private static final double TOLERANCE = 0.01;
    private static final int MOST_PASSES = 1000;
    private static final float NEVER = -1; // the score of a label that no training row has

    private final Feature[][] rows;
    private final int features;
    private final double c;

    static {
        Linear.disableDebugOutput();
    }

    OneVsRest(List<SparseVector> rows, int features, double c) {
        this.rows = rows.stream().map(row -> nodes(row, features)).toArray(Feature[][]::new);
        this.features = features;
        this.c = c;
    }

    /** liblinear counts features from 1; the last one, always 1, carries the bias. */
    private static Feature[] nodes(SparseVector row, int features) {
        int size = row.columns().length;
        Feature[] nodes = new Feature[size + 1];
        for (int i = 0; i < size; i++) {
            nodes[i] = new FeatureNode(row.columns()[i] + 1, row.values()[i]);
        }
        nodes[size] = new FeatureNode(features + 1, 1);
        return nodes;
    }

    /**
     * Fits all scores.
     *
     * @param labels a row's label each
     * @param count how many labels there are
     * @param stop asked before each label
     * @throws UserError when it was stopped
     */
    LinearWeights fit(int[] labels, int count, BooleanSupplier stop) {
        float[][] byClass = new float[count][];
        float[] bias = new float[count];
        AtomicInteger next = new AtomicInteger();
        int workers = Math.min(count, Runtime.getRuntime().availableProcessors());
        try (ExecutorService pool = Executors.newFixedThreadPool(workers)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                all.add(pool.submit(() -> {
                    for (int label = next.getAndIncrement(); label < count; label = next.getAndIncrement()) {
                        if (stop.getAsBoolean()) {
                            return;
                        }
                        double[] weights = weights(labels, label);
                        bias[label] = (float) weights[features];
                        byClass[label] = narrow(weights);
                    }
                }));
            }
            for (Future<?> one : all) {
                await(one);
            }
        }
        long fitted = Arrays.stream(byClass).filter(Objects::nonNull).count();
        if (fitted < count) {
            throw interrupted((int) fitted, count);
        }
        return LinearWeights.of(byClass, bias);
    }

    private float[] narrow(double[] weights) {
        float[] narrow = new float[features];
        for (int i = 0; i < features; i++) {
            narrow[i] = (float) weights[i];
        }
        return narrow;
    }

    private static void await(Future<?> one) {
        try {
            one.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the scores are fitted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("liblinear failed", e.getCause());
        }
    }

    /** Of one score, the bias last. */
    private double[] weights(int[] labels, int label) {
        double[] targets = Arrays.stream(labels).mapToDouble(l -> l == label ? 1 : -1).toArray();
        if (Arrays.stream(targets).noneMatch(target -> target > 0)) {
            double[] never = new double[features + 1];
            never[features] = NEVER;
            return never;
        }
        Problem problem = new Problem();
        problem.l = rows.length;
        problem.n = features + 1;
        problem.bias = 1;
        problem.x = rows;
        problem.y = targets;
        Parameter parameter =
                new Parameter(SolverType.L2R_L2LOSS_SVC_DUAL, c, MOST_PASSES, TOLERANCE);
        parameter.setRandom(new Random(label));
        Model model = Linear.train(problem, parameter);
        double[] weights = model.getFeatureWeights();
        if (model.getLabels()[0] < 0) { // the score is that of the first row's side
            Arrays.setAll(weights, i -> -weights[i]);
        }
        return weights;
    }

    private static UserError interrupted(int fitted, int count) {
        return new UserError(
                ExitCode.INTERRUPTED,
                dev.distill.config.Problem.of(
                                "training was stopped after %d of %d labels"
                                        .formatted(fitted, count))
                        .withHint("run again; it begins anew and takes seconds"));
    }
}
