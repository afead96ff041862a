import __torch__.blocks

# DistilBERT: https://arxiv.org/abs/1910.01108, with the weight names of
# https://github.com/huggingface/transformers/blob/main/src/transformers/models/distilbert
# Shapes and precision: see blocks.py. Settings (c) carry BERT's names, so that one Java type
# serves both.
class DistilBert(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]

  def forward(self: __torch__.DistilBert, w: Dict[str, Tensor], c: Dict[str, Tensor], ids: Tensor, mask: Tensor) -> Tensor:
    return self.logits(w, c, ids, mask)

  # ids (B, T) int64, mask (B, T), 0 for padding -> (B, C)
  def logits(self: __torch__.DistilBert, w: Dict[str, Tensor], c: Dict[str, Tensor], ids: Tensor, mask: Tensor) -> Tensor:
    used = __torch__.blocks.unused()
    x = self.encode(w, c, ids, mask.to(11), used)
    head = int(c["head"])
    if head == 3:
      x = torch.relu(__torch__.blocks.linear(x[:, 0].to(6), w, "pre_classifier", False))
    else:
      x = __torch__.blocks.pooled(x, mask, head)
    return __torch__.blocks.classifier(x, w, c, used)

  # -> (B, T, D) in float32
  def last_hidden_state(self: __torch__.DistilBert, w: Dict[str, Tensor], c: Dict[str, Tensor], ids: Tensor, mask: Tensor) -> Tensor:
    return self.encode(w, c, ids, mask.to(11), __torch__.blocks.unused()).to(6)

  def encode(self: __torch__.DistilBert, w: Dict[str, Tensor], c: Dict[str, Tensor], ids: Tensor, mask: Tensor, used: Dict[str, int]) -> Tensor:
    bf16 = bool(c["bf16"])
    eps = float(c["layer_norm_eps"])
    hidden = "hidden_dropout_prob"
    e = "distilbert.embeddings."
    x = torch.embedding(w[e + "word_embeddings.weight"], ids) # (B, T, D)
    x = x + w[e + "position_embeddings.weight"][:ids.size(1)]
    x = __torch__.blocks.dropout(__torch__.blocks.norm(x, w, e + "LayerNorm", eps), hidden, c, used)
    x = __torch__.blocks.factor(x, bf16)
    heads = int(c["num_attention_heads"])
    bias = __torch__.blocks.bias(mask.unsqueeze(1), heads, bf16)
    for i in range(int(c["num_hidden_layers"])):
      p = "distilbert.transformer.layer." + str(i)
      a = p + ".attention."
      qkv = __torch__.blocks.projections(x, w, a + "q_lin", a + "k_lin", a + "v_lin", bf16)
      q, k, v = __torch__.blocks.parts(qkv, heads)
      y = __torch__.blocks.attention(q, k, v, bias, c, used)
      y = __torch__.blocks.linear(y, w, a + "out_lin", bf16)
      x = __torch__.blocks.norm(x + y, w, p + ".sa_layer_norm", eps)
      y = __torch__.blocks.linear(x, w, p + ".ffn.lin1", bf16) # (B, T, F)
      y = __torch__.blocks.activation(y, int(c["hidden_act"]))
      y = __torch__.blocks.linear(y, w, p + ".ffn.lin2", bf16)
      x = __torch__.blocks.norm(__torch__.blocks.sum(x, y, hidden, c, used), w, p + ".output_layer_norm", eps)
    return x
