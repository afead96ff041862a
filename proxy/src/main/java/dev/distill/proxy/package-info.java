/** The gateway: one endpoint in front of every model, with the paid-answer store and the ledger. */
@NullMarked
package dev.distill.proxy;

import org.jspecify.annotations.NullMarked;
