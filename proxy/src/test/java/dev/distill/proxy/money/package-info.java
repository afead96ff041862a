@NullMarked
package dev.distill.proxy.money;

import org.jspecify.annotations.NullMarked;
