/** What a student is: architectures, weights, tokenizers, inference, packages and registries. */
@NullMarked
package dev.distill.models;

import org.jspecify.annotations.NullMarked;
