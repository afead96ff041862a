/**
 * Durable, content-addressed files. {@link dev.distill.files.AtomicFile} writes files and {@link
 * dev.distill.files.WholeFolder} folders that are complete or absent, also across a crash; {@link
 * dev.distill.files.Digest} names a content; {@link dev.distill.files.Json} is the project's JSON,
 * with the canonical form that digests are taken of.
 */
@NullMarked
package dev.distill.files;

import org.jspecify.annotations.NullMarked;
