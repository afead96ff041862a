package dev.distill.trainer.head;

import dev.distill.config.TrainConfig.Kd;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The distillation loss for DeepLearning4J: {@code (1 - alpha) ce + alpha T^2 KL(p || q)}, where
 * {@code p} and {@code q} are the teacher's and the student's distributions at temperature {@code
 * T} and {@code ce} is the cross-entropy of the label (Hinton, Vinyals and Dean 2015, arXiv
 * 1503.02531). Its gradient by the logits is {@code (1 - alpha) (q1 - y) + alpha T (q - p)}, with
 * {@code q1} the student's distribution at temperature 1.
 *
 * <p>Shapes: logits (rows, C), targets (rows, 2 C) as {@link Targets} makes them. The output layer
 * has the identity for its activation, since softmax is part of the loss.
 */
final class DistillationLoss implements ILossFunction {
    private static final long serialVersionUID = 1;

    /** Keeps 0 log 0 at 0. */
    private static final double TINY = 1e-30;

    private final double temperature;
    private final double alpha;

    DistillationLoss(Kd kd) {
        this.temperature = kd.temperature();
        this.alpha = kd.alpha();
    }

    @Override
    public double computeScore(
            INDArray targets,
            INDArray logits,
            IActivation activation,
            @Nullable INDArray mask,
            boolean average) {
        double sum = computeScoreArray(targets, logits, activation, mask).sumNumber().doubleValue();
        return average ? sum / logits.rows() : sum;
    }

    @Override
    public INDArray computeScoreArray(
            INDArray targets, INDArray logits, IActivation activation, @Nullable INDArray mask) {
        INDArray loss = logits.ulike().assign(0);
        if (alpha < 1) {
            loss.subi(hard(targets, logits).mul(logSoftmax(logits)).muli(1 - alpha));
        }
        if (alpha > 0) {
            INDArray p = soft(targets, logits);
            INDArray difference =
                    Transforms.log(p.add(TINY)).subi(logSoftmax(logits.div(temperature)));
            loss.addi(difference.muli(p).muli(alpha * temperature * temperature));
        }
        return loss.sum(1);
    }

    @Override
    public INDArray computeGradient(
            INDArray targets, INDArray logits, IActivation activation, @Nullable INDArray mask) {
        INDArray gradient = logits.ulike().assign(0);
        if (alpha < 1) {
            gradient.addi(Transforms.softmax(logits).subi(hard(targets, logits)).muli(1 - alpha));
        }
        if (alpha > 0) {
            INDArray q = Transforms.softmax(logits.div(temperature));
            gradient.addi(q.subi(soft(targets, logits)).muli(alpha * temperature));
        }
        return gradient;
    }

    @Override
    public Pair<Double, INDArray> computeGradientAndScore(
            INDArray targets,
            INDArray logits,
            IActivation activation,
            @Nullable INDArray mask,
            boolean average) {
        return new Pair<>(
                computeScore(targets, logits, activation, mask, average),
                computeGradient(targets, logits, activation, mask));
    }

    @Override
    public String name() {
        return "distillation";
    }

    private static INDArray hard(INDArray targets, INDArray logits) {
        return targets.get(NDArrayIndex.all(), NDArrayIndex.interval(0, logits.columns()));
    }

    private static INDArray soft(INDArray targets, INDArray logits) {
        int classes = logits.columns();
        return targets.get(NDArrayIndex.all(), NDArrayIndex.interval(classes, 2L * classes));
    }

    /** Less the greatest of each row first, so that no exponential overflows. */
    private static INDArray logSoftmax(INDArray logits) {
        INDArray shifted = logits.subColumnVector(logits.max(1));
        INDArray sums = Transforms.exp(shifted).sum(1);
        return shifted.subiColumnVector(Transforms.log(sums, false));
    }
}
