/**
 * Virtual keys: who may call the proxy, and in whose name. {@link dev.distill.proxy.access.KeyFile}
 * makes and revokes keys in a file that holds only their digests; {@link
 * dev.distill.proxy.access.KeyRing} is such a file in memory and finds the {@link
 * dev.distill.proxy.access.Principal} of a key that a request presents.
 */
@NullMarked
package dev.distill.proxy.access;

import org.jspecify.annotations.NullMarked;
