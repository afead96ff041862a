package dev.distill.trainer.head;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.distill.config.HeadConfig;
import dev.distill.config.TrainConfig.Kd;
import dev.distill.models.Torch;
import dev.distill.models.Weights;
import dev.distill.models.head.HeadShape;
import dev.distill.trainer.Schedule;
import dev.distill.trainer.StepOutcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * The network over the embeddings, by DeepLearning4J: hidden layers with relu and dropout, an
 * output layer whose outputs are the logits, AdamW.
 *
 * <p>Shapes: x (rows, D) standardised embeddings, targets (rows, 2 C) as {@link Targets} makes
 * them; both come row after row.
 *
 * <p>ND4J's threads, random generator and memory belong to the process: one network at a time. It
 * computes on one thread, which for a network of this size is faster than several, and exact: the
 * sums of a step do not depend on how many there are. Dropout is seeded anew for each step from the
 * seed and the step's number.
 *
 * <p>Not thread-safe; whoever made it closes it.
 */
final class Network implements AutoCloseable {
    private static final String MOMENTS = "moments";

    static {
        // ND4J's bindings count all memory of the process, libtorch's too, against the Java heap's
        // limit unless they are told not to.
        System.setProperty("org.bytedeco.javacpp.maxbytes", "0");
        System.setProperty("org.bytedeco.javacpp.maxphysicalbytes", "0");
    }

    private final HeadShape shape;
    private final long seed;
    private final int torchThreads;
    private final MultiLayerNetwork network;
    private final Map<String, INDArray> buffers = new HashMap<>();

    /** A fresh network; its first weights follow from the seed. */
    Network(HeadShape shape, HeadConfig config, Kd kd, Schedule schedule, long seed) {
        this.shape = shape;
        this.seed = seed;
        torchThreads = Torch.threads();
        Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(1);
        Nd4j.factory().blas().setMaxThreads(1);
        network = new MultiLayerNetwork(configuration(shape, config, kd, schedule, seed));
        network.init();
    }

    private static MultiLayerConfiguration configuration(
            HeadShape shape, HeadConfig config, Kd kd, Schedule schedule, long seed) {
        NeuralNetConfiguration.ListBuilder layers =
                new NeuralNetConfiguration.Builder()
                        .seed(seed)
                        .dataType(DataType.FLOAT)
                        .weightInit(WeightInit.XAVIER)
                        .updater(new Adam(new Rate(config.learningRate(), schedule)))
                        .weightDecay(config.weightDecay())
                        .list();
        int inputs = shape.encoder().size().hidden();
        double kept = 0; // DeepLearning4J drops inputs of a layer; 0 is how it says that all stay
        for (int size : shape.hiddenSizes()) {
            layers.layer(
                    new DenseLayer.Builder()
                            .nIn(inputs)
                            .nOut(size)
                            .activation(Activation.RELU)
                            .dropOut(kept)
                            .build());
            inputs = size;
            kept = config.dropout() > 0 ? 1 - config.dropout() : 0;
        }
        layers.layer(
                new OutputLayer.Builder(new DistillationLoss(kd))
                        .nIn(inputs)
                        .nOut(shape.labels().size())
                        .activation(Activation.IDENTITY)
                        .dropOut(kept)
                        .build());
        return layers.build();
    }

    /** The learning rate of each step, counted from 0. */
    private record Rate(double peak, Schedule schedule) implements ISchedule {
        private static final long serialVersionUID = 1;

        @Override
        public double valueAt(int step, int epoch) {
            return peak * schedule.factor(step);
        }

        @Override
        public ISchedule clone() {
            return this;
        }
    }

    /**
     * Learns from some rows.
     *
     * @param number of the step, from 1
     */
    StepOutcome step(float[] x, float[] targets, int rows, int number) {
        Nd4j.getRandom().setSeed(seed + 0x9E3779B97F4A7C15L * number);
        network.setInput(buffer("x", x, rows));
        network.setLabels(buffer("targets", targets, rows));
        network.setInputMiniBatchSize(rows);
        network.computeGradientAndScore();
        INDArray gradients = network.getFlattenedGradients(); // of the sum over the rows
        StepOutcome outcome =
                new StepOutcome(network.score(), gradients.norm2Number().doubleValue() / rows);
        if (outcome.isFinite()) {
            network.getUpdater()
                    .update(
                            network,
                            network.gradient(),
                            number - 1,
                            0,
                            rows,
                            LayerWorkspaceMgr.noWorkspaces());
            network.params()
                    .subi(
                            gradients.reshape(
                                    network.params().shape())); // which are the steps of AdamW now
        }
        return outcome;
    }

    /** The logits of some rows, without dropout, row after row. */
    float[] logits(float[] x, int rows) {
        return network.output(buffer("x", x, rows), false)
                .data()
                .getFloatsAt(0, rows * shape.labels().size());
    }

    /**
     * An array that is used again for the same number of rows, so that steps leave nothing behind.
     */
    private INDArray buffer(String name, float[] numbers, int rows) {
        INDArray array =
                buffers.computeIfAbsent(
                        name + rows,
                        _ -> Nd4j.createUninitialized(DataType.FLOAT, rows, numbers.length / rows));
        array.data().setData(numbers);
        return array;
    }

    /** The network and what goes before it as the arrays of a head.safetensors. */
    Weights head(NDManager manager, Standardizer standardizer) {
        Weights head = new Weights(manager);
        head.put(HeadShape.MEAN, manager.create(standardizer.mean()));
        head.put(HeadShape.SCALE, manager.create(standardizer.scale()));
        List<String> layers = layers();
        for (int i = 0; i < layers.size(); i++) {
            INDArray weight = network.getParam(i + "_W"); // (in, out)
            float[] transposed = weight.transpose().dup('c').data().asFloat();
            Shape outIn = new Shape(weight.columns(), weight.rows());
            head.put(layers.get(i) + ".weight", manager.create(transposed, outIn));
            head.put(
                    layers.get(i) + ".bias",
                    manager.create(network.getParam(i + "_b").dup().data().asFloat()));
        }
        return head;
    }

    /** AdamW's moments as arrays. */
    Weights moments(NDManager manager) {
        Weights moments = new Weights(manager);
        float[] numbers = network.getUpdater().getStateViewArray().dup().data().asFloat();
        moments.put(MOMENTS, manager.create(numbers));
        return moments;
    }

    /** Goes on with the arrays that {@link #head} and {@link #moments} gave. */
    void restore(Weights head, Weights moments) {
        List<String> layers = layers();
        for (int i = 0; i < layers.size(); i++) {
            INDArray weight = network.getParam(i + "_W");
            float[] outIn = head.get(layers.get(i) + ".weight").toFloatArray();
            weight.assign(
                    Nd4j.createFromArray(outIn)
                            .reshape('c', weight.columns(), weight.rows())
                            .transpose());
            INDArray bias = network.getParam(i + "_b");
            bias.assign(
                    Nd4j.createFromArray(head.get(layers.get(i) + ".bias").toFloatArray())
                            .reshape(bias.shape()));
        }
        INDArray state = network.getUpdater().getStateViewArray();
        state.assign(
                Nd4j.createFromArray(moments.get(MOMENTS).toFloatArray()).reshape(state.shape()));
    }

    private List<String> layers() {
        List<String> layers = new ArrayList<>();
        for (int i = 0; i < shape.hiddenSizes().size(); i++) {
            layers.add(HeadShape.layer(i));
        }
        layers.add(HeadShape.CLASSIFIER);
        return layers;
    }

    @Override
    public void close() {
        network.close();
        buffers.values().forEach(INDArray::close);
        Torch.threads(torchThreads); // ND4J takes them down to one, for libtorch too
    }
}
