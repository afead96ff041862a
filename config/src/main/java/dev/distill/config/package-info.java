/** What a user writes: job and proxy files as records, every problem with its place. */
@NullMarked
package dev.distill.config;

import org.jspecify.annotations.NullMarked;
