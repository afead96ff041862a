/**
 * Traffic on its way to becoming training material: a {@link dev.distill.proxy.recording.Recorder}
 * takes an {@link dev.distill.proxy.recording.Exchange} off the request's path, {@code Messages}
 * finds what was said in it whatever its dialect, {@code Redactor} blacks out what nobody should
 * keep, and a {@link dev.distill.proxy.recording.RecordingSink} writes what is left, a {@link
 * dev.distill.proxy.recording.RecordedExchange} each.
 */
@NullMarked
package dev.distill.proxy.recording;

import org.jspecify.annotations.NullMarked;
