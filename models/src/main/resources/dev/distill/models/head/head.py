import __torch__.blocks

# A classifier over frozen encoder embeddings: standardisation, hidden layers with relu, one last
# layer. Shapes: B texts, T tokens of the longest text, D the encoder's hidden size, C labels.
# Everything is float32.
class Head(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]

  # Token vectors (B, T, D), mask (B, T) with 0 for padding -> (B, D)
  def pool(self: __torch__.Head, states: Tensor, mask: Tensor) -> Tensor:
    return __torch__.blocks.mean(states, mask)

  # x (B, D) -> (B, C)
  def logits(self: __torch__.Head, w: Dict[str, Tensor], x: Tensor) -> Tensor:
    x = (x - w["standardize.mean"]) * w["standardize.scale"]
    i = 0
    while "layers." + str(i) + ".weight" in w:
      layer = "layers." + str(i)
      x = torch.relu(torch.linear(x, w[layer + ".weight"], w[layer + ".bias"]))
      i += 1
    return torch.linear(x, w["classifier.weight"], w["classifier.bias"])
