"""Trains the tokenizer of examples/extraction/base on the example's own requests and answers.

usage: tokenizer.py EXAMPLE_FOLDER (after `java MakeData.java` there)

Byte-level BPE. Each digit is a token of its own, with or without a space before it, so that a number is copied
digit by digit as it stands. The gold items are not read.
"""

import json
import pathlib
import sys

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

folder = pathlib.Path(sys.argv[1])
texts = [json.loads(line)["text"] for line in (folder / "requests.jsonl").open()]
known = set(texts[:2000])
answers = []
for line in (folder / "teacher.jsonl").open():
    row = json.loads(line)
    if row["user"] in known:
        answers.append(row["body"]["choices"][0]["message"]["content"].replace(": ", ":").replace(", ", ","))
prompt = (folder / "prompt.md").read_text()

tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
    [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
)
tokenizer.decoder = decoders.ByteLevel()
trainer = trainers.BpeTrainer(
    vocab_size=600,
    special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
    initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    show_progress=False,
)
tokenizer.train_from_iterator(texts + answers + [prompt, "system\nuser\nassistant\n"] * 50, trainer)
tokenizer.save(str(folder / "base" / "tokenizer.json"))
print(tokenizer.get_vocab_size(), "tokens")
for text in (texts[0], answers[0], prompt):
    print(tokenizer.encode(text).tokens)
