package dev.distill.proxy.money;

import java.time.Instant;

/**
 * What was spent according to the ledger: one call, or the sum of many of the same hour.
 *
 * @param at when the calls began, or the hour they began in
 * @param nanoUsd what they count as; negative when it corrects an earlier one
 */
public record Charge(Who who, String provider, String model, Instant at, long nanoUsd) {}
