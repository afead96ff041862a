package dev.distill.datasets;

import dev.distill.config.DataConfig;
import dev.distill.config.ExitCode;
import dev.distill.config.Problem;
import dev.distill.config.UserError;
import dev.distill.files.Digest;
import java.util.List;

/**
 * Requests divided between training and validation, whole groups at a time. A group's part follows
 * from the seed and the group's name alone, so that new rows never move old ones.
 */
public record Split(List<Request> train, List<Request> validation) {
    private static final int HASH_DIGITS = 13; // 52 bits, which a double holds exactly
    private static final double HASHES = 0x1p52;

    public Split {
        train = List.copyOf(train);
        validation = List.copyOf(validation);
    }

    /**
     * Divides the requests; each part keeps their order.
     *
     * @throws UserError when one of the parts would be empty
     */
    public static Split of(List<Request> requests, DataConfig.Split config) {
        Split split =
                new Split(
                        select(requests, config, Part.TRAIN),
                        select(requests, config, Part.VALIDATION));
        if (split.train.isEmpty() || split.validation.isEmpty()) {
            String empty = split.train.isEmpty() ? "training" : "validation";
            long groups = requests.stream().map(Request::groupOrId).distinct().count();
            throw new UserError(
                    ExitCode.INVALID_INPUT,
                    Problem.of(
                                    "data.split leaves no rows for %s: %d rows in %d groups, validation %s"
                                            .formatted(
                                                    empty,
                                                    requests.size(),
                                                    groups,
                                                    config.validation()))
                            .withHint(
                                    "add rows of other groups, raise data.split.validation, or try"
                                            + " another data.split.seed"));
        }
        return split;
    }

    /** The part of a group. */
    public static Part partOf(String group, DataConfig.Split config) {
        String hash = Digest.of(config.seed() + "\n" + group).hex().substring(0, HASH_DIGITS);
        return Long.parseLong(hash, 16) / HASHES < config.validation()
                ? Part.VALIDATION
                : Part.TRAIN;
    }

    private static List<Request> select(
            List<Request> requests, DataConfig.Split config, Part part) {
        return requests.stream().filter(r -> partOf(r.groupOrId(), config) == part).toList();
    }
}
