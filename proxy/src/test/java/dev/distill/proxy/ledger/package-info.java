@NullMarked
package dev.distill.proxy.ledger;

import org.jspecify.annotations.NullMarked;
