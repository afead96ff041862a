package dev.distill.pipeline;

import dev.distill.config.ConfigFile;
import dev.distill.config.ExitCode;
import dev.distill.config.JobConfig;
import dev.distill.config.JobFile;
import dev.distill.config.Location;
import dev.distill.config.Problem;
import dev.distill.config.ProxyConfig;
import dev.distill.config.ProxyFile;
import dev.distill.config.Suggestion;
import dev.distill.config.TaskConfig;
import dev.distill.config.UserError;
import dev.distill.datasets.AnswerFormat;
import dev.distill.datasets.Labels;
import dev.distill.datasets.Request;
import dev.distill.datasets.RequestFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A job whose files have all been read and checked: whatever is wrong with them is said before
 * anything is asked, paid for or written.
 *
 * @param file the job file
 * @param format how answers are read: labels, JSON or any text
 * @param systemPrompt the prompt with the labels filled in
 * @param requests what the teacher is asked, in the order of the file
 * @param gold the items that teacher and student are judged by
 * @param proxy where the teacher is
 */
public record Job(
        ConfigFile<JobConfig> file,
        AnswerFormat format,
        String systemPrompt,
        List<Request> requests,
        List<Request> gold,
        JobProxy proxy) {
    private static final String LABELS_PLACE = "{{labels}}";

    public Job {
        requests = List.copyOf(requests);
        gold = List.copyOf(gold);
    }

    /**
     * The labels of a classification, in order.
     *
     * @throws IllegalStateException for another task
     */
    public Labels labels() {
        if (format instanceof Labels labels) {
            return labels;
        }
        throw new IllegalStateException("a task of type generation has no labels");
    }

    /** What the job file says. */
    public JobConfig config() {
        return file.value();
    }

    /**
     * Reads a job file and every file that it names.
     *
     * @throws UserError with {@link ExitCode#INVALID_INPUT} and all problems of the first bad file
     */
    public static Job read(Path path) {
        ConfigFile<JobConfig> file = JobFile.read(path);
        JobConfig config = file.value();
        JobProxy proxy = proxy(file);
        AnswerFormat format = format(config.task());
        String prompt = prompt(config.task().prompt(), format);
        List<Request> requests = RequestFile.read(config.data().source(), config.data().columns());
        List<Request> gold =
                RequestFile.readGold(config.data().gold(), config.data().columns(), format);
        return new Job(file, format, prompt, requests, gold, proxy);
    }

    private static AnswerFormat format(TaskConfig task) {
        return switch (task.type()) {
            case CLASSIFICATION -> Labels.read(task.labels().orElseThrow());
            case GENERATION -> task.json() ? new AnswerFormat.JsonText() : new AnswerFormat.Text();
        };
    }

    private static String prompt(Path path, AnswerFormat format) {
        try {
            String text = Files.readString(path);
            if (text.isBlank()) {
                throw UserError.invalid(Location.of(path), "the prompt is empty");
            }
            return format instanceof Labels labels
                    ? text.replace(LABELS_PLACE, String.join(", ", labels.names())).strip()
                    : text.strip();
        } catch (IOException e) {
            throw UserError.invalid(
                    Location.of(path), "cannot be read as UTF-8: " + e.getMessage());
        }
    }

    private static JobProxy proxy(ConfigFile<JobConfig> file) {
        String written = file.value().proxy().orElse("proxy.yaml");
        if (JobFile.isAddress(written)) {
            return new JobProxy.Remote(URI.create(written.replaceAll("/+$", "")));
        }
        Path path = file.file().resolveSibling(written).normalize();
        if (!Files.exists(path)) {
            throw UserError.invalid(
                    file.at("proxy"),
                    "proxy names " + path + ", which does not exist",
                    "name a proxy file, or the http URL of a proxy that runs elsewhere");
        }
        ConfigFile<ProxyConfig> proxy = ProxyFile.read(path);
        String route = file.value().teacher().route();
        ProxyConfig.Route answering = proxy.value().routes().get(route);
        if (answering == null) {
            throw new UserError(
                    ExitCode.INVALID_INPUT,
                    Problem.at(
                                    file.at("teacher.route"),
                                    "teacher.route names "
                                            + route
                                            + ", which is no route of "
                                            + path)
                            .withHint(Suggestion.hint(route, proxy.value().routes().keySet())));
        }
        if (!answering.mayTrainStudent()) {
            throw UserError.invalid(
                    proxy.at("routes." + route + ".may_train_student"),
                    "the answers of route " + route + " may not train a student",
                    "name another teacher.route, or ask whoever is responsible for this route");
        }
        return new JobProxy.Embedded(proxy);
    }
}
