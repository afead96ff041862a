# What decoders are made of: linear layers with adapters, norms, feed-forward blocks.
#
# Shapes: B rows, T tokens of a row, D hidden size, H attention heads, K heads of keys and values,
# G = H / K, E size of a head, S keys, F inner size of the feed-forward block, V vocabulary.
# Types by their codes: float32 is 6, bool is 11, bfloat16 is 15.
#
# Mixed precision: what passes between the blocks (x) is bfloat16 and decides the type of each
# product; a weight is rounded where it is used, unless it is bfloat16 already. Statistics of norms,
# softmax, the delta rule's state and logits are float32.

# x (..., in) -> (..., out); with the adapter, if the weights (w) have one of that name.
def linear(x: Tensor, w: Dict[str, Tensor], c: Dict[str, Tensor], name: str) -> Tensor:
  weight = w[name + ".weight"].to(x.dtype)
  if torch.__contains__(w, name + ".bias"):
    y = torch.linear(x, weight, w[name + ".bias"].to(x.dtype))
  else:
    y = torch.linear(x, weight)
  if torch.__contains__(w, name + ".lora_A.weight"):
    y = __torch__.parts.adapted(y, x, w, c, name)
  return y

# The low-rank part of a linear layer: https://arxiv.org/abs/2106.09685, names as PEFT has them.
# A (r, in), B (out, r); x (..., in), y (..., out) without it -> (..., out)
def adapted(y: Tensor, x: Tensor, w: Dict[str, Tensor], c: Dict[str, Tensor], name: str) -> Tensor:
  a = w[name + ".lora_A.weight"].to(x.dtype)
  b = w[name + ".lora_B.weight"].to(x.dtype)
  inner = torch.linear(__torch__.parts.dropout(x, float(c["lora_dropout"])), a) # (..., r)
  z = torch.addmm(y.flatten(0, -2), (inner * float(c["lora_scaling." + name])).flatten(0, -2), b.t())
  return z.view(y.size())

# Zeroes each number with probability p and scales the others up, from 15 random bits for each.
def dropout(x: Tensor, p: float) -> Tensor:
  if p == 0.:
    return x
  draws = torch.random_(torch.empty(x.size(), dtype=2)) # int16, uniform in [0, 2^15)
  kept = torch.ge(draws, int(p * 32768.))
  return x * (kept.to(x.dtype) * (1. / (1. - p)))

# x / rms(x), scaled: https://arxiv.org/abs/1910.07467. Gemma and Qwen3.5 keep the scale minus one
# (offset). x (..., D) -> (..., D)
def rms_norm(x: Tensor, weight: Tensor, eps: float, offset: float) -> Tensor:
  scale = weight.to(6) + offset
  D = x.size(-1)
  if x.dtype == 15:
    # A layer norm of x and -x side by side: their mean is 0, their variance the mean square of x. It
    # is one operator each way, and leaves nothing in float32 behind.
    both = torch.layer_norm(torch.cat([x, torch.neg(x)], -1), [2 * D], torch.cat([scale, scale]), None, eps)
    return both[..., :D]
  length = torch.linalg_vector_norm(x, 2, [-1], True) # (..., 1)
  inverse = torch.rsqrt(length * length / float(D) + eps)
  return x * inverse * scale

def norm(x: Tensor, w: Dict[str, Tensor], c: Dict[str, Tensor], name: str) -> Tensor:
  return __torch__.parts.rms_norm(x, w[name + ".weight"], float(c["rms_norm_eps"]), float(c["norm_offset"]))

# kind 0: silu, 1: gelu approximated by tanh, 2: gelu as defined
def activation(x: Tensor, kind: int) -> Tensor:
  if kind == 0:
    return torch.silu(x)
  if kind == 1:
    return torch.gelu(x, approximate="tanh")
  return torch.gelu(x)

# https://arxiv.org/abs/2002.05202; x (B, T, D) -> (B, T, D)
def feed_forward(x: Tensor, w: Dict[str, Tensor], c: Dict[str, Tensor], name: str) -> Tensor:
  gate = __torch__.parts.activation(__torch__.parts.linear(x, w, c, name + ".gate_proj"), int(c["hidden_act"]))
  return __torch__.parts.linear(gate * __torch__.parts.linear(x, w, c, name + ".up_proj"), w, c, name + ".down_proj")
