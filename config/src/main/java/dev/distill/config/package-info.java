/**
 * What a user writes: job and proxy files as records, and every problem with its place.
 *
 * <ul>
 *   <li>{@link dev.distill.config.JobConfig} and {@link dev.distill.config.ProxyConfig} are the two
 *       formats; a component's annotations ({@code Doc}, {@code Default}, {@code AtLeast}, ...) say
 *       all there is to say about a key.
 *   <li>{@link dev.distill.config.ConfigFile} reads one (through {@code RecordBinder}, {@code
 *       Scalars}, {@code Constraints}), {@link dev.distill.config.ProxyFile} also checks its names,
 *       {@link dev.distill.config.ConfigText} writes one back, {@link
 *       dev.distill.config.JsonSchema} describes one.
 *   <li>{@link dev.distill.config.UserError} with its {@link dev.distill.config.Problem}s and
 *       {@link dev.distill.config.ExitCode} is how every module tells the user what to mend.
 * </ul>
 */
@NullMarked
package dev.distill.config;

import org.jspecify.annotations.NullMarked;
