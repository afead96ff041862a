class Gradients(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]

  # The gradient of the loss by each of p; zeros for what the loss does not depend on.
  def forward(self: __torch__.Gradients, loss: Tensor, p: List[Tensor]) -> List[Tensor]:
    found = torch.grad([loss], p, None, False, False, True)
    gradients = annotate(List[Tensor], [])
    for i in range(torch.len(p)):
      gradient = found[i]
      if gradient is None:
        gradients = torch.append(gradients, torch.zeros_like(p[i]))
      else:
        gradients = torch.append(gradients, unchecked_cast(Tensor, gradient))
    return gradients
