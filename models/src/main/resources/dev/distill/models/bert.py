import __torch__.blocks

# BERT, a post-norm encoder: https://arxiv.org/abs/1810.04805, with the weight names of
# https://github.com/huggingface/transformers/blob/main/src/transformers/models/bert
# Shapes and precision: see blocks.py. Settings (c) carry the names of config.json.
class Bert(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]

  def forward(self: __torch__.Bert, w: Dict[str, Tensor], c: Dict[str, Tensor], ids: Tensor, mask: Tensor) -> Tensor:
    return self.logits(w, c, ids, mask)

  # ids (B, T) int64, mask (B, T), 0 for padding -> (B, C)
  def logits(self: __torch__.Bert, w: Dict[str, Tensor], c: Dict[str, Tensor], ids: Tensor, mask: Tensor) -> Tensor:
    used = __torch__.blocks.unused()
    x = self.encode(w, c, ids, mask.to(11), used)
    head = int(c["head"])
    if head == 2:
      x = torch.tanh(__torch__.blocks.linear(x[:, 0].to(6), w, "bert.pooler.dense", False))
    else:
      x = __torch__.blocks.pooled(x, mask, head)
    return __torch__.blocks.classifier(x, w, c, used)

  # -> (B, T, D) in float32
  def last_hidden_state(self: __torch__.Bert, w: Dict[str, Tensor], c: Dict[str, Tensor], ids: Tensor, mask: Tensor) -> Tensor:
    return self.encode(w, c, ids, mask.to(11), __torch__.blocks.unused()).to(6)

  def encode(self: __torch__.Bert, w: Dict[str, Tensor], c: Dict[str, Tensor], ids: Tensor, mask: Tensor, used: Dict[str, int]) -> Tensor:
    bf16 = bool(c["bf16"])
    eps = float(c["layer_norm_eps"])
    hidden = "hidden_dropout_prob"
    e = "bert.embeddings."
    x = torch.embedding(w[e + "word_embeddings.weight"], ids) # (B, T, D)
    x = x + w[e + "position_embeddings.weight"][:ids.size(1)] + w[e + "token_type_embeddings.weight"][0]
    x = __torch__.blocks.dropout(__torch__.blocks.norm(x, w, e + "LayerNorm", eps), hidden, c, used)
    x = __torch__.blocks.factor(x, bf16)
    heads = int(c["num_attention_heads"])
    bias = __torch__.blocks.bias(mask.unsqueeze(1), heads, bf16)
    for i in range(int(c["num_hidden_layers"])):
      p = "bert.encoder.layer." + str(i)
      a = p + ".attention.self."
      qkv = __torch__.blocks.projections(x, w, a + "query", a + "key", a + "value", bf16)
      q, k, v = __torch__.blocks.parts(qkv, heads)
      y = __torch__.blocks.attention(q, k, v, bias, c, used)
      y = __torch__.blocks.linear(y, w, p + ".attention.output.dense", bf16)
      x = __torch__.blocks.norm(__torch__.blocks.sum(x, y, hidden, c, used), w, p + ".attention.output.LayerNorm", eps)
      y = __torch__.blocks.linear(x, w, p + ".intermediate.dense", bf16) # (B, T, F)
      y = __torch__.blocks.activation(y, int(c["hidden_act"]))
      y = __torch__.blocks.linear(y, w, p + ".output.dense", bf16)
      x = __torch__.blocks.norm(__torch__.blocks.sum(x, y, hidden, c, used), w, p + ".output.LayerNorm", eps)
    return x
