package dev.distill.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.distill.config.Location;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes an encoder student as one TorchScript file with its weights inside, which {@code
 * torch.jit.load} runs without any code of ours: {@code forward(input_ids, attention_mask)}, both
 * (B, T) int64, gives logits (B, C) in float32. It is the program that trained and serves the
 * student, with a class around it that holds the weights. Probabilities are {@code softmax(logits /
 * temperature)} with the temperature of calibration.json.
 *
 * <p>The format: see {@link ProgramArchive}.
 */
public final class TorchScriptExport {
    private static final String CLASS = "Student";

    /** What is put behind the program's text; PROGRAM is the program's class. */
    private static final String WRAPPER =
            """

            class Student(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
              _is_full_backward_hook : Optional[bool]
              weights : Dict[str, Tensor]
              settings : Dict[str, Tensor]
              program : __torch__.PROGRAM

              def forward(self: __torch__.Student, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
                return (self.program).logits(self.weights, self.settings, input_ids, attention_mask)
            """;

    private TorchScriptExport() {}

    /**
     * Writes the file; it is whole or absent.
     *
     * @param folder a package of a student of kind {@code encoder}
     * @throws UserError when it is none, or the file cannot be written
     */
    public static void write(Path folder, Path output) {
        Path file = folder.resolve(Bases.CONFIG);
        EncoderConfig config = EncoderConfig.read(file);
        if (config.labels().isEmpty()) {
            throw UserError.invalid(Location.of(file), "id2label is missing: no classifier");
        }
        Architecture architecture = config.architecture();
        try (NDManager manager = Torch.newManager();
                Weights weights =
                        Checkpoint.read(manager, folder, config.shapes(), architecture.prefix());
                Encoder encoder = new Encoder(manager, config, Precision.FP32)) {
            AtomicFile.write(
                    output, out -> write(out, architecture, weights.asMap(), encoder.settings()));
        }
    }

    private static void write(
            OutputStream out,
            Architecture architecture,
            Map<String, NDArray> weights,
            Map<String, NDArray> settings)
            throws IOException {
        String program = architecture.programClass();
        ModulePickle pickle = new ModulePickle();
        pickle.begin(CLASS);
        pickle.dictionary("weights", weights);
        pickle.dictionary("settings", settings);
        pickle.member("program", program);
        byte[] data = pickle.end();

        ZipOutputStream zip = new ZipOutputStream(out);
        zip.setLevel(Deflater.NO_COMPRESSION); // weights do not get smaller
        String text =
                Program.text(Encoder.class, architecture.modelType() + ".py")
                        + WRAPPER.replace("PROGRAM", program);
        ProgramArchive.put(zip, text, Program.imports(Encoder.class, text), data);
        int number = 0;
        for (NDArray array : pickle.arrays()) {
            zip.putNextEntry(new ZipEntry("program/data/" + number++));
            ByteBuffer bytes = array.toByteBuffer();
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            zip.write(copy);
            zip.closeEntry();
        }
        zip.finish();
    }
}
