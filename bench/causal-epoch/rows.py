"""Writes how many tokens the chats of bench/causal-epoch have, a prompt and an answer in each line of FILE.

Lengths are log-normal with a median of 110 tokens, 24 to 256; two thirds are prompt.

usage: python rows.py FILE count
"""

import random
import sys

random.seed(1)
with open(sys.argv[1], "w") as out:
    for _ in range(int(sys.argv[2])):
        tokens = min(256, max(24, round(random.lognormvariate(4.7, 0.5))))
        prompt = round(tokens * random.uniform(0.57, 0.77))
        print(prompt, tokens - prompt, file=out)
