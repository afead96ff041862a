/** Tests of what the package promises, through its public doors. */
@NullMarked
package dev.distill.proxy.telemetry;

import org.jspecify.annotations.NullMarked;
