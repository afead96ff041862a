class Sums(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]
  def forward(self: __torch__.Sums, x: Tensor) -> Tensor:
    return x
  def weighted(self: __torch__.Sums, w: Dict[str, Tensor], x: Tensor, times: Tensor) -> Tensor:
    return torch.sum(w["layer.0.weight"] * x) * float(times)
  def add(self: __torch__.Sums, p: List[Tensor], q: List[Tensor]) -> List[Tensor]:
    torch._foreach_add_(p, q, alpha=1)
    return p
  def noise(self: __torch__.Sums, x: Tensor) -> Tensor:
    return torch.dropout(x, 0.5, True)
  def total(self: __torch__.Sums, x: Tensor) -> Tensor:
    return torch.sum(x)
