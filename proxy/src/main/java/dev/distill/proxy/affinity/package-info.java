/**
 * Affinity: who gave an answer that later requests refer to. {@link
 * dev.distill.proxy.affinity.Whereabouts} remembers the {@link dev.distill.proxy.affinity.Place} of
 * responses, items, files and sessions, and keeps that over a restart.
 */
@NullMarked
package dev.distill.proxy.affinity;

import org.jspecify.annotations.NullMarked;
