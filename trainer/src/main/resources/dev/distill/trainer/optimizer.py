# Clipping of gradients and AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101).
# p parameters, g gradients, m and v the running means of g and of g^2: all float32.

class Optimizer(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]
  def total(self: __torch__.Optimizer, g: List[Tensor], parts: Tensor) -> List[Tensor]:
    n = torch.len(g) // int(parts)
    sums = annotate(List[Tensor], [])
    for i in range(n):
      sum = g[i].to(6)
      for part in range(1, int(parts)):
        torch.add_(sum, g[part * n + i])
      sums.append(sum)
    return sums
  def add(self: __torch__.Optimizer, g: List[Tensor], more: List[Tensor]) -> Tensor:
    torch._foreach_add_(g, more)
    return g[0]
  def clip(self: __torch__.Optimizer, g: List[Tensor], max_norm: Tensor) -> List[Tensor]:
    # As torch.nn.utils.clip_grad_norm_: g * min(1, max_norm / (norm + 1e-6)), here as a divisor
    # that AdamW applies in passing, and a flag that makes AdamW leave everything as it is.
    norm = torch.linalg_vector_norm(torch.stack(torch._foreach_norm(g)))
    divisor = torch.clamp_min((norm + 1e-06) / float(max_norm), 1.0)
    skip = torch.logical_not(torch.isfinite(norm)).to(6)
    return [norm, divisor, skip]
  def adamw(self: __torch__.Optimizer, p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], step: Tensor, learning_rate: Tensor, weight_decay: Tensor, divisor: Tensor, skip: Tensor) -> Tensor:
    steps = annotate(List[Tensor], [])
    for _ in p:
      steps.append(step)
    # Whole lists only: in libtorch 2.7.1 an in-place call on slices of a list does nothing.
    torch._fused_adamw_(p, g, m, v, [], steps, lr=float(learning_rate), beta1=0.9, beta2=0.999, weight_decay=float(weight_decay), eps=1e-08, amsgrad=False, maximize=False, grad_scale=divisor, found_inf=skip)
    return p[0]
