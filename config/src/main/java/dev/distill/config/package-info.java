/**
 * What a user writes: job and proxy files as records, and every problem with its place.
 *
 * <ul>
 *   <li>{@link dev.distill.config.JobConfig} and {@link dev.distill.config.ProxyConfig} are the two
 *       formats; a component's annotations ({@code Doc}, {@code Default}, {@code AtLeast}, ...) say
 *       all there is to say about a key.
 *   <li>{@link dev.distill.config.ConfigFile} reads one (through {@code RecordBinder}, {@code
 *       Scalars}, {@code Constraints}); {@link dev.distill.config.ProxyFile} and {@link
 *       dev.distill.config.JobFile} also check what does not fit together, in the same go: {@code
 *       StandIns} take the place of what cannot be read, {@code Findings} collects.
 *   <li>{@link dev.distill.config.Secret} is a reference, {@link dev.distill.config.Secrets} finds
 *       them; what may be one by mistake ({@code Confidential}) is not {@link
 *       dev.distill.config.Shown}.
 *   <li>{@link dev.distill.config.ConfigText} writes one back, {@link
 *       dev.distill.config.JsonSchema} describes one.
 *   <li>{@link dev.distill.config.UserError} with its {@link dev.distill.config.Problem}s and
 *       {@link dev.distill.config.ExitCode} is how every module tells the user what to mend.
 * </ul>
 */
@NullMarked
package dev.distill.config;

import org.jspecify.annotations.NullMarked;
