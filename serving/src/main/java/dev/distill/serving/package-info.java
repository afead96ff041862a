/** A student as a provider of the proxy. */
@NullMarked
package dev.distill.serving;

import org.jspecify.annotations.NullMarked;
