package dev.distill.trainer;

import dev.distill.config.TrainConfig;
import java.util.Optional;

/** Configurations of small trainings: a builder whose defaults a test changes by name. */
final class Trainings {
    private int epochs = 2;
    private double learningRate = 1e-2;
    private int batch = 8;
    private int accumulation = 1;
    private double maxGradNorm = 1;
    private Optional<Double> dropout = Optional.empty();
    private TrainConfig.Kd kd = new TrainConfig.Kd(2, 0.5);
    private int saveSteps = 4;

    private Trainings() {}

    static Trainings config() {
        return new Trainings();
    }

    Trainings epochs(int value) {
        epochs = value;
        return this;
    }

    Trainings learningRate(double value) {
        learningRate = value;
        return this;
    }

    Trainings batch(int rows, int steps) {
        batch = rows;
        accumulation = steps;
        return this;
    }

    Trainings maxGradNorm(double value) {
        maxGradNorm = value;
        return this;
    }

    Trainings dropout(double value) {
        dropout = Optional.of(value);
        return this;
    }

    Trainings kd(double temperature, double alpha) {
        kd = new TrainConfig.Kd(temperature, alpha);
        return this;
    }

    Trainings saveSteps(int value) {
        saveSteps = value;
        return this;
    }

    TrainConfig build() {
        return new TrainConfig(
                epochs,
                learningRate,
                learningRate * 10,
                batch,
                accumulation,
                0.1,
                0.1,
                TrainConfig.LrSchedulerType.LINEAR,
                maxGradNorm,
                dropout,
                TrainConfig.Precision.FP32,
                kd,
                saveSteps,
                7);
    }
}
