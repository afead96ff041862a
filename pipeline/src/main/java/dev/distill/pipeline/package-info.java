/** A job: stages, the stage cache, the run folder, lineage. */
@NullMarked
package dev.distill.pipeline;

import org.jspecify.annotations.NullMarked;
