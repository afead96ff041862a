package dev.distill.models;

import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import dev.distill.files.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whether the libtorch that DJL is about to load is the one that its JNI library was made for: with
 * another one the process ends with SIGSEGV, without a word.
 *
 * <p>DJL takes the folder that {@value #FOLDER} names, else the one on the class path; {@value
 * #VERSION} makes it download another version.
 */
final class LibtorchVersion {
    private static final String FOLDER = "PYTORCH_LIBRARY_PATH";
    private static final String VERSION = "PYTORCH_VERSION";

    /** In the jar of the JNI library; {@code 2.7.1-0.35.1} is libtorch's version and DJL's. */
    private static final String JNI = "/jnilib/pytorch.properties";

    /** In Python's torch {@code __version__ = '2.7.1+cu128'}, in a libtorch.zip a plain line. */
    private static final Pattern NUMBER =
            Pattern.compile("(?:__version__.*?|^)(\\d+\\.\\d+\\.\\d+)");

    private LibtorchVersion() {}

    /**
     * Checks.
     *
     * @param settings the environment's variables by name
     * @throws UserError when it is another version, or nothing says which one it is
     */
    static void check(Function<String, @Nullable String> settings) {
        String needed = needed();
        String asked = settings.apply(VERSION);
        if (asked != null && !asked.isEmpty() && !asked.startsWith(needed)) {
            throw refused(VERSION + " is " + asked, needed, "unset it");
        }
        String folder = settings.apply(FOLDER);
        if (folder == null || folder.isEmpty()) {
            return; // the one on the class path, whose version the build pins
        }
        String setting = "%s is %s, ".formatted(FOLDER, folder);
        String hint =
                "name the folder lib of a libtorch %s, or unset it; see docs/gpu.md"
                        .formatted(needed);
        if (!Files.isDirectory(Path.of(folder))) {
            throw refused(setting + "which is no folder", needed, hint);
        }
        String library = System.mapLibraryName("torch");
        if (!Files.isRegularFile(Path.of(folder).resolve(library))) {
            throw refused(setting + "in which there is no " + library, needed, hint);
        }
        Optional<String> found = version(Path.of(folder).toAbsolutePath().normalize());
        if (found.isEmpty() && asked == null) {
            throw refused(
                    setting + "beside which neither version.py nor build-version says its version",
                    needed,
                    "if it is a libtorch %s, say so: %s=%s".formatted(needed, VERSION, needed));
        }
        if (found.isPresent() && !found.get().equals(needed)) {
            throw refused(setting + "which is libtorch " + found.get(), needed, hint);
        }
    }

    private static UserError refused(String what, String needed, String hint) {
        return new UserError(
                ExitCode.INVALID_INPUT,
                Problem.of("%s, but libtorch %s is needed".formatted(what, needed)).withHint(hint));
    }

    private static Optional<String> version(Path folder) {
        for (String name : List.of("../version.py", "../build-version")) {
            Path file = folder.resolve(name).normalize();
            if (!Files.isRegularFile(file)) {
                continue;
            }
            try {
                Matcher number = NUMBER.matcher(Files.readString(file));
                if (number.find()) {
                    return Optional.of(number.group(1));
                }
            } catch (IOException e) {
                throw AtomicFile.unreadable(file, e);
            }
        }
        return Optional.empty();
    }

    private static String needed() {
        try (InputStream in = LibtorchVersion.class.getResourceAsStream(JNI)) {
            Properties properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            String version = properties.getProperty("jni_version");
            if (version == null) {
                throw new IllegalStateException("no version in " + JNI);
            }
            return version.replaceAll("-.*", "");
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + JNI, e);
        }
    }
}
