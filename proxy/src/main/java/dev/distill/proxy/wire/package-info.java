/**
 * Wire formats: what callers and providers send each other, as pure functions and state machines
 * over bytes and JSON.
 *
 * <p>A {@link dev.distill.proxy.wire.Dialect} is one vendor's format. Within a dialect bytes pass
 * through unchanged; between two of them everything goes through the neutral model: a {@link
 * dev.distill.proxy.wire.Conversation} is what is asked, a {@link
 * dev.distill.proxy.wire.Completion} what is answered at once, and {@link
 * dev.distill.proxy.wire.Event}s are the same answer as it streams. {@link
 * dev.distill.proxy.wire.Codec} has one implementation for each dialect (a {@link
 * dev.distill.proxy.wire.ProviderCodec} alone where no caller speaks it). {@link
 * dev.distill.proxy.wire.Usage} counts tokens in kinds that do not overlap.
 *
 * <p>{@link dev.distill.proxy.wire.Envelope} is what must be known of a request that passes
 * through, and {@link dev.distill.proxy.wire.SseParser} cuts a stream into events ({@link
 * dev.distill.proxy.wire.AwsEventStream} those of Bedrock); all look at bytes as they are and are
 * what most requests meet of this package. {@link dev.distill.proxy.wire.Members} reads objects
 * strictly, so that nothing is dropped in silence.
 */
@NullMarked
package dev.distill.proxy.wire;

import org.jspecify.annotations.NullMarked;
