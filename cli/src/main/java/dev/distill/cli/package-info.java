/** The distill command and its distribution. */
@NullMarked
package dev.distill.cli;

import org.jspecify.annotations.NullMarked;
