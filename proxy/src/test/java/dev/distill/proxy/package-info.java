@NullMarked
package dev.distill.proxy;

import org.jspecify.annotations.NullMarked;
