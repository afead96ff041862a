/**
 * Work that no request waits for: {@link dev.distill.proxy.aside.Aside} is a bounded queue with one
 * thread behind it, which webhooks, traces, recordings and small state files go through.
 */
@NullMarked
package dev.distill.proxy.aside;

import org.jspecify.annotations.NullMarked;
