package dev.distill.serving;

import dev.distill.models.students.Students;
import dev.distill.proxy.upstream.Provider;
import java.nio.file.Path;

/** Students of this process as providers of the proxy. */
public final class StudentProvider {
    private StudentProvider() {}

    /**
     * Loads a student package of any kind, a folder in the Hugging Face layout.
     *
     * @throws dev.distill.config.UserError when a file is missing or damaged
     */
    public static Provider load(Path folder) {
        return Students.writes(folder)
                ? new ChatProvider(Students.loadChatModel(folder))
                : new ClassifierProvider(Students.load(folder));
    }
}
