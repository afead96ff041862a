package dev.distill.models.hub;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * The files of a repository at a commit.
 *
 * @param commit 40 hexadecimal digits
 */
record HubListing(String commit, List<File> files) {
    private static final String WHOLE = "model.safetensors";

    /** Beside the weights; README.md has the licence. None is in a folder of the repository. */
    private static final Pattern NEEDED =
            Pattern.compile(
                    "config\\.json|generation_config\\.json|special_tokens_map\\.json|README\\.md"
                            + "|(?:tokenizer|chat_template)[A-Za-z0-9_.-]*");

    private static final Pattern PARTS =
            Pattern.compile(
                    "model-[0-9]+-of-[0-9]+\\.safetensors|model\\.safetensors\\.index\\.json");

    HubListing {
        files = List.copyOf(files);
    }

    /**
     * A file.
     *
     * @param bytes its size, where the hub says it
     * @param sha256 of its content in hexadecimal, which the hub knows of large files
     */
    record File(String name, OptionalLong bytes, Optional<String> sha256) {}

    /**
     * Reads the hub's answer to {@code /api/models/org/name/revision/REVISION?blobs=true}.
     *
     * @throws UserError when it says no commit
     */
    static HubListing read(HubReference reference, JsonNode json) {
        String commit = json.path("sha").asText();
        if (!HubReference.isCommit(commit)) {
            throw new UserError(
                    ExitCode.REMOTE_FAILED,
                    Problem.at(reference.written(), "the hub names no commit of " + reference));
        }
        List<File> files = new ArrayList<>();
        for (JsonNode file : json.path("siblings")) {
            JsonNode bytes = file.path("size");
            JsonNode sha256 = file.path("lfs").path("sha256");
            files.add(
                    new File(
                            file.path("rfilename").asText(),
                            bytes.isNumber()
                                    ? OptionalLong.of(bytes.asLong())
                                    : OptionalLong.empty(),
                            sha256.isTextual() ? Optional.of(sha256.asText()) : Optional.empty()));
        }
        return new HubListing(commit, files);
    }

    /**
     * The files that a student needs: the weights once, although some repositories have them in
     * several formats.
     *
     * @throws UserError when there are no weights in safetensors
     */
    List<File> needed(HubReference reference) {
        boolean whole = files.stream().anyMatch(file -> file.name().equals(WHOLE));
        List<File> weights =
                files.stream()
                        .filter(
                                file ->
                                        whole
                                                ? file.name().equals(WHOLE)
                                                : PARTS.matcher(file.name()).matches())
                        .toList();
        if (weights.isEmpty()) {
            throw UserError.invalid(
                    reference.written(),
                    "%s has no model.safetensors".formatted(reference),
                    "name a repository with weights in safetensors, or convert them and name the folder");
        }
        List<File> needed = new ArrayList<>();
        files.stream().filter(file -> NEEDED.matcher(file.name()).matches()).forEach(needed::add);
        needed.addAll(weights); // the large ones last
        return needed;
    }
}
