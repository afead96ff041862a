/** Durable, content-addressed files and canonical JSON. */
@NullMarked
package dev.distill.files;

import org.jspecify.annotations.NullMarked;
