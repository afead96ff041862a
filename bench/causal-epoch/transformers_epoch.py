"""An epoch of chats in transformers (and peft): what CausalEpoch.java is measured against.

The model of bench/causal-step on chats of differing lengths, padded to the longest of each batch with labels of
-100 on prompts and padding, as DataCollatorForSeq2Seq does; shuffled (the default of its Trainer) or grouped by
length (its option). Global-norm clip, fused AdamW.

usage: python transformers_epoch.py FILE full|lora bf16|fp32 shuffled|grouped; FILE is made by rows.py
"""

import random
import resource
import sys
import time

import torch
from transformers import LlamaConfig, LlamaForCausalLM

ROWS, VOCABULARY = 8, 49152


def batches(rows, grouped):
    random.shuffle(rows)
    if grouped:  # as LengthGroupedSampler: mega-batches of 50 batches, sorted within
        size = 50 * ROWS
        rows = [r for i in range(0, len(rows), size) for r in sorted(rows[i : i + size], key=lambda r: -sum(r))]
    cut = [rows[i : i + ROWS] for i in range(0, len(rows) - ROWS + 1, ROWS)]
    if grouped:
        random.shuffle(cut)
    return cut


def main():
    path, kind, precision, order = sys.argv[1:5]
    bf16 = precision == "bf16"
    torch.manual_seed(7)
    random.seed(1)
    with open(path) as lines:
        rows = [tuple(map(int, line.split())) for line in lines]
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=VOCABULARY,
            hidden_size=576,
            intermediate_size=1536,
            num_hidden_layers=30,
            num_attention_heads=9,
            num_key_value_heads=3,
            tie_word_embeddings=True,
        )
    )
    if kind == "lora":
        from peft import LoraConfig, get_peft_model

        if bf16:
            model = model.to(torch.bfloat16)
        model = get_peft_model(
            model, LoraConfig(r=16, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM")
        )
    model.train()
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=1e-4, weight_decay=0.01, fused=True)
    seconds, trained, read, places = [], 0, 0, 0
    first = batches(rows, order == "grouped")
    for number, batch in enumerate(first + batches(rows, order == "grouped")):
        width = max(map(sum, batch))
        ids = torch.randint(0, VOCABULARY, (ROWS, width))
        mask = torch.tensor([[1] * (p + a) + [0] * (width - p - a) for p, a in batch])
        learned = torch.tensor([[0] * p + [1] * a + [0] * (width - p - a) for p, a in batch])
        labels = torch.where(learned == 1, ids, -100)
        begun = time.perf_counter()
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            loss = model(input_ids=ids, attention_mask=mask, labels=labels, use_cache=False).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        loss.item()
        if number >= len(first):
            seconds.append(time.perf_counter() - begun)
            trained += int(learned.sum())
            read += int(mask.sum())
            places += mask.numel()
    print(
        "transformers %s %s, %s: %.2f rows/s, %.0f trained tokens/s, %.0f %% padding, peak RSS %.2f GB"
        % (
            kind,
            precision,
            order,
            ROWS * len(seconds) / sum(seconds),
            trained / sum(seconds),
            100 * (1 - read / places),
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
        ),
        flush=True,
    )


main()
