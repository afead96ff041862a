package dev.distill.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes the weights out of an encoder that was exported to ONNX by PyTorch.
 *
 * <p>Most initialisers keep their PyTorch names. The matrices of linear layers lose theirs: the
 * export stores them transposed under names such as {@code onnx::MatMul_885}, and only the node
 * that multiplies by one says which layer it is, as {@code /encoder/layer.0/output/dense/MatMul}.
 *
 * <p>Field numbers are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
final class OnnxWeights {
    private static final int MODEL_GRAPH = 7;
    private static final int GRAPH_NODE = 1;
    private static final int GRAPH_INITIALIZER = 5;
    private static final int NODE_INPUT = 1;
    private static final int NODE_NAME = 3;
    private static final int TENSOR_DIMENSION = 1;
    private static final int TENSOR_TYPE = 2;
    private static final int TENSOR_NAME = 8;
    private static final int TENSOR_RAW_DATA = 9;
    private static final long FLOAT = 1;

    private static final String MATRIX = "onnx::MatMul_";
    private static final String PRODUCT = "/MatMul";

    private OnnxWeights() {}

    /** A float32 tensor: row-major numbers in little-endian order. */
    private record Tensor(String name, List<Long> shape, ByteBuffer data) {}

    /**
     * The weights under their PyTorch names, each prefixed.
     *
     * @param model the file's content
     */
    static Weights read(NDManager parent, ByteBuffer model, String prefix) {
        List<Tensor> tensors = new ArrayList<>();
        Map<String, String> layers = new HashMap<>(); // by the matrix that they multiply by
        ProtobufReader graph = new ProtobufReader(graph(model));
        while (graph.next()) {
            switch (graph.field()) {
                case GRAPH_INITIALIZER -> addFloats(tensors, new ProtobufReader(graph.bytes()));
                case GRAPH_NODE -> addLayer(layers, new ProtobufReader(graph.bytes()));
                default -> {} // inputs, outputs, documentation
            }
        }
        Weights weights = new Weights(parent);
        for (Tensor tensor : tensors) {
            if (!tensor.name.startsWith(MATRIX)) {
                weights.put(prefix + tensor.name, array(parent, tensor));
            } else if (layers.containsKey(tensor.name)) {
                weights.put(
                        prefix + layers.get(tensor.name) + ".weight", transposed(parent, tensor));
            }
        }
        return weights;
    }

    private static ByteBuffer graph(ByteBuffer model) {
        ProtobufReader reader = new ProtobufReader(model);
        while (reader.next()) {
            if (reader.field() == MODEL_GRAPH) {
                return reader.bytes();
            }
        }
        throw new IllegalArgumentException("an ONNX model without a graph");
    }

    private static void addFloats(List<Tensor> tensors, ProtobufReader reader) {
        List<Long> shape = new ArrayList<>();
        long type = 0;
        String name = "";
        ByteBuffer data = ByteBuffer.allocate(0);
        while (reader.next()) {
            switch (reader.field()) {
                case TENSOR_DIMENSION -> shape.add(reader.number());
                case TENSOR_TYPE -> type = reader.number();
                case TENSOR_NAME -> name = reader.text();
                case TENSOR_RAW_DATA -> data = reader.bytes();
                default -> {} // documentation and other ways to store numbers
            }
        }
        if (type == FLOAT) {
            tensors.add(new Tensor(name, shape, data));
        }
    }

    private static void addLayer(Map<String, String> layers, ProtobufReader reader) {
        String name = "";
        String matrix = "";
        while (reader.next()) {
            switch (reader.field()) {
                case NODE_NAME -> name = reader.text();
                case NODE_INPUT -> matrix = reader.text(); // the last input is the right factor
                default -> {} // outputs, attributes
            }
        }
        if (matrix.startsWith(MATRIX) && name.endsWith(PRODUCT)) {
            String path = name.substring(1, name.length() - PRODUCT.length());
            layers.put(matrix, path.replace('/', '.'));
        }
    }

    private static NDArray array(NDManager manager, Tensor tensor) {
        float[] numbers = new float[tensor.data.remaining() / Float.BYTES];
        tensor.data.asFloatBuffer().get(numbers);
        return manager.create(numbers, new Shape(tensor.shape));
    }

    /** (in, out) as ONNX stores it -> (out, in) as PyTorch does. */
    private static NDArray transposed(NDManager manager, Tensor tensor) {
        try (NDArray stored = array(manager, tensor);
                NDArray view = stored.transpose()) {
            return view.duplicate();
        }
    }
}
