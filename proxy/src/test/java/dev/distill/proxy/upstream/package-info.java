@NullMarked
package dev.distill.proxy.upstream;

import org.jspecify.annotations.NullMarked;
