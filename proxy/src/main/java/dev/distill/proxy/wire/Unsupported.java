package dev.distill.proxy.wire;

import dev.distill.proxy.wire.Conversation.Sampling;
import java.util.OptionalDouble;

/**
 * Refusals of what a dialect has no word for, in the words of OpenAI chat completions, which are
 * the only ones in which callers can ask for these things.
 */
final class Unsupported {
    private Unsupported() {}

    static void choices(Conversation conversation) {
        refuse(conversation.choices() > 1, "n");
    }

    static void logprobs(Conversation conversation) {
        refuse(conversation.topLogprobs().isPresent(), "logprobs");
    }

    static void metadata(Conversation conversation) {
        refuse(!conversation.metadata().isEmpty(), "metadata");
    }

    static void seed(Sampling sampling) {
        refuse(sampling.seed().isPresent(), "seed");
    }

    static void penalties(Sampling sampling) {
        refuse(isSet(sampling.presencePenalty()), "presence_penalty");
        refuse(isSet(sampling.frequencyPenalty()), "frequency_penalty");
    }

    static void logitBias(Sampling sampling) {
        refuse(sampling.logitBias().filter(bias -> !bias.isEmpty()).isPresent(), "logit_bias");
    }

    /** Refuses a member. */
    static void refuse(boolean present, String member) {
        if (present) {
            throw new WireException(member, "this model does not take " + member);
        }
    }

    /** Whether a penalty is one: 0 is what a model does anyway. */
    private static boolean isSet(OptionalDouble penalty) {
        return penalty.orElse(0) != 0;
    }
}
