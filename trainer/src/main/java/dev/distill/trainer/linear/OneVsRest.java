package dev.distill.trainer.linear;

import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import dev.distill.models.linear.LinearWeights;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * One score for each label. The labels are cut into blocks, which the processors share; a block's
 * result does not depend on the others, so the number of processors changes nothing.
 */
final class OneVsRest {
    /**
     * Most labels of a block, which needs a number for each feature and label and for each row and
     * label. Of 16 to 64, about 40 were fastest (docs/LOG.md).
     */
    private static final int MOST_WIDE = 40;

    /** As in liblinear. */
    static final float TOLERANCE = 0.1f;

    private final DualDescent.Rows rows;
    private final int features;
    private final int labels;
    private final float tolerance;
    private final float[][] byLabel;
    private final float[] bias;

    /**
     * Scores to be fitted.
     *
     * @param tolerance how far a gradient may be from where it has to be
     */
    OneVsRest(DualDescent.Rows rows, int features, int labels, float tolerance) {
        this.rows = rows;
        this.features = features;
        this.labels = labels;
        this.tolerance = tolerance;
        byLabel = new float[labels][];
        bias = new float[labels];
    }

    /**
     * Fits all scores.
     *
     * @param stop asked before each block
     * @throws UserError when it was stopped
     */
    LinearWeights fit(BooleanSupplier stop) {
        int blocks = Math.ceilDiv(labels, MOST_WIDE);
        AtomicInteger next = new AtomicInteger();
        int workers = Math.min(blocks, Runtime.getRuntime().availableProcessors());
        int done = 0;
        try (ExecutorService pool = Executors.newFixedThreadPool(workers)) {
            List<Future<Integer>> all = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                all.add(pool.submit(() -> work(next, blocks, stop)));
            }
            for (Future<Integer> one : all) {
                done += await(one);
            }
        }
        if (done < blocks) {
            throw interrupted(done, blocks);
        }
        return LinearWeights.of(byLabel, bias);
    }

    /** Fits blocks until there are no more; how many. */
    private int work(AtomicInteger next, int blocks, BooleanSupplier stop) {
        int wide = Math.ceilDiv(labels, blocks);
        int done = 0;
        for (int block = next.getAndIncrement();
                block < blocks && !stop.getAsBoolean();
                block = next.getAndIncrement()) {
            int first = block * wide;
            int width = Math.min(wide, labels - first);
            DualDescent descent = new DualDescent(rows, features, first, width);
            descent.run(tolerance);
            for (int c = 0; c < width; c++) {
                byLabel[first + c] = descent.weights(c);
                bias[first + c] = descent.bias(c);
            }
            done++;
        }
        return done;
    }

    private static int await(Future<Integer> one) {
        try {
            return one.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the scores are fitted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the scores cannot be fitted", e.getCause());
        }
    }

    private static UserError interrupted(int done, int blocks) {
        return new UserError(
                ExitCode.INTERRUPTED,
                Problem.of(
                                "training was stopped after %d of %d parts of the labels"
                                        .formatted(done, blocks))
                        .withHint("run again; it begins anew and takes seconds"));
    }
}
