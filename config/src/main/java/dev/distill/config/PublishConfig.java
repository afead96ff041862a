package dev.distill.config;

import java.nio.file.Path;

/** Where the student goes when the gate has passed. */
public record PublishConfig(
        @Doc("A folder registry.") @Default("registry") Path to,
        @Doc("The alias that will point at the new student.") @Default("candidate") String alias) {}
