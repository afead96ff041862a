import __torch__.parts

# Layers of gated delta rule (Yang et al. 2025, https://arxiv.org/abs/2412.06464), as Qwen3.5 has
# them. A state of fixed size takes the place of keys and values: for each token, with key k, value
# v, strength b and decay d,  S <- d S;  S <- S + k (b (v - k S));  out = q S.
# Follows https://github.com/huggingface/transformers/blob/v5.18.0/src/transformers/models/qwen3_5/modeling_qwen3_5.py
#
# Shapes: see parts.py; N value heads, P size of a key, U size of a value, C tokens of a chunk, M
# chunks of a row, W channels of the convolution (queries, keys and values).
# segments (B, T) as in attention.py; a state never passes from one document to the next, and padding
# leaves it as it is.

# A sum over the last tokens of each channel. before (B, W, L - 1) are the inputs of earlier tokens
# of the same document. x (B, W, T), weight (W, 1, L) -> (B, W, T)
def convolution(x: Tensor, before: Tensor, weight: Tensor, segments: Tensor) -> Tensor:
  L = weight.size(2)
  T = x.size(2)
  taps = weight.to(x.dtype).squeeze(1)
  padded = torch.cat([before.to(x.dtype), x], 2) # (B, W, L - 1 + T)
  # Tokens before the row's first belong to the document that it goes on with.
  joined = torch.cat([segments[:, :1].expand([-1, L - 1]), segments], 1)
  y = x * taps[:, L - 1:]
  for lag in range(1, L):
    at = L - 1 - lag
    same = torch.eq(joined[:, at:at + T], segments).to(x.dtype).unsqueeze(1) # (B, 1, T)
    y = y + padded[:, :, at:at + T] * same * taps[:, at:at + 1]
  return torch.silu(y)

# The inputs of the last L - 1 tokens that are not padding, zeros where a row has fewer: what the
# next token's convolution needs. -> (B, W, L - 1)
def last_inputs(x: Tensor, before: Tensor, segments: Tensor) -> Tensor:
  keep = before.size(2)
  length = torch.gt(segments, 0).sum([1]) # (B)
  at = length.unsqueeze(-1) + torch.arange(keep) # of the inputs with those before: (B, L - 1)
  padded = torch.cat([before.to(x.dtype), x], 2)
  return torch.gather(padded, 2, at.unsqueeze(1).expand([-1, x.size(1), -1]))

def unit(x: Tensor) -> Tensor:
  return x * torch.rsqrt((x * x).sum([-1], True) + 1e-06)

# The rule in chunks: within a chunk, all corrections follow from one triangular system; from chunk
# to chunk the state is handed on. A chunk of one token is the rule itself.
# q, k (B, N, T, P), v (B, N, T, U), logarithms of decays (B, N, T) <= 0, strengths (B, N, T),
# documents (B, T): the segments, padding counted to the document before it; state (B, N, P, U), of
# the document that the row begins with. All float32. -> [(B, N, T, U), the new state]
def delta_rule(q: Tensor, k: Tensor, v: Tensor, decays: Tensor, strengths: Tensor, documents: Tensor, state: Tensor) -> List[Tensor]:
  B, N, T, P = q.size(0), q.size(1), q.size(2), q.size(3)
  C = T
  if T > 64:
    C = 64
  missing = (C - T % C) % C
  M = (T + missing) // C
  q = torch.constant_pad_nd(__torch__.deltanet.unit(q) * float(P) ** -0.5, [0, 0, 0, missing]).view([B, N, M, C, P])
  k = torch.constant_pad_nd(__torch__.deltanet.unit(k), [0, 0, 0, missing]).view([B, N, M, C, P])
  v = torch.constant_pad_nd(v, [0, 0, 0, missing]).view([B, N, M, C, -1])
  strengths = torch.constant_pad_nd(strengths, [0, missing]).view([B, N, M, C, 1])
  sums = torch.cumsum(torch.constant_pad_nd(decays, [0, missing]).view([B, N, M, C]), 3) # since the chunk's start
  documents = torch.cat([documents, documents[:, T - 1:].expand([-1, missing])], 1).view([B, 1, M, C])
  last = documents[:, :, :, C - 1:] # (B, 1, M, 1)
  carried = torch.cat([documents[:, :, :1, :1], last[:, :, :M - 1]], 2) # whose state comes in
  goes_on = torch.eq(documents, carried).to(6).unsqueeze(-1) # (B, 1, M, C, 1)
  stays = torch.eq(documents, last).to(6).unsqueeze(-1)

  # decay from token j to token i of a chunk; none passes backwards or between documents
  other = torch.ne(documents.unsqueeze(4), documents.unsqueeze(3))
  hidden = torch.logical_or(other, torch.triu(torch.ones([C, C], dtype=11, device=documents.device), 1))
  between = torch.exp(torch.masked_fill(sums.unsqueeze(4) - sums.unsqueeze(3), hidden, float("-inf"))) # (B, N, M, C, C)
  since = torch.exp(sums).unsqueeze(-1) * goes_on # from the incoming state to token i
  system = torch.matmul(k * strengths, k.transpose(-1, -2)) * between
  values = torch.linalg_solve_triangular(system, v * strengths, upper=False, unitriangular=True)
  reads = torch.linalg_solve_triangular(system, k * strengths * since, upper=False, unitriangular=True)
  weights = torch.matmul(q, k.transpose(-1, -2)) * between
  q = q * since
  k = k * torch.exp(sums[:, :, :, C - 1:] - sums).unsqueeze(-1) * stays
  through = since[:, :, :, C - 1:] # (B, N, M, 1, 1)
  out = annotate(List[Tensor], [])
  for m in range(M):
    corrections = values[:, :, m] - torch.matmul(reads[:, :, m], state) # (B, N, C, U)
    out.append(torch.matmul(q[:, :, m], state) + torch.matmul(weights[:, :, m], corrections))
    state = state * through[:, :, m] + torch.matmul(k[:, :, m].transpose(-1, -2), corrections)
  return [torch.stack(out, 2).view([B, N, M * C, -1])[:, :, :T], state]

# (B, T, D) -> (B, T, D). cache: none, or the convolution's last inputs (B, W, L - 1) and the state
# (B, N, P, U), which are replaced.
def mix(x: Tensor, w: Dict[str, Tensor], c: Dict[str, Tensor], name: str, segments: Tensor, cache: List[Tensor]) -> Tensor:
  B, T = x.size(0), x.size(1)
  P = int(c["linear_key_head_dim"])
  U = int(c["linear_value_head_dim"])
  keys = int(c["linear_num_key_heads"])
  kernel = w[name + ".conv1d.weight"]
  inputs = __torch__.parts.linear(x, w, c, name + ".in_proj_qkv").transpose(1, 2) # (B, W, T)
  strengths = torch.sigmoid(__torch__.parts.linear(x, w, c, name + ".in_proj_b").to(6)).transpose(1, 2)
  steps = __torch__.parts.linear(x, w, c, name + ".in_proj_a").to(6) + w[name + ".dt_bias"].to(6)
  decays = (torch.softplus(steps) * torch.neg(torch.exp(w[name + ".A_log"].to(6)))).transpose(1, 2)
  real = torch.gt(segments, 0).to(6).unsqueeze(1) # (B, 1, T)
  strengths = strengths * real
  decays = decays * real
  N = decays.size(1)
  if torch.len(cache) > 0:
    before = cache[0]
    state = cache[1]
  else:
    before = torch.zeros([B, inputs.size(1), kernel.size(2) - 1], dtype=x.dtype, device=x.device)
    state = torch.zeros([B, N, P, U], dtype=6, device=x.device)
  mixed = __torch__.deltanet.convolution(inputs, before, kernel, segments).transpose(1, 2).to(6)
  q = mixed[..., :keys * P].reshape([B, T, keys, P])
  k = mixed[..., keys * P:2 * keys * P].reshape([B, T, keys, P])
  v = mixed[..., 2 * keys * P:].reshape([B, T, N, U]).transpose(1, 2)
  q = torch.repeat_interleave(q, N // keys, 2).transpose(1, 2)
  k = torch.repeat_interleave(k, N // keys, 2).transpose(1, 2)
  documents = torch.cummax(segments, 1)[0]
  found = __torch__.deltanet.delta_rule(q, k, v, decays, strengths, documents, state)
  if torch.len(cache) > 0:
    fresh = __torch__.deltanet.last_inputs(inputs, before, segments)
    torch.copy_(before, fresh)
    torch.copy_(state, found[1])
  y = found[0].transpose(1, 2) # (B, T, N, U)
  gate = __torch__.parts.linear(x, w, c, name + ".in_proj_z").view([B, T, N, U])
  y = __torch__.parts.rms_norm(y, w[name + ".norm.weight"], float(c["rms_norm_eps"]), 0.)
  y = (y * torch.silu(gate.to(6))).to(x.dtype)
  return __torch__.parts.linear(y.reshape([B, T, N * U]), w, c, name + ".out_proj")
