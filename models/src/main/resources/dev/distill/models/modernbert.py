import __torch__.blocks

# ModernBERT, a pre-norm encoder without biases: https://arxiv.org/abs/2412.13663, with the weight
# names of https://github.com/huggingface/transformers/blob/main/src/transformers/models/modernbert
# Shapes and precision: see blocks.py. Settings (c) carry BERT's names where the thing is the same.
class ModernBert(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]

  def forward(self: __torch__.ModernBert, w: Dict[str, Tensor], c: Dict[str, Tensor], ids: Tensor, mask: Tensor) -> Tensor:
    return self.logits(w, c, ids, mask)

  # ids (B, T) int64, mask (B, T), 0 for padding -> (B, C)
  def logits(self: __torch__.ModernBert, w: Dict[str, Tensor], c: Dict[str, Tensor], ids: Tensor, mask: Tensor) -> Tensor:
    used = __torch__.blocks.unused()
    x = self.encode(w, c, ids, mask.to(11), used)
    head = int(c["head"])
    x = __torch__.blocks.pooled(x, mask, head - 4 if head >= 4 else head)
    if head >= 4:
      x = torch.gelu(torch.linear(x, w["head.dense.weight"]))
      x = self.norm(w, c, "head.norm", x)
    return __torch__.blocks.classifier(x, w, c, used)

  # -> (B, T, D) in float32
  def last_hidden_state(self: __torch__.ModernBert, w: Dict[str, Tensor], c: Dict[str, Tensor], ids: Tensor, mask: Tensor) -> Tensor:
    return self.encode(w, c, ids, mask.to(11), __torch__.blocks.unused()).to(6)

  def norm(self: __torch__.ModernBert, w: Dict[str, Tensor], c: Dict[str, Tensor], name: str, x: Tensor) -> Tensor:
    return torch.layer_norm(x, [x.size(-1)], w[name + ".weight"], None, float(c["layer_norm_eps"]))

  def encode(self: __torch__.ModernBert, w: Dict[str, Tensor], c: Dict[str, Tensor], ids: Tensor, mask: Tensor, used: Dict[str, int]) -> Tensor:
    bf16 = bool(c["bf16"])
    hidden = "hidden_dropout_prob"
    heads = int(c["num_attention_heads"])
    x = torch.embedding(w["model.embeddings.tok_embeddings.weight"], ids) # (B, T, D)
    x = __torch__.blocks.dropout(self.norm(w, c, "model.embeddings.norm", x), hidden, c, used)
    x = __torch__.blocks.factor(x, bf16)
    seen = mask.unsqueeze(1) # (B, 1, T)
    near = torch.logical_and(seen, self.window(ids, int(c["local_attention"])))
    # A token of the padding may be too far from the text to see any of it: it sees itself.
    near = torch.logical_or(near, torch.eye(ids.size(1), dtype=11, device=ids.device))
    full = __torch__.blocks.bias(seen, heads, bf16)
    near = __torch__.blocks.bias(near, heads, bf16)
    size = x.size(-1) // heads
    turn_full = __torch__.blocks.angles(ids.size(1), size, float(c["full_theta"]), ids)
    turn_near = __torch__.blocks.angles(ids.size(1), size, float(c["sliding_theta"]), ids)
    for i in range(int(c["num_hidden_layers"])):
      p = "model.layers." + str(i)
      y = x
      if i > 0:
        y = self.norm(w, c, p + ".attn_norm", x)
      wqkv = __torch__.blocks.factor(w[p + ".attn.Wqkv.weight"], bf16)
      q, k, v = __torch__.blocks.parts(torch.linear(y, wqkv), heads)
      if bool(c["full_attention"][i]):
        q, k = __torch__.blocks.turned(q, turn_full), __torch__.blocks.turned(k, turn_full)
        y = __torch__.blocks.attention(q, k, v, full, c, used)
      else:
        q, k = __torch__.blocks.turned(q, turn_near), __torch__.blocks.turned(k, turn_near)
        y = __torch__.blocks.attention(q, k, v, near, c, used)
      y = torch.linear(y, __torch__.blocks.factor(w[p + ".attn.Wo.weight"], bf16))
      x = __torch__.blocks.sum(x, y, "attention_probs_dropout_prob", c, used)
      y = torch.linear(self.norm(w, c, p + ".mlp_norm", x), __torch__.blocks.factor(w[p + ".mlp.Wi.weight"], bf16))
      inner, gate = torch.chunk(y, 2, -1) # (B, T, F) each
      y = __torch__.blocks.dropout(__torch__.blocks.activation(inner, int(c["hidden_act"])) * gate, hidden, c, used)
      x = x + torch.linear(y, __torch__.blocks.factor(w[p + ".mlp.Wo.weight"], bf16))
    return self.norm(w, c, "model.final_norm", x)

  # Which tokens see which: half of the window on each side. -> (T, T) bool
  def window(self: __torch__.ModernBert, ids: Tensor, size: int) -> Tensor:
    place = torch.arange(ids.size(1), device=ids.device)
    return torch.le(torch.abs(place.unsqueeze(1) - place), size // 2)
