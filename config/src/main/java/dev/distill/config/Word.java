package dev.distill.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** How a constant of an enum is written in a file, where that is not its name in small letters. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
@interface Word {
    String value();
}
