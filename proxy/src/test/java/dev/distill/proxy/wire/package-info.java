@NullMarked
package dev.distill.proxy.wire;

import org.jspecify.annotations.NullMarked;
