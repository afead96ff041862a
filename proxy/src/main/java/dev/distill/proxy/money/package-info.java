/**
 * Money: what tokens cost, who may spend how much of it, and how fast.
 *
 * <p>{@link dev.distill.proxy.money.PriceTable} knows the {@link dev.distill.proxy.money.PriceRow}
 * of a model at a moment, and a row turns {@link dev.distill.proxy.wire.Usage} into nano US
 * dollars, exactly. {@link dev.distill.proxy.money.Budgets} sets the worst case of a call aside
 * before it starts and counts what it really cost afterwards; {@link
 * dev.distill.proxy.money.RateLimits} does the same for requests and tokens a minute. {@link
 * dev.distill.proxy.money.Lots} are tokens paid for in advance. Whose money it is, is a {@link
 * dev.distill.proxy.money.Who}; what is counted together is a {@link
 * dev.distill.proxy.money.Scope}.
 *
 * <p>Everything is in memory and never waits for a database: counters are filled from the ledger
 * when the proxy starts. {@code reloaded} takes a changed configuration and keeps the counters.
 */
@NullMarked
package dev.distill.proxy.money;

import org.jspecify.annotations.NullMarked;
