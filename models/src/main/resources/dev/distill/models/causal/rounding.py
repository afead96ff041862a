# Copies of weights that need no gradients: float32, or rounded to bfloat16 (15).
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
      copies.append(x.to(15).detach())
    return copies
  def copied(self: __torch__.Rounding, p: List[Tensor]) -> List[Tensor]:
    copies = annotate(List[Tensor], [])
    for x in p:
      copies.append(x.clone().detach())
    return copies
