# Which token sees which, rotary positions, and grouped-query attention. Shapes: see parts.py.
#
# Each token has a segment: 1, 2, ... for the documents of a row in their order, 0 for padding,
# which is on the right. A token sees the tokens of its own segment that are not after it.

# Cosines and sines of each position: https://arxiv.org/abs/2104.09864
# positions (B, T), inverse_frequencies (R / 2) -> (B, 1, T, R / 2) each
def angles(positions: Tensor, inverse_frequencies: Tensor, dtype: int) -> List[Tensor]:
  turns = (positions.to(6).unsqueeze(-1) * inverse_frequencies).unsqueeze(1)
  return [torch.cos(turns).to(dtype), torch.sin(turns).to(dtype)]

# The first R numbers of each head are turned, the others are as they were. x (B, H, T, E)
def rotated(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  half = cos.size(-1)
  left = x[..., :half]
  right = x[..., half:2 * half]
  parts = [left * cos - right * sin, right * cos + left * sin]
  if 2 * half < x.size(-1):
    parts = [parts[0], parts[1], x[..., 2 * half:]]
  return torch.cat(parts, -1)

# What is added to the scores: 0 where query i, which is token number start + i of its row, sees key
# j, else -inf. Without numbers when each row is one document from its first token, so that being
# causal is all there is. q_positions, q_segments (B, T), k_... (B, S) -> (B, 1, G T, S)
def mask(q_positions: Tensor, q_segments: Tensor, k_positions: Tensor, k_segments: Tensor, start: int, window: int, groups: int, plain: bool, dtype: int) -> Tensor:
  T = q_segments.size(1)
  S = k_segments.size(1)
  if plain and (window == 0 or T <= window):
    return torch.empty([0], dtype=dtype)
  earlier = torch.ge(torch.arange(start, start + T).unsqueeze(-1), torch.arange(S)) # (T, S)
  seen = torch.logical_and(earlier, torch.eq(q_segments.unsqueeze(-1), k_segments.unsqueeze(1)))
  if window > 0:
    near = torch.lt(q_positions.unsqueeze(-1) - k_positions.unsqueeze(1), window)
    seen = torch.logical_and(seen, near)
  added = torch.zeros(seen.size(), dtype=dtype)
  added = torch.masked_fill(added, torch.logical_not(seen), float("-inf"))
  return added.repeat([1, groups, 1]).unsqueeze(1)

# q (B, H, T, E), k and v (B, K, S, E), mask as above -> (B, T, H E)
def attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor, scale: float, softcap: float) -> Tensor:
  B, H, T, E = q.size(0), q.size(1), q.size(2), q.size(3)
  K = k.size(1)
  S = k.size(2)
  G = H // K
  if q.requires_grad and S <= 1024 and softcap == 0.:
    # The way back through the processor's fused kernel takes three times as long as through the
    # products themselves, as long as their scores, (B, H, T, S), are small.
    scores = torch.matmul((q * scale).reshape([B, K, G * T, E]), k.transpose(-1, -2))
    if mask.numel() == 0:
      later = torch.gt(torch.arange(S), torch.arange(T).unsqueeze(-1)) # (T, S)
      mask = torch.masked_fill(torch.zeros([T, S], dtype=q.dtype), later, float("-inf")).repeat([G, 1])
    weights = torch.softmax(scores.add_(mask), -1)
    mixed = torch.matmul(weights, v).view([B, H, T, E])
  elif mask.numel() == 0:
    if G > 1:
      k = k.unsqueeze(2).expand([B, K, G, S, E]).reshape([B, H, S, E])
      v = v.unsqueeze(2).expand([B, K, G, S, E]).reshape([B, H, S, E])
    mixed = torch.scaled_dot_product_attention(q, k, v, None, 0., True, scale=scale)
  else:
    # The heads of a group become further queries, so that no key is copied.
    q = q.reshape([B, K, G * T, E])
    if softcap > 0.:
      scores = torch.matmul(q, k.transpose(-1, -2)) * scale
      scores = torch.tanh(scores / softcap) * softcap
      mixed = torch.matmul(torch.softmax(scores + mask, -1, 6).to(v.dtype), v)
    else:
      mixed = torch.scaled_dot_product_attention(q, k, v, mask, 0., False, scale=scale)
    mixed = mixed.view([B, H, T, E])
  return mixed.transpose(1, 2).reshape([B, T, H * E])
