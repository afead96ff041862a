"""The training step of bench/causal-step in transformers (and peft): what CausalStep.java is measured against.

A Llama of 135 M weights with random numbers (576 wide, 30 layers, 9 query and 3 key heads, 1,536 inner,
vocabulary 49,152, tied), 4 rows of 256 tokens, all of them trained on, global-norm clip, fused AdamW.

usage: python transformers_step.py [full|lora] [bf16|fp32] [steps]
  bf16: fp32 master weights under autocast for full, a bfloat16 base with fp32 adapters for lora
"""

import resource
import statistics
import sys
import time

import torch
from transformers import LlamaConfig, LlamaForCausalLM

ROWS, TOKENS, WARM_UP = 4, 256, 2


def main():
    kind = sys.argv[1] if len(sys.argv) > 1 else "full"
    bf16 = sys.argv[2:3] != ["fp32"]
    steps = int(sys.argv[3]) if len(sys.argv) > 3 else 8
    torch.manual_seed(7)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=49152,
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
    seconds = []
    for _ in range(steps):
        ids = torch.randint(0, 49152, (ROWS, TOKENS))
        begun = time.perf_counter()
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            loss = model(input_ids=ids, attention_mask=torch.ones_like(ids), labels=ids, use_cache=False).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        value = loss.item()
        seconds.append(time.perf_counter() - begun)
    median = statistics.median(seconds[WARM_UP:])
    print(
        "transformers %s %s: %.0f tokens/s, median %.2f s a step, peak RSS %.2f GB, loss %.3f"
        % (
            kind,
            "bf16" if bf16 else "fp32",
            ROWS * TOKENS / median,
            median,
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
            value,
        )
    )


main()
