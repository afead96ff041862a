/**
 * The student of kind {@code linear}: a text's words and word pieces, weighted by TF-IDF, and one
 * linear score for each label. No tokenizer, no libtorch: it loads in milliseconds and answers in
 * microseconds.
 *
 * <ul>
 *   <li>{@code PlainText} and {@code Terms} are the rules by which a text becomes n-grams; training
 *       and serving share them;
 *   <li>{@code Vocabulary} gives n-grams their columns and weights, {@code Vectorizer} makes a
 *       sparse vector of a text;
 *   <li>{@code LinearWeights} are the scores' weights, feature by feature; {@code LinearClassifier}
 *       is the student at work;
 *   <li>{@code LinearPackage} writes and reads its folder, {@code LinearConfig} its config.json.
 * </ul>
 */
@NullMarked
package dev.distill.models.linear;

import org.jspecify.annotations.NullMarked;
