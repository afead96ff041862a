"""Makes the base of bench/causal-step: a Llama of 135 M random weights in FOLDER.

usage: python base.py FOLDER
"""

import shutil
import sys
from pathlib import Path

import torch
from transformers import LlamaConfig, LlamaForCausalLM

folder = Path(sys.argv[1])
torch.manual_seed(7)
LlamaForCausalLM(
    LlamaConfig(
        vocab_size=49152,
        hidden_size=576,
        intermediate_size=1536,
        num_hidden_layers=30,
        num_attention_heads=9,
        num_key_value_heads=3,
        tie_word_embeddings=True,
        eos_token_id=2,
        bos_token_id=None,
    )
).save_pretrained(folder)
golden = Path(__file__).parents[2] / "trainer/src/test/resources/golden/llama"
for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
    shutil.copy(golden / name, folder / name)
