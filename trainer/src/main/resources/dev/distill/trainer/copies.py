# Arrays over the same memory for each of several threads, which record gradients of their own.
# Factors of products are rounded to bfloat16 once, for all of them.
class Copies(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]
  # -> for each thread: factors, others
  def forward(self: __torch__.Copies, factors: List[Tensor], others: List[Tensor], bf16: Tensor, threads: Tensor) -> List[Tensor]:
    copies = annotate(List[Tensor], [])
    for x in factors:
      if bool(bf16):
        x = x.detach().to(15)
      copies.append(x)
    for x in others:
      copies.append(x)
    all = annotate(List[Tensor], [])
    for _ in range(int(threads)):
      for x in copies:
        all.append(x.detach().requires_grad_(True))
    return all
