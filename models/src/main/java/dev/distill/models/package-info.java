/**
 * What a student is: architectures, weights, tokenizers, inference, packages and registries.
 *
 * <ul>
 *   <li>{@code Torch}, {@code LibtorchVersion}, {@code Program}, {@code Gradients}: the door to
 *       libtorch. Architectures are TorchScript text among the resources: {@code bert.py}, {@code
 *       distilbert.py}, {@code modernbert.py}, {@code blocks.py}.
 *   <li>{@code Weights}, {@code Safetensors}, {@code Shards}, {@code Checkpoint}: arrays by Hugging
 *       Face name, and their files.
 *   <li>{@code EncoderConfig}, {@code Architecture}, {@code LocalAttention}, {@code Head}, {@code
 *       Encoder}: a config and the computation that it describes; {@code JsonFile} and {@code
 *       LabelNames} read what the configs of all kinds have alike.
 *   <li>{@code Tokenizer}, {@code Tokens}, {@code TokenBatch}: from texts to numbers.
 *   <li>{@code Bases}, {@code Base}: what a student starts from.
 *   <li>{@code Classifier}: a finished student at work, whatever its kind; {@code
 *       EncoderClassifier} is one, packages {@code linear}, {@code head} and {@code causal} have
 *       others; package {@code students} loads them all. {@code Calibration}: how sure it is.
 *       {@code StudentPackage}, {@code ModelCard}: its folder. {@code TorchScriptExport}, {@code
 *       ModulePickle}: a student as one file.
 *   <li>{@code FolderRegistry}, {@code PackageDigest}: where packages are published.
 *   <li>{@code hub}, a package of its own: bases from the Hugging Face hub.
 *   <li>{@code chat}, a package of its own: chat templates, from messages to prompts.
 * </ul>
 */
@NullMarked
package dev.distill.models;

import org.jspecify.annotations.NullMarked;
