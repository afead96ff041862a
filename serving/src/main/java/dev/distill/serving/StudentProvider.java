package dev.distill.serving;

import dev.distill.models.students.Students;
import dev.distill.proxy.upstream.Provider;
import java.nio.file.Path;
import java.time.InstantSource;

/** Students of this process as providers of the proxy. */
public final class StudentProvider {
    private StudentProvider() {}

    /**
     * Loads a student package of any kind, a folder in the Hugging Face layout.
     *
     * @param clock when an answer was given
     * @throws dev.distill.config.UserError when a file is missing or damaged
     */
    public static Provider load(Path folder, InstantSource clock) {
        return Students.writes(folder)
                ? new ChatProvider(Students.loadChatModel(folder), clock)
                : new ClassifierProvider(Students.load(folder), clock);
    }
}
