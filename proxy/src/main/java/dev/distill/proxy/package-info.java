/**
 * The gateway: one endpoint in front of every model, with the paid-answer store and the ledger.
 *
 * <p>{@link dev.distill.proxy.ProxyServer} is the door with a network: {@code HttpFront} reads
 * HTTP, {@code ChatRequest} checks what is asked, {@code Gateway} answers from the store or asks,
 * {@code Router} walks over the targets of a {@code Route}, and a {@link
 * dev.distill.proxy.upstream.Provider} makes one call. {@code Budgets} holds what running calls may
 * still cost.
 *
 * <p>{@link dev.distill.proxy.Forecast} is the door without one: what is stored and what the rest
 * would cost. What was paid and used is kept by {@code dev.distill.proxy.ledger}.
 */
@NullMarked
package dev.distill.proxy;

import org.jspecify.annotations.NullMarked;
