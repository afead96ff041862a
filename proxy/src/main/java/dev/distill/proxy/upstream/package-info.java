/**
 * Providers: one call to one of them, with its clocks, its credentials and its errors.
 *
 * <p>An {@link dev.distill.proxy.upstream.Upstream} makes exactly one attempt for an {@link
 * dev.distill.proxy.upstream.Ask} and gives a {@link dev.distill.proxy.upstream.Call}, or an {@link
 * dev.distill.proxy.upstream.UpstreamException} that says what went wrong and whether it may have
 * been billed. {@link dev.distill.proxy.upstream.Upstreams} opens what a proxy file declares. Over
 * the network, {@code HttpUpstream} keeps connections in a {@code ConnectionPool}, a {@code Vendor}
 * says how its requests look, and a {@code Watchdog} closes the connection of a call that is
 * overdue. Without a network there are {@link dev.distill.proxy.upstream.InProcessUpstream} for
 * models of this process ({@code ChunkCall} for answers that are still being written) and {@code
 * ReplayUpstream} for a {@link dev.distill.proxy.upstream.Cassette}.
 *
 * <p>Who is asked, and who after that, is not decided here.
 */
@NullMarked
package dev.distill.proxy.upstream;

import org.jspecify.annotations.NullMarked;
