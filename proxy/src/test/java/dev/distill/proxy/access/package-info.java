@NullMarked
package dev.distill.proxy.access;

import org.jspecify.annotations.NullMarked;
