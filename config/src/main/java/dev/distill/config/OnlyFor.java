package dev.distill.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The kinds of student for which a key of {@code student} or {@code train} does something; whoever
 * writes it for another kind is told so. For {@link StudentConfig.Kind#AUTO} every key does.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface OnlyFor {
    StudentConfig.Kind[] value();
}
