package dev.distill.pipeline;

import java.nio.file.Path;

/** The folder of everything that outlives a run and is shared by all jobs. */
public record StateFolder(Path folder) {
    /** The paid answers and the ledger, which every proxy with this folder shares. */
    public Path store() {
        return folder.resolve("proxy.db");
    }

    /** Where base models that come with distill are unpacked. */
    Path bases() {
        return folder.resolve("bases");
    }

    /** Bases from the Hugging Face hub. */
    Path hub() {
        return folder.resolve("hub");
    }

    /** Vectors of texts, which cost time to compute. */
    Path embeddings() {
        return folder.resolve("embeddings");
    }
}
