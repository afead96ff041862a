/** Tests of what the package promises, through its public doors. */
@NullMarked
package dev.distill.proxy.sessions;

import org.jspecify.annotations.NullMarked;
