package dev.distill.models;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Wraps the text of a TorchScript program into the archive that {@code torch::jit::load} reads: a
 * zip with the code, an empty table of constants, and the pickle of one object of the program's
 * class that has no parameters.
 *
 * <p>The format is described at
 * https://github.com/pytorch/pytorch/blob/v2.7.1/torch/csrc/jit/docs/serialization.md
 */
final class ProgramArchive {
    /** Pickle: protocol 2, an empty tuple, end. */
    private static final byte[] NO_CONSTANTS = {(byte) 0x80, 2, ')', '.'};

    private ProgramArchive() {}

    /**
     * The archive of {@code text}, whose class {@code className} becomes the module.
     *
     * @param imports the texts that are imported as {@code __torch__.NAME}, by name
     */
    static byte[] of(String className, String text, Map<String, String> imports) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            put(zip, text, imports, module(className));
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    /** Puts everything but files of arrays; {@code module} is the pickled module. */
    static void put(ZipOutputStream zip, String text, Map<String, String> imports, byte[] module)
            throws IOException {
        put(zip, "data.pkl", module);
        put(zip, "constants.pkl", NO_CONSTANTS);
        put(zip, "code/__torch__.py", text.getBytes(StandardCharsets.UTF_8));
        for (Map.Entry<String, String> imported : imports.entrySet()) {
            put(
                    zip,
                    "code/__torch__/" + imported.getKey() + ".py",
                    imported.getValue().getBytes(StandardCharsets.UTF_8));
        }
        put(zip, "version", "3\n".getBytes(StandardCharsets.UTF_8));
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        zip.putNextEntry(new ZipEntry("program/" + name));
        zip.write(content);
        zip.closeEntry();
    }

    /** Pickle of {@code __torch__.className} with the two attributes that every module has. */
    private static byte[] module(String className) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x80, 2}); // PROTO 2
        out.writeBytes(ascii("c__torch__\n" + className + "\n")); // GLOBAL
        out.writeBytes(new byte[] {')', (byte) 0x81, '}', '('}); // (), NEWOBJ, {}, MARK
        string(out, "training");
        out.write(0x88); // NEWTRUE
        string(out, "_is_full_backward_hook");
        out.writeBytes(ascii("Nub.")); // None, SETITEMS, BUILD, STOP
        return out.toByteArray();
    }

    /** BINUNICODE: the length in four little-endian bytes, then the text. */
    private static void string(ByteArrayOutputStream out, String text) {
        out.write('X');
        out.write(text.length());
        out.writeBytes(new byte[3]);
        out.writeBytes(ascii(text));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
