package dev.distill.models.hub;

import dev.distill.config.Location;
import dev.distill.config.UserError;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a repository on the hub at a revision: {@code hf://org/name@revision}, where the
 * revision is a branch, a tag or a commit and {@code main} when it is not written.
 *
 * @param repository {@code org/name}
 * @param written where the name stands
 */
public record HubReference(String repository, String revision, Location written) {
    /** What such names begin with. */
    public static final String PREFIX = "hf://";

    private static final String WORD = "[A-Za-z0-9][A-Za-z0-9._-]*";
    private static final Pattern NAME =
            Pattern.compile(
                    PREFIX + "(" + WORD + "/" + WORD + ")(?:@(" + WORD + "(?:/" + WORD + ")*))?");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

    /** Whether a base is one from the hub. */
    public static boolean is(String base) {
        return base.startsWith(PREFIX);
    }

    /**
     * Reads a name.
     *
     * @throws UserError when it is none
     */
    public static HubReference parse(String base, Location written) {
        Matcher name = NAME.matcher(base);
        if (!name.matches() || base.contains("..")) {
            throw UserError.invalid(
                    written,
                    "%s is no name of a repository on the hub".formatted(base),
                    "write hf://org/name@revision; the revision is a branch, a tag or a commit");
        }
        String revision = name.group(2);
        return new HubReference(name.group(1), revision == null ? "main" : revision, written);
    }

    /** Whether the revision is a commit, which never changes. */
    boolean isCommit() {
        return isCommit(revision);
    }

    static boolean isCommit(String revision) {
        return COMMIT.matcher(revision).matches();
    }

    @Override
    public String toString() {
        return PREFIX + repository + "@" + revision;
    }
}
