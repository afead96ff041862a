package dev.distill.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A TorchScript program that is written as text: one readable source file among the resources, in
 * which a class has methods over tensors. libtorch compiles it at load time.
 *
 * <p>A method is called with positional arguments in the order in which the {@link Call} was given
 * them: {@code Dict[str, Tensor]} for weights, {@code List[Tensor]} for lists, {@code Tensor} for
 * everything else; numbers travel as tensors without dimensions and the program reads them with
 * {@code int(x)} or {@code float(x)}.
 *
 * <p>bfloat16 arrays exist only inside programs: DJL aborts the process when Java touches one.
 *
 * <p>Not thread-safe: one thread at a time calls a program, because a call names the arrays given.
 */
public final class Program implements AutoCloseable {
    private static final String IMPORT = "import __torch__.";

    private final PtSymbolBlock block;

    private Program(PtSymbolBlock block) {
        this.block = block;
    }

    /**
     * Compiles a program.
     *
     * @param owner the class beside whose resources the text lies
     * @param resource the text's name, as {@code bert.py}
     * @param className the class in the text whose methods can be called
     */
    public static Program load(
            NDManager manager, Class<?> owner, String resource, String className) {
        try {
            Path archive = Files.createTempFile("program", ".pt");
            try {
                Files.write(archive, archive(owner, resource, className));
                return new Program(
                        JniUtils.loadModule(
                                (PtNDManager) manager,
                                archive,
                                true,
                                new String[0],
                                new String[0],
                                false));
            } finally {
                Files.delete(archive);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot load the program " + resource, e);
        }
    }

    /** The program's text and the texts that it imports: {@code blocks} is {@code blocks.py}. */
    private static byte[] archive(Class<?> owner, String resource, String className)
            throws IOException {
        String text = text(owner, resource);
        return ProgramArchive.of(className, text, imports(owner, text));
    }

    /** The texts that a text imports, by name. */
    static Map<String, String> imports(Class<?> owner, String text) throws IOException {
        Map<String, String> imports = new LinkedHashMap<>();
        for (String line : text.lines().filter(l -> l.startsWith(IMPORT)).toList()) {
            String name = line.substring(IMPORT.length()).strip();
            imports.put(name, text(owner, name + ".py"));
        }
        return imports;
    }

    /** The text of a resource. */
    static String text(Class<?> owner, String resource) throws IOException {
        try (InputStream in = owner.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalArgumentException(
                        "no resource " + resource + " beside " + owner.getName());
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Begins a call of a method. */
    public Call call(String method) {
        return new Call(method);
    }

    @Override
    public void close() {
        block.close();
    }

    /** A call under construction: its arguments in order, then {@link #run} or {@link #record}. */
    public final class Call {
        private final String method;
        private final NDList arguments = new NDList();

        private Call(String method) {
            this.method = method;
        }

        /** A {@code Dict[str, Tensor]} of weights; at most one in a call, and never empty. */
        public Call weights(Map<String, NDArray> weights) {
            return dictionary("w", weights);
        }

        /**
         * A {@code Dict[str, Tensor]}, never empty.
         *
         * @param name tells the dictionaries of one call apart; a plain word other than w
         */
        public Call dictionary(String name, Map<String, NDArray> arrays) {
            if (arrays.isEmpty()) {
                throw new IllegalArgumentException("no arrays in " + name + " for " + method);
            }
            arrays.forEach((key, array) -> add(array, name + "." + key));
            return this;
        }

        /** A {@code Tensor}. */
        public Call tensor(NDArray array) {
            return add(array, null);
        }

        /**
         * A {@code List[Tensor]}, never empty. An array may be in one list of a call only.
         *
         * @param name tells the lists of one call apart; a plain word
         */
        public Call tensors(String name, List<? extends NDArray> arrays) {
            if (arrays.isEmpty()) {
                throw new IllegalArgumentException("no arrays in " + name + " for " + method);
            }
            arrays.forEach(array -> add(array, name + "[]"));
            return this;
        }

        /** A whole number as an int64 {@code Tensor} without dimensions. */
        public Call number(NDManager manager, long value) {
            return tensor(manager.create(value));
        }

        /** A number as a float64 {@code Tensor} without dimensions. */
        public Call number(NDManager manager, double value) {
            return tensor(manager.create(value));
        }

        /** Calls without recording gradients; {@code manager} owns the results. */
        public NDList run(NDManager manager) {
            return forward(manager, false);
        }

        /**
         * Calls and records what {@link Gradients} or a gradient collector needs; {@code manager}
         * owns the results.
         */
        public NDList record(NDManager manager) {
            return forward(manager, true);
        }

        private NDList forward(NDManager manager, boolean gradients) {
            try (NDArray selector = manager.create(0)) {
                selector.setName("module_method:" + method);
                // DJL's own setting reaches only its predictors, and the flag is the thread's. With
                // the optimiser on, new shapes compile anew and inference fails on weights that
                // need gradients.
                JniUtils.setGraphExecutorOptimize(false);
                NDList all = new NDList(selector); // the first array's manager owns the results
                all.addAll(arguments);
                return gradients
                        ? recorded(() -> IValueUtils.forward(block, all, true))
                        : IValueUtils.forward(block, all, false);
            }
        }

        /** Whether operators are recorded is a state of the thread, which DJL leaves off. */
        private NDList recorded(Supplier<NDList> computation) {
            boolean before = JniUtils.isGradMode();
            JniUtils.setGradMode(true);
            try {
                return computation.get();
            } finally {
                JniUtils.setGradMode(before);
            }
        }

        private Call add(NDArray array, @Nullable String name) {
            array.setName(name);
            arguments.add(array);
            return this;
        }
    }
}
