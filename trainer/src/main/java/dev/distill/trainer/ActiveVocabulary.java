package dev.distill.trainer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.distill.models.Program;
import dev.distill.models.Weights;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The tokens that a training's texts have. Only their rows of the table of token vectors are
 * trained, as a small table of their own: the gradient of the others is zero, and yet an optimiser
 * would read and write them, their gradients and their moments in each step, half of all the memory
 * of a small student. They stay as the base has them, where AdamW would have let them decay.
 *
 * <p>The order is that of the tokens' numbers, so that equal rows give equal tables.
 *
 * <p>Not thread-safe; whoever made it closes it.
 */
final class ActiveVocabulary implements AutoCloseable {
    private final Program program;
    private final String table;
    private final NDArray ids;
    private final NDArray whole;
    private final long[] tokens;

    /**
     * Replaces the table of some weights by its rows for the tokens of some rows.
     *
     * @param table the name of the table
     */
    ActiveVocabulary(NDManager manager, Rows rows, Weights weights, String table) {
        this.program = Program.load(manager, ActiveVocabulary.class, "table.py", "Table");
        this.table = table;
        this.tokens = rows.tokens();
        this.ids = manager.create(tokens);
        this.whole = weights.get(table).duplicate();
        whole.attach(manager);
        weights.put(
                table,
                program.call("take").tensor(whole).tensor(ids).record(manager).singletonOrThrow());
    }

    /** The rows with their tokens numbered as the small table has them. */
    Rows renumbered(Rows rows) {
        return new Rows(renumbered(rows.training()), renumbered(rows.validation()));
    }

    private List<EncodedRow> renumbered(List<EncodedRow> rows) {
        return rows.stream()
                .map(
                        row ->
                                new EncodedRow(
                                        row.id(),
                                        row.tokens().mapped(id -> Arrays.binarySearch(tokens, id)),
                                        row.label(),
                                        row.teacher()))
                .toList();
    }

    /** Writes weights with the whole table again. */
    void write(Path file, Weights weights) {
        try (NDManager writing = whole.getManager().newSubManager();
                NDArray full =
                        program.call("put")
                                .tensor(whole)
                                .tensor(ids)
                                .tensor(weights.get(table))
                                .run(writing)
                                .singletonOrThrow()) {
            weights.write(file, Map.of(table, full));
        }
    }

    @Override
    public void close() {
        program.close();
        ids.close();
        whole.close();
    }
}
