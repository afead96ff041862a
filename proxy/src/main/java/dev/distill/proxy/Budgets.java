package dev.distill.proxy;

import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;

/**
 * What each job has spent, and what its running calls may still cost. The worst case of a call is
 * set aside before it starts, so that calls at the same time cannot pass the limit together.
 *
 * <p>Spending is read from the ledger when a job is first seen; one small account per job name
 * stays.
 */
final class Budgets {
    private final Map<String, Account> accounts = new ConcurrentHashMap<>();
    private final ToLongFunction<String> spentBefore;

    /**
     * @param spentBefore nano dollars that a job has spent according to the ledger
     */
    Budgets(ToLongFunction<String> spentBefore) {
        this.spentBefore = spentBefore;
    }

    /** The account of a job. */
    Account account(String job) {
        return accounts.computeIfAbsent(
                job, name -> new Account(name, spentBefore.applyAsLong(name)));
    }

    /** The money of one job, in nano dollars. */
    static final class Account {
        private final String job;
        private long spent;
        private long reserved;

        private Account(String job, long spent) {
            this.job = job;
            this.spent = spent;
        }

        /**
         * Sets money aside.
         *
         * @throws ApiException when with it the job could spend more than {@code limit}
         */
        synchronized Reservation reserve(long amount, OptionalLong limit) {
            if (limit.isPresent() && spent + reserved + amount > limit.getAsLong()) {
                throw new ApiException(
                        ApiError.of(
                                429,
                                ApiError.BUDGET_EXCEEDED,
                                ApiError.BUDGET_EXCEEDED,
                                "job %s may spend %s USD: spent %s, reserved %s, this call up to %s"
                                        .formatted(
                                                job,
                                                Cost.usd(limit.getAsLong()),
                                                Cost.usd(spent),
                                                Cost.usd(reserved),
                                                Cost.usd(amount))));
            }
            reserved += amount;
            return new Reservation(this, amount);
        }

        /** What running calls may still cost. */
        synchronized long reserved() {
            return reserved;
        }

        /** What finished calls have cost. */
        synchronized long spent() {
            return spent;
        }

        private synchronized void settle(long amount, long charged) {
            reserved -= amount;
            spent += charged;
        }
    }

    /** Money set aside for one call; it ends when it is settled or closed, whatever comes first. */
    static final class Reservation implements AutoCloseable {
        private final Account account;
        private final long amount;
        private boolean open = true;

        private Reservation(Account account, long amount) {
            this.account = account;
            this.amount = amount;
        }

        /** The call is over and counts as so much. */
        void settle(long charged) {
            if (open) {
                open = false;
                account.settle(amount, charged);
            }
        }

        /** The call never happened. */
        @Override
        public void close() {
            settle(0);
        }
    }
}
