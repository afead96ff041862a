package dev.distill.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Pickles a TorchScript module with arrays as libtorch's unpickler reads it: protocol 2, arrays by
 * reference to numbered files. Source:
 * https://github.com/pytorch/pytorch/blob/v2.7.1/torch/csrc/jit/serialization/unpickler.cpp
 */
final class ModulePickle {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final List<NDArray> arrays = new ArrayList<>();

    ModulePickle() {
        out.write(0x80); // PROTO
        out.write(2);
    }

    /** Begins the module; its members follow. */
    void begin(String className) {
        ascii("c__torch__\n" + className + "\n)"); // GLOBAL, EMPTY_TUPLE
        out.write(0x81); // NEWOBJ
        ascii("}("); // EMPTY_DICT, MARK
        string("training");
        out.write(0x89); // NEWFALSE
        string("_is_full_backward_hook");
        ascii("N"); // NONE
    }

    /** Ends the module. */
    byte[] end() {
        ascii("ub."); // SETITEMS, BUILD, STOP
        return out.toByteArray();
    }

    /** A member that is a module without members of its own. */
    void member(String name, String className) {
        string(name);
        begin(className);
        ascii("ub"); // SETITEMS, BUILD
    }

    /** A member of type {@code Dict[str, Tensor]}. */
    void dictionary(String name, Map<String, NDArray> values) {
        string(name);
        ascii("ctorch.jit._pickle\nrestore_type_tag\n(}(");
        values.forEach(
                (key, array) -> {
                    string(key);
                    array(array);
                });
        ascii("u"); // SETITEMS
        string("Dict[str, Tensor]");
        ascii("tR"); // TUPLE, REDUCE
    }

    /** The arrays in the order of their files. */
    List<NDArray> arrays() {
        return List.copyOf(arrays);
    }

    private void array(NDArray array) {
        long[] shape = array.getShape().getShape();
        ascii("ctorch._utils\n_rebuild_tensor_v2\n((");
        string("storage");
        ascii("ctorch\n" + storage(array.getDataType()) + "\n");
        string(Integer.toString(arrays.size()));
        string("cpu");
        number(array.size());
        ascii("tQ"); // TUPLE, BINPERSID
        number(0); // offset
        ascii("(");
        for (long size : shape) {
            number(size);
        }
        ascii("t(");
        for (int i = 0; i < shape.length; i++) {
            long stride = 1;
            for (int j = i + 1; j < shape.length; j++) {
                stride *= shape[j];
            }
            number(stride);
        }
        ascii("t");
        out.write(0x89); // needs no gradient
        ascii("ccollections\nOrderedDict\n)RtR"); // no hooks; then the call
        arrays.add(array);
    }

    private static String storage(DataType type) {
        return switch (type) {
            case FLOAT32 -> "FloatStorage";
            case FLOAT64 -> "DoubleStorage";
            default -> throw new IllegalArgumentException("no array of " + type + " is exported");
        };
    }

    /** BININT: four little-endian bytes. */
    private void number(long value) {
        out.write('J');
        integer(Math.toIntExact(value));
    }

    /** BINUNICODE: the length in four little-endian bytes, then the text. */
    private void string(String text) {
        out.write('X');
        integer(text.length());
        ascii(text);
    }

    private void integer(int value) {
        out.writeBytes(
                ByteBuffer.allocate(Integer.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(value)
                        .array());
    }

    private void ascii(String text) {
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
}
