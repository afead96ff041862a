/**
 * The ledger and the store of paid answers.
 *
 * <p>{@link dev.distill.proxy.ledger.Spend} is the door for those who only want a job's sums. All
 * of it lives in one SQLite file: {@code StoreFile} opens it, {@code Schema} shapes it, {@code
 * StoreReader} and {@code StoreWriter} are the only two classes with statements in them.
 */
@NullMarked
package dev.distill.proxy.ledger;

import org.jspecify.annotations.NullMarked;
