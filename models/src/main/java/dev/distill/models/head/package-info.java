/**
 * A student of kind {@code head}: a frozen encoder and a small network over its embeddings.
 *
 * <ul>
 *   <li>{@code Embedder}: the encoder, texts in, vectors out.
 *   <li>{@code HeadShape}, {@code HeadShapeJson}: what config.json tells, and its text.
 *   <li>{@code HeadPackage}, {@code HeadCard}: a finished student as a folder.
 *   <li>{@code HeadClassifier}: it at work. The network is {@code head.py} among the resources; the
 *       library that trains it is not needed.
 * </ul>
 */
@NullMarked
package dev.distill.models.head;

import org.jspecify.annotations.NullMarked;
