/**
 * The gateway: one endpoint in front of every model, with failover, keys, budgets, the paid-answer
 * store and the ledger.
 *
 * <p>{@link dev.distill.proxy.ProxyServer} is the door with a network. {@code Doorkeeper} lets
 * connections in, {@code HttpFront} reads HTTP over {@code PatientConnections}, {@code Gateway}
 * finds out who asks and whether they may, and {@code Answering} gets the answer, from the store or
 * live. Live, {@code Router} and {@code Asking} go over the targets of a {@code Route}; an {@code
 * Opening} is one call up to its first content, a {@code Relay} hands a stream on. {@code Books}
 * and {@code Attempting} set money aside and settle it, whatever comes of a call; {@code
 * TurnedAway} does for requests that get no further than the door. A {@code Shortfall} says why
 * there is no answer, {@code Crossing} what a request loses between dialects. A {@code Plan} is all
 * that the proxy file says; {@code Plans} makes another one when it changes. {@code Admin} and
 * {@code Readings} are for those who run the proxy.
 *
 * <p>{@link dev.distill.proxy.Forecast} is the door without a network: what is stored and what the
 * rest would cost. The packages below this one know nothing of it.
 */
@NullMarked
package dev.distill.proxy;

import org.jspecify.annotations.NullMarked;
