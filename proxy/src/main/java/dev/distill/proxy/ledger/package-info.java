/**
 * The ledger and the store of paid answers.
 *
 * <p>{@link dev.distill.proxy.ledger.Ledger} takes rows by two lanes: {@code StoreWriter} commits
 * those of jobs; {@code Spool} keeps the others in a local log, a {@code Shipper} puts them into
 * the database, and {@code Recovery} ends the logs of processes that died. {@code Rows} and {@code
 * Sums} are the statements that write, whichever lane a row took.
 *
 * <p>{@link dev.distill.proxy.ledger.StoreReader} finds paid answers, {@link
 * dev.distill.proxy.ledger.UsageReader} reads sums, and {@link dev.distill.proxy.ledger.Spend} the
 * sums of a job. {@code Schema} has the tables, {@link dev.distill.proxy.ledger.Database} opens
 * them, and {@code Engine} knows what differs between SQLite and PostgreSQL.
 */
@NullMarked
package dev.distill.proxy.ledger;

import org.jspecify.annotations.NullMarked;
