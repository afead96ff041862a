# What the encoders are made of.
#
# Shapes: B texts, T tokens of the longest text, D hidden size, N attention heads, E = D / N,
# F inner size of the feed-forward block, C labels.
# Types by their codes: float32 is 6, bool is 11, bfloat16 is 15.
#
# Mixed precision (bf16): both factors of each product are bfloat16, and so is what passes between
# the blocks; statistics of norms and softmax, pooling and logits are float32. Weights of products
# may come in bfloat16: whoever calls for the same weights again rounds them once.
#
# Dropout: see kept.

def factor(x: Tensor, bf16: bool) -> Tensor: # costs nothing when it is one already
  if bf16:
    return x.to(15)
  return x

# x (..., in) -> (..., out)
def linear(x: Tensor, w: Dict[str, Tensor], name: str, bf16: bool) -> Tensor:
  weight = __torch__.blocks.factor(w[name + ".weight"], bf16)
  bias = __torch__.blocks.factor(w[name + ".bias"], bf16)
  return torch.linear(x, weight, bias)

# x (..., D) -> (..., D); the statistics are float32 also when x is bfloat16
def norm(x: Tensor, w: Dict[str, Tensor], name: str, eps: float) -> Tensor:
  return torch.layer_norm(x, [x.size(-1)], w[name + ".weight"], w[name + ".bias"], eps)

# Three projections as one product. x (B, T, D) -> (B, T, 3 D)
def projections(x: Tensor, w: Dict[str, Tensor], q: str, k: str, v: str, bf16: bool) -> Tensor:
  weight = torch.cat([w[q + ".weight"], w[k + ".weight"], w[v + ".weight"]])
  bias = torch.cat([w[q + ".bias"], w[k + ".bias"], w[v + ".bias"]])
  return torch.linear(x, __torch__.blocks.factor(weight, bf16), __torch__.blocks.factor(bias, bf16))

# What to multiply x by: 0 with the probability that the settings have under that name, else what
# makes up for it. Whoever trains has drawn which numbers are kept, one uint8 in c["kept." + name]
# for each number that is asked about; used counts them. libtorch draws slower, and for all threads.
def kept(x: Tensor, name: str, c: Dict[str, Tensor], used: Dict[str, int]) -> Tensor:
  start = used[name]
  end = start + x.numel()
  used[name] = end
  return c["kept." + name][start:end].view(x.size()).to(x.dtype) * (1. / (1. - float(c[name])))

# Nothing is used yet.
def unused() -> Dict[str, int]:
  return {"hidden_dropout_prob": 0, "attention_probs_dropout_prob": 0, "classifier_dropout": 0}

# Zeroes each number with the probability of that name and scales the others up.
def dropout(x: Tensor, name: str, c: Dict[str, Tensor], used: Dict[str, int]) -> Tensor:
  if float(c[name]) == 0.:
    return x
  return x * __torch__.blocks.kept(x, name, c, used)

# x + dropout(y)
def sum(x: Tensor, y: Tensor, name: str, c: Dict[str, Tensor], used: Dict[str, int]) -> Tensor:
  if float(c[name]) == 0.:
    return x + y
  return torch.addcmul(x, y, __torch__.blocks.kept(y, name, c, used))

# Queries, keys and values out of their common product. qkv (B, T, 3 D) -> (B, N, T, E) each
def parts(qkv: Tensor, heads: int) -> Tuple[Tensor, Tensor, Tensor]:
  split = qkv.view(qkv.size(0), qkv.size(1), 3, heads, -1).permute(2, 0, 3, 1, 4).contiguous()
  return (split[0], split[1], split[2])

# What is added to the scores: nothing, or minus infinity where a token is not to be seen.
# seen (B, 1, T) or (B, T, T) bool -> (B N, 1, T) or (B N, T, T)
def bias(seen: Tensor, heads: int, bf16: bool) -> Tensor:
  zeros = torch.zeros(seen.size(), dtype=6, device=seen.device)
  hidden = torch.masked_fill(zeros, torch.logical_not(seen), float("-inf"))
  return torch.repeat_interleave(__torch__.blocks.factor(hidden, bf16), heads, 0)

# Attention of tokens to the tokens that they may see, of which each has at least one.
# q, k, v (B, N, T, E), bias as above -> (B, T, D)
def attention(q: Tensor, k: Tensor, v: Tensor, bias: Tensor, c: Dict[str, Tensor], used: Dict[str, int]) -> Tensor:
  # The fused kernel of the processor knows no dropout, and its gradient is slow on short texts.
  rows, heads, tokens, size = q.size(0), q.size(1), q.size(2), q.size(3)
  left = q.reshape(rows * heads, tokens, size)
  right = k.reshape(rows * heads, tokens, size).transpose(1, 2)
  scores = torch.baddbmm(bias, left, right, beta=1, alpha=float(size) ** -0.5) # (B N, T, T)
  weights = __torch__.blocks.dropout(torch.softmax(scores, -1), "attention_probs_dropout_prob", c, used) # in float32 inside
  mixed = torch.bmm(weights, v.reshape(rows * heads, tokens, size))
  return mixed.view(rows, heads, tokens, size).transpose(1, 2).flatten(2)

# Rotary positions (RoPE, https://arxiv.org/abs/2104.09864): cosine and sine of the angle by which
# each pair of numbers of a token's vector is turned. -> (T, E) float32 each
def angles(tokens: int, size: int, theta: float, like: Tensor) -> Tuple[Tensor, Tensor]:
  pairs = torch.arange(0, size, 2, dtype=6, device=like.device) / float(size)
  places = torch.arange(tokens, dtype=6, device=like.device)
  turn = torch.outer(places, 1. / torch.pow(theta, pairs))
  turn = torch.cat([turn, turn], -1)
  return (torch.cos(turn), torch.sin(turn))

# x (B, N, T, E), turned in float32
def turned(x: Tensor, angles: Tuple[Tensor, Tensor]) -> Tensor:
  cos, sin = angles
  wide = x.to(6)
  left, right = torch.chunk(wide, 2, -1)
  return (wide * cos + torch.cat([torch.neg(right), left], -1) * sin).to(x.dtype)

# kind 0: gelu as defined, 1: its approximation by tanh, 2: relu
def activation(x: Tensor, kind: int) -> Tensor:
  if kind == 0:
    return torch.gelu(x)
  if kind == 1:
    return torch.gelu(x, approximate="tanh")
  return torch.relu(x)

# The mean of the vectors of the tokens that are not padding. x (B, T, D), mask (B, T) -> (B, D)
def mean(x: Tensor, mask: Tensor) -> Tensor:
  seen = mask.to(6).unsqueeze(-1)
  return torch.sum(x.to(6) * seen, [1]) / torch.sum(seen, [1])

# One vector for each text. head 0: the first token's, 1: the mean. x (B, T, D) -> (B, D)
def pooled(x: Tensor, mask: Tensor, head: int) -> Tensor:
  if head == 1:
    return __torch__.blocks.mean(x, mask)
  return x[:, 0].to(6)

# The last layer, always in float32. x (B, D) -> (B, C)
def classifier(x: Tensor, w: Dict[str, Tensor], c: Dict[str, Tensor], used: Dict[str, int]) -> Tensor:
  x = __torch__.blocks.dropout(x, "classifier_dropout", c, used)
  return torch.linear(x, w["classifier.weight"], w["classifier.bias"])
