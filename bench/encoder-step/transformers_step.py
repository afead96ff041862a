"""The training step of bench/encoder-step in transformers: what EncoderStep.java is measured against.

A 22 M BERT (6 x 384, MiniLM's shape) with mean pooling and 77 labels, 32 rows of 32 tokens, dropout 0.1,
hard cross-entropy and forward KL at T 2, global-norm clip, fused AdamW; bf16 by autocast.

usage: python transformers_step.py [bf16|fp32] [steps]
"""

import statistics
import sys
import time

import torch
import torch.nn.functional as F
from transformers import BertConfig, BertModel

ROWS, TOKENS, CLASSES, WARM_UP = 32, 32, 77, 5
T, ALPHA = 2.0, 0.5


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


def main():
    bf16 = sys.argv[1:2] != ["fp32"]
    steps = int(sys.argv[2]) if len(sys.argv) > 2 else 25
    torch.manual_seed(7)
    student = Student().train()
    head = list(student.classifier.parameters())
    body = list(student.bert.parameters())
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for p in body if p.dim() > 1], "lr": 1e-4, "weight_decay": 0.01},
            {"params": [p for p in body if p.dim() == 1], "lr": 1e-4, "weight_decay": 0.0},
            {"params": [head[0]], "lr": 1e-3, "weight_decay": 0.01},
            {"params": [head[1]], "lr": 1e-3, "weight_decay": 0.0},
        ],
        fused=True,
    )
    ids = torch.randint(1000, 30000, (ROWS, TOKENS))
    mask = torch.ones(ROWS, TOKENS, dtype=torch.int64)
    labels = torch.randint(0, CLASSES, (ROWS,))
    teacher = torch.softmax(torch.randn(ROWS, CLASSES), -1)
    millis, cpu = [], []
    for _ in range(steps):
        wall, used = time.perf_counter(), time.process_time()
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            logits = student(ids, mask)
        logits = logits.float()
        p = teacher.pow(1 / T)
        p = p / p.sum(-1, keepdim=True)
        kl = F.kl_div(F.log_softmax(logits / T, -1), p, reduction="batchmean") * T * T
        loss = (1 - ALPHA) * F.cross_entropy(logits, labels) + ALPHA * kl
        loss.backward()
        torch.nn.utils.clip_grad_norm_(student.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        loss.item()
        millis.append((time.perf_counter() - wall) * 1e3)
        cpu.append((time.process_time() - used) * 1e3)
    print(
        "transformers %s: median %.0f ms a step, %.0f ms of processor time, loss %.3f"
        % (
            "bf16" if bf16 else "fp32",
            statistics.median(millis[WARM_UP:]),
            statistics.median(cpu[WARM_UP:]),
            loss.item(),
        )
    )


main()
