"""Rows a second of the same epoch in transformers: what EncoderEpoch.java is measured against.

The student of bench/encoder-step on real messages, tokenised before the clock starts, padded to the longest of
each batch as DataCollatorWithPadding does; shuffled (the default of its Trainer) or grouped by length (its option).

usage: python transformers_epoch.py train.csv tokenizer.json bf16|fp32 shuffled|grouped rows
"""

import csv
import random
import sys
import time

import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

ROWS, CLASSES, WARM_UP = 32, 77, 10


class Student(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.bert = BertModel(
            BertConfig(hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536),
            add_pooling_layer=False,
        )
        self.dropout = torch.nn.Dropout(0.1)
        self.classifier = torch.nn.Linear(384, CLASSES)

    def forward(self, ids, mask):
        x = self.bert(ids, attention_mask=mask).last_hidden_state
        seen = mask.unsqueeze(-1).float()
        x = (x.float() * seen).sum(1) / seen.sum(1)
        return self.classifier(self.dropout(x))


def batches(rows, grouped):
    random.shuffle(rows)
    if grouped:  # as LengthGroupedSampler: mega-batches of 50 batches, sorted within
        size = 50 * ROWS
        rows = [r for i in range(0, len(rows), size) for r in sorted(rows[i : i + size], key=lambda r: -len(r[0]))]
    cut = [rows[i : i + ROWS] for i in range(0, len(rows) - ROWS + 1, ROWS)]
    if grouped:
        random.shuffle(cut)
    return cut


def main():
    path, tokenizer_file, precision, order, count = sys.argv[1:6]
    bf16 = precision == "bf16"
    torch.manual_seed(7)
    random.seed(1)
    tokenizer = Tokenizer.from_file(tokenizer_file)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    with open(path, newline="") as f:
        data = list(csv.DictReader(f))
    names = sorted({r["category"] for r in data})
    rows = [(tokenizer.encode(r["text"].strip()).ids[:128], names.index(r["category"])) for r in data]
    random.shuffle(rows)
    rows = rows[: int(count)]
    student = Student().train()
    body = list(student.bert.parameters())
    head = list(student.classifier.parameters())
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for p in body if p.dim() > 1], "lr": 1e-4, "weight_decay": 0.01},
            {"params": [p for p in body if p.dim() == 1], "lr": 1e-4, "weight_decay": 0.0},
            {"params": head, "lr": 1e-3, "weight_decay": 0.0},
        ],
        fused=True,
    )
    seconds, tokens, padded = [], 0, 0
    for batch in batches(rows, order == "grouped"):
        begun = time.perf_counter()
        width = max(len(ids) for ids, _ in batch)
        ids = torch.tensor([ids + [0] * (width - len(ids)) for ids, _ in batch])
        mask = torch.tensor([[1] * len(ids) + [0] * (width - len(ids)) for ids, _ in batch])
        labels = torch.tensor([label for _, label in batch])
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            logits = student(ids, mask)
        loss = torch.nn.functional.cross_entropy(logits.float(), labels)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(student.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        loss.item()
        seconds.append(time.perf_counter() - begun)
        tokens += int(mask.sum())
        padded += mask.numel()
    measured = seconds[WARM_UP:]
    print(
        "transformers %s, %s: %.0f rows/s, %.0f ms a step, %.0f %% padding"
        % (
            precision,
            order,
            ROWS * len(measured) / sum(measured),
            sum(measured) / len(measured) * 1e3,
            100 * (1 - tokens / padded),
        )
    )


main()
