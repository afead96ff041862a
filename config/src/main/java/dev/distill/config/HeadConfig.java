package dev.distill.config;

import java.util.List;

/**
 * How the network of a student of kind {@code head} is built and trained; the encoder below it
 * stays as it is.
 */
public record HeadConfig(
        @Doc("Sizes of the hidden layers; none for a linear head.") @Default("[512]")
                List<Integer> hiddenSizes,
        @Doc("Share of a hidden layer's outputs that a step leaves out.")
                @Default("0.5")
                @AtLeast(0)
                @AtMost(0.9)
                double dropout,
        @Doc("Passes over the training rows at most.") @Default("30") @AtLeast(1)
                int numTrainEpochs,
        @Doc("Epochs without a better one after which the training ends.") @Default("6") @AtLeast(1)
                int earlyStoppingPatience,
        @Doc("Learning rate of the first step; it falls to 0 as a cosine.")
                @Default("1e-3")
                @Above(0)
                double learningRate,
        @Doc("Rows in a step.") @Default("128") @AtLeast(1) int perDeviceTrainBatchSize,
        @Doc("Weight decay of AdamW; biases are exempt.") @Default("0") @AtLeast(0)
                double weightDecay) {
    public HeadConfig {
        hiddenSizes = List.copyOf(hiddenSizes);
    }
}
