package dev.distill.proxy.affinity;

/**
 * Who gave an answer.
 *
 * @param provider by its name in the proxy file
 * @param key the name of its key
 * @param model the provider's name of the model
 */
public record Place(String provider, String key, String model) {}
