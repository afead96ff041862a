/**
 * Student packages of every kind. {@link dev.distill.models.students.Students} loads one by what
 * its config.json says; it is the one place that knows all kinds, and no kind knows it.
 */
@NullMarked
package dev.distill.models.students;

import org.jspecify.annotations.NullMarked;
