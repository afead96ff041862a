import __torch__.parts
import __torch__.attention
import __torch__.deltanet

# A decoder of the families Llama, Qwen2, Qwen3, Gemma 3 and Qwen3.5, with the weight names of
# https://github.com/huggingface/transformers/tree/v5.18.0/src/transformers/models
# Where the families differ, the settings (c) and the weights' names (w) tell.
#
# Shapes: see parts.py. context is what all layers share: cosines, sines and mask of layers that see
# everything, the same three of layers with a sliding window, segments.
class Decoder(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]

  def forward(self: __torch__.Decoder, w: Dict[str, Tensor], c: Dict[str, Tensor], ids: Tensor, positions: Tensor, segments: Tensor) -> Tensor:
    return self.hidden_states(w, c, ids, positions, segments)

  # ids, positions, segments (B, T) int64 -> (B, T, D) after the last norm
  def hidden_states(self: __torch__.Decoder, w: Dict[str, Tensor], c: Dict[str, Tensor], ids: Tensor, positions: Tensor, segments: Tensor) -> Tensor:
    context = self.context(c, positions, segments)
    x = self.embed(w, c, ids)
    x = self.run(w, c, context, x, 0, int(c["num_hidden_layers"]), annotate(List[Tensor], []), 0)
    return self.final_norm(w, c, x)

  # (B, T) -> (B, T, D)
  def embed(self: __torch__.Decoder, w: Dict[str, Tensor], c: Dict[str, Tensor], ids: Tensor) -> Tensor:
    x = torch.embedding(w["model.embed_tokens.weight"], ids).to(int(c["dtype"]))
    scale = float(c["embedding_scale"])
    if scale != 1.:
      x = x * scale
    return x

  # Adds to the gradient of the embedding (V, D) that by what embed gave; begins with zeros unless begun.
  def embed_back(self: __torch__.Decoder, c: Dict[str, Tensor], ids: Tensor, of_x: Tensor, sum: Tensor, begun: Tensor) -> Tensor:
    if not bool(begun):
      sum.zero_()
    return sum.index_add_(0, ids.flatten(), of_x.flatten(0, 1).to(6), alpha=float(c["embedding_scale"]))

  def context(self: __torch__.Decoder, c: Dict[str, Tensor], positions: Tensor, segments: Tensor) -> List[Tensor]:
    return self.context_of(c, positions, segments, positions, segments, 0)

  # Queries are the tokens from number start on, keys those up to the last of them.
  def context_of(self: __torch__.Decoder, c: Dict[str, Tensor], positions: Tensor, segments: Tensor, k_positions: Tensor, k_segments: Tensor, start: int) -> List[Tensor]:
    dtype = int(c["dtype"])
    plain = start == 0 and float(c["attn_logit_softcapping"]) == 0. and int(torch.max(segments)) < 2
    context = __torch__.attention.angles(positions, c["inverse_frequencies"], dtype)
    context.append(__torch__.attention.mask(positions, segments, k_positions, k_segments, start, 0, plain, dtype))
    window = int(c["sliding_window"])
    if window > 0:
      local = __torch__.attention.angles(positions, c["local_inverse_frequencies"], dtype)
      local.append(__torch__.attention.mask(positions, segments, k_positions, k_segments, start, window, plain, dtype))
    else:
      local = [context[0], context[1], context[2]]
    for part in local:
      context.append(part)
    context.append(segments)
    return context

  # Layers first to last - 1. x (B, T, D) -> (B, T, D)
  def layers(self: __torch__.Decoder, w: Dict[str, Tensor], c: Dict[str, Tensor], context: List[Tensor], x: Tensor, first: Tensor, last: Tensor) -> Tensor:
    return self.run(w, c, context, x, int(first), int(last), annotate(List[Tensor], []), 0)

  def final_norm(self: __torch__.Decoder, w: Dict[str, Tensor], c: Dict[str, Tensor], x: Tensor) -> Tensor:
    return __torch__.parts.norm(x, w, c, "model.norm")

  # x (B, T, D) after the last norm, rows (N) as numbers of the B T tokens -> (N, V) float32
  def logits(self: __torch__.Decoder, w: Dict[str, Tensor], c: Dict[str, Tensor], x: Tensor, rows: Tensor) -> Tensor:
    chosen = torch.index_select(x.flatten(0, 1), 0, rows)
    name = "lm_head.weight"
    if bool(c["tie_word_embeddings"]):
      name = "model.embed_tokens.weight"
    y = torch.linear(chosen, w[name].to(x.dtype)).to(6)
    softcap = float(c["final_logit_softcapping"])
    if softcap > 0.:
      y = torch.tanh(y / softcap) * softcap
    return y

  # What the tokens so far left: two arrays for each layer, then positions and segments (rows, columns).
  def new_cache(self: __torch__.Decoder, c: Dict[str, Tensor], rows: Tensor, columns: Tensor) -> List[Tensor]:
    B = int(rows)
    dtype = int(c["dtype"])
    device = c["dtype"].device
    P, U, N = int(c["linear_key_head_dim"]), int(c["linear_value_head_dim"]), int(c["linear_num_value_heads"])
    channels = 2 * int(c["linear_num_key_heads"]) * P + N * U
    cache = annotate(List[Tensor], [])
    for i in range(int(c["num_hidden_layers"])):
      if int(c["layer_types"][i]) == 2:
        cache.append(torch.zeros([B, channels, int(c["linear_conv_kernel_dim"]) - 1], dtype=dtype, device=device))
        cache.append(torch.zeros([B, N, P, U], dtype=6, device=device))
      else:
        for _ in range(2):
          cache.append(torch.zeros([B, int(c["num_key_value_heads"]), int(columns), int(c["head_dim"])], dtype=dtype, device=device))
    for _ in range(2):
      cache.append(torch.zeros([B, int(columns)], dtype=4, device=device))
    return cache

  # The same with room for more columns.
  def wider_cache(self: __torch__.Decoder, c: Dict[str, Tensor], cache: List[Tensor], columns: Tensor) -> List[Tensor]:
    wider = annotate(List[Tensor], [])
    layers = int(c["num_hidden_layers"])
    for i in range(torch.len(cache)):
      x = cache[i]
      if i >= 2 * layers:
        x = torch.constant_pad_nd(x, [0, int(columns) - x.size(1)])
      elif int(c["layer_types"][i // 2]) != 2:
        x = torch.constant_pad_nd(x, [0, 0, 0, int(columns) - x.size(2)])
      wider.append(x)
    return wider

  # The same for some of the rows, or for some of them several times.
  def cache_of(self: __torch__.Decoder, cache: List[Tensor], rows: Tensor) -> List[Tensor]:
    chosen = annotate(List[Tensor], [])
    for x in cache:
      chosen.append(torch.index_select(x, 0, rows))
    return chosen

  # Adds tokens number start to start + T - 1 of each row; ids, positions, segments (B, T), chosen (N)
  # as numbers of the B T tokens -> logits (N, V) and the logarithms of their sums of powers (N)
  def extend(self: __torch__.Decoder, w: Dict[str, Tensor], c: Dict[str, Tensor], cache: List[Tensor], ids: Tensor, positions: Tensor, segments: Tensor, start: Tensor, chosen: Tensor) -> List[Tensor]:
    first = int(start)
    end = first + ids.size(1)
    layers = int(c["num_hidden_layers"])
    torch.copy_(cache[2 * layers][:, first:end], positions)
    torch.copy_(cache[2 * layers + 1][:, first:end], segments)
    context = self.context_of(c, positions, segments, cache[2 * layers][:, :end], cache[2 * layers + 1][:, :end], first)
    x = self.run(w, c, context, self.embed(w, c, ids), 0, layers, cache, first)
    # Only the chosen tokens pass the last norm and the output matrix.
    x = torch.index_select(x.flatten(0, 1), 0, chosen).unsqueeze(0)
    y = self.logits(w, c, self.final_norm(w, c, x), torch.arange(x.size(1), device=x.device))
    return [y, torch.logsumexp(y, [-1])]

  # With a cache, its two arrays for each layer hold what tokens before number start left.
  def run(self: __torch__.Decoder, w: Dict[str, Tensor], c: Dict[str, Tensor], context: List[Tensor], x: Tensor, first: int, last: int, cache: List[Tensor], start: int) -> Tensor:
    kinds = c["layer_types"]
    sandwich = bool(c["sandwich_norms"])
    for i in range(first, last):
      p = "model.layers." + str(i)
      h = __torch__.parts.norm(x, w, c, p + ".input_layernorm")
      if int(kinds[i]) == 2:
        own = cache
        if torch.len(cache) > 0:
          own = [cache[2 * i], cache[2 * i + 1]]
        h = __torch__.deltanet.mix(h, w, c, p + ".linear_attn", context[6], own)
      else:
        h = self.attention(w, c, context, h, p + ".self_attn", int(kinds[i]) == 1, cache, i, start)
      if sandwich:
        h = __torch__.parts.norm(h, w, c, p + ".post_attention_layernorm")
      x = x + h
      before = ".post_attention_layernorm"
      if sandwich:
        before = ".pre_feedforward_layernorm"
      h = __torch__.parts.norm(x, w, c, p + before)
      h = __torch__.parts.feed_forward(h, w, c, p + ".mlp")
      if sandwich:
        h = __torch__.parts.norm(h, w, c, p + ".post_feedforward_layernorm")
      x = x + h
    return x

  # (B, T, D) -> (B, T, D)
  def attention(self: __torch__.Decoder, w: Dict[str, Tensor], c: Dict[str, Tensor], context: List[Tensor], x: Tensor, name: str, sliding: bool, cache: List[Tensor], layer: int, start: int) -> Tensor:
    B, T = x.size(0), x.size(1)
    E = int(c["head_dim"])
    q = __torch__.parts.linear(x, w, c, name + ".q_proj").view([B, T, int(c["num_attention_heads"]), -1])
    k = __torch__.parts.linear(x, w, c, name + ".k_proj").view([B, T, -1, E])
    v = __torch__.parts.linear(x, w, c, name + ".v_proj").view([B, T, -1, E]).transpose(1, 2)
    gate = q[..., E:] # Qwen3.5: each head has a gate for what it mixes
    q = q[..., :E]
    if torch.__contains__(w, name + ".q_norm.weight"):
      q = __torch__.parts.norm(q, w, c, name + ".q_norm")
      k = __torch__.parts.norm(k, w, c, name + ".k_norm")
    kind = 0
    if sliding:
      kind = 3
    q = __torch__.attention.rotated(q.transpose(1, 2), context[kind], context[kind + 1])
    k = __torch__.attention.rotated(k.transpose(1, 2), context[kind], context[kind + 1])
    if torch.len(cache) > 0:
      torch.copy_(cache[2 * layer][:, :, start:start + T], k)
      torch.copy_(cache[2 * layer + 1][:, :, start:start + T], v)
      k = cache[2 * layer][:, :, :start + T]
      v = cache[2 * layer + 1][:, :, :start + T]
    mixed = __torch__.attention.attend(q, k, v, context[kind + 2], float(c["attention_scale"]), float(c["attn_logit_softcapping"]))
    if gate.numel() > 0:
      mixed = mixed * torch.sigmoid(gate.reshape([B, T, -1]))
    return __torch__.parts.linear(mixed, w, c, name + ".o_proj")
