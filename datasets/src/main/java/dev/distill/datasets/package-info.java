/** Rows, Parquet files, importers, split, de-duplication, dataset card. */
@NullMarked
package dev.distill.datasets;

import org.jspecify.annotations.NullMarked;
