package dev.distill.models.head;

import dev.distill.models.ModelCard;
import java.util.stream.Collectors;

/** What README.md says of a student of kind {@code head} beside what it says of all. */
final class HeadCard {
    private HeadCard() {}

    static String markdown(ModelCard card, HeadShape shape) {
        return card.markdown(
                new ModelCard.Student(shape.labels(), nature(card, shape), use(shape)));
    }

    private static String nature(ModelCard card, HeadShape shape) {
        String layers =
                shape.hiddenSizes().isEmpty()
                        ? "one linear layer"
                        : "a network with hidden layers of "
                                + shape.hiddenSizes().stream()
                                        .map(String::valueOf)
                                        .collect(Collectors.joining(", "));
        return "It is %s over the embeddings of `%s` (licence: %s), which is unchanged. Texts of more than %d tokens are cut."
                .formatted(layers, card.base(), card.baseLicence(), shape.encoder().maxLength());
    }

    /** How to compute it elsewhere. */
    private static String use(HeadShape shape) {
        return """
        An embedding is the mean of the encoder's token vectors; the head standardises it, and each \
        hidden layer ends with relu. In Python:

        ```python
        import json, torch
        from safetensors.torch import load_file
        from transformers import AutoConfig, AutoModel, PreTrainedTokenizerFast
        config, head = json.load(open("PATH/config.json")), load_file("PATH/head.safetensors")
        temperature = json.load(open("PATH/calibration.json"))["temperature"]
        tokenizer = PreTrainedTokenizerFast.from_pretrained("PATH")
        encoder = AutoModel.from_pretrained(
            "PATH", config=AutoConfig.for_model(**config["encoder"])).eval()
        batch = tokenizer(["a text"], padding=True, truncation=True, max_length=%d, \
        return_tensors="pt")
        with torch.no_grad():
            states = encoder(**batch).last_hidden_state
            seen = batch["attention_mask"].unsqueeze(-1).float()
            x = (states * seen).sum(1) / seen.sum(1)
            x = (x - head["standardize.mean"]) * head["standardize.scale"]
            for i in range(len(config["hidden_sizes"])):
                x = torch.relu(x @ head[f"layers.{i}.weight"].T + head[f"layers.{i}.bias"])
            logits = x @ head["classifier.weight"].T + head["classifier.bias"]
        probabilities = torch.softmax(logits / temperature, -1)
        print([config["id2label"][str(int(i))] for i in probabilities.argmax(1)])
        ```\
        """
                .formatted(shape.encoder().maxLength());
    }
}
