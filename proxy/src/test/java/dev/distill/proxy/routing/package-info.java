@NullMarked
package dev.distill.proxy.routing;

import org.jspecify.annotations.NullMarked;
