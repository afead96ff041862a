/**
 * Bases from the Hugging Face hub, {@code hf://org/name@revision}: {@code HubReference} is such a
 * name, {@code HubClient} speaks the hub's HTTP routes, {@code HubListing} says what a commit holds
 * and which of it a student needs, {@code Hub} keeps whole commits in a folder.
 */
@NullMarked
package dev.distill.models.hub;

import org.jspecify.annotations.NullMarked;
