# Copies of weights, float32 (6) or rounded to bfloat16 (15). Recorded, the gradients of the copies
# flow back.
class Rounding(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]
  def forward(self: __torch__.Rounding, p: List[Tensor]) -> List[Tensor]:
    return self.rounded(p)
  def rounded(self: __torch__.Rounding, p: List[Tensor]) -> List[Tensor]:
    copies = annotate(List[Tensor], [])
    for x in p:
      copies.append(x.to(15))
    return copies
  def copied(self: __torch__.Rounding, p: List[Tensor]) -> List[Tensor]:
    copies = annotate(List[Tensor], [])
    for x in p:
      copies.append(x.clone())
    return copies
