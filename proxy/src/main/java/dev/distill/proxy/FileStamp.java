package dev.distill.proxy;

import dev.distill.config.UserError;
import dev.distill.files.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a file was when somebody looked.
 *
 * @param written its time of modification; {@link Instant#EPOCH} when there is no file
 * @param content its digest; nothing when there is no file
 */
record FileStamp(Instant written, long size, Instant looked, Optional<Digest> content) {
    /** Clocks of file systems are this coarse: a younger file may change without a new time. */
    private static final Duration COARSE = Duration.ofSeconds(3);

    private static final long ABSENT = -1;

    static FileStamp of(Path file, Instant now) {
        try {
            BasicFileAttributes about = Files.readAttributes(file, BasicFileAttributes.class);
            Instant written = about.lastModifiedTime().toInstant();
            return new FileStamp(written, about.size(), now, Optional.of(Digest.ofFile(file)));
        } catch (IOException | UserError _) {
            return new FileStamp(Instant.EPOCH, ABSENT, now, Optional.empty());
        }
    }

    /** Looks again, and reads the file only when something else may be in it. */
    FileStamp again(Path file, Instant now) {
        try {
            BasicFileAttributes about = Files.readAttributes(file, BasicFileAttributes.class);
            boolean untouched =
                    about.size() == size
                            && about.lastModifiedTime().toInstant().equals(written)
                            && written.plus(COARSE).isBefore(looked);
            return untouched ? this : of(file, now);
        } catch (IOException _) {
            return of(file, now);
        }
    }

    boolean sameContent(@Nullable FileStamp before) {
        return before != null && content.equals(before.content);
    }
}
