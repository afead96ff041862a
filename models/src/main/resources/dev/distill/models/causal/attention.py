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
# j, else -inf. plain: each row is one document from its first token, so that being causal is all
# there is; the mask is then the same for all rows, and without numbers for long ones.
# q_positions, q_segments (B, T), k_... (B, S) -> (B or 1, 1, T, S)
def mask(q_positions: Tensor, q_segments: Tensor, k_positions: Tensor, k_segments: Tensor, start: int, window: int, plain: bool, dtype: int) -> Tensor:
  device = q_segments.device
  T = q_segments.size(1)
  S = k_segments.size(1)
  causal = plain and (window == 0 or T <= window)
  if causal and T > 1024:
    return torch.empty([0], dtype=dtype, device=device)
  seen = torch.ge(torch.arange(start, start + T, device=device).unsqueeze(-1), torch.arange(S, device=device)).unsqueeze(0) # (1, T, S)
  if not causal:
    seen = torch.logical_and(seen, torch.eq(q_segments.unsqueeze(-1), k_segments.unsqueeze(1)))
    if window > 0:
      near = torch.lt(q_positions.unsqueeze(-1) - k_positions.unsqueeze(1), window)
      seen = torch.logical_and(seen, near)
  added = torch.zeros(seen.size(), dtype=dtype, device=device)
  added = torch.masked_fill(added, torch.logical_not(seen), float("-inf"))
  return added.unsqueeze(1)

# q (B, H, T, E), k and v (B, K, S, E), mask as above -> (B, T, H E)
def attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor, scale: float, softcap: float) -> Tensor:
  B, H, T, E = q.size(0), q.size(1), q.size(2), q.size(3)
  K = k.size(1)
  S = k.size(2)
  G = H // K
  if mask.numel() == 0:
    k = k.unsqueeze(2).expand([B, K, G, S, E]).reshape([B, H, S, E])
    v = v.unsqueeze(2).expand([B, K, G, S, E]).reshape([B, H, S, E])
    mixed = torch.scaled_dot_product_attention(q, k, v, None, 0., True, scale=scale)
  elif T * S > 1048576 and softcap == 0.:
    # The heads of a group become further queries, so that no key is copied.
    mixed = torch.scaled_dot_product_attention(q.reshape([B, K, G * T, E]), k, v, mask.repeat([1, 1, G, 1]), 0., False, scale=scale)
    mixed = mixed.view([B, H, T, E])
  else:
    # Up to about a thousand tokens this is faster than the fused kernel of the processor: in
    # bfloat16 a sixth of its time for 256 tokens, forward and back. No query sees a later key, so
    # that the first queries need not be multiplied by the last keys.
    q = q.view([B, K, G, T, E]) * scale
    n = T
    if T >= 256:
      n = 128
    parts = annotate(List[Tensor], [])
    for i in range((T + n - 1) // n):
      first = i * n
      last = first + n
      if last > T:
        last = T
      seen = S - T + last
      rows = q[:, :, :, first:last].reshape([B, K, G * (last - first), E])
      scores = torch.matmul(rows, k[:, :, :seen].transpose(-1, -2)).view([B, K, G, last - first, seen])
      if softcap > 0.:
        scores = torch.tanh(scores / softcap) * softcap
      weights = torch.softmax(scores + mask[:, :, first:last, :seen].unsqueeze(1), -1) # sums in float32 in any case
      part = torch.matmul(weights.view([B, K, G * (last - first), seen]), v[:, :, :seen])
      parts.append(part.view([B, H, last - first, E]))
    mixed = parts[0]
    if n < T:
      mixed = torch.cat(parts, 2)
  return mixed.transpose(1, 2).reshape([B, T, H * E])
