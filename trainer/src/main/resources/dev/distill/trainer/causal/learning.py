# What a learning language model does beside its forward pass. Types by their codes: float32 is 6,
# bfloat16 is 15. Arrays in bfloat16 are held by Java, but looked into here alone.

class Learning(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]

  # Copies in bfloat16.
  def rounded(self: __torch__.Learning, p: List[Tensor]) -> List[Tensor]:
    copies = annotate(List[Tensor], [])
    for x in p:
      copies.append(x.detach().to(15))
    return copies

  # The same numbers, to which gradients flow.
  def leaves(self: __torch__.Learning, p: List[Tensor]) -> List[Tensor]:
    leaves = annotate(List[Tensor], [])
    for x in p:
      leaves.append(x.detach().requires_grad_(True))
    return leaves

  # Rounds p anew into the copies that there are.
  def refresh(self: __torch__.Learning, copies: List[Tensor], p: List[Tensor]) -> Tensor:
    torch._foreach_copy_(copies, p)
    return p[0]

  # Rows of x (.., D) by their numbers among its flattened leading dimensions. -> (N, D)
  def select(self: __torch__.Learning, x: Tensor, rows: Tensor) -> Tensor:
    return torch.index_select(x.flatten(0, -2), 0, rows)

  # Takes the gradient by each of p of what has gradient of_y by y, to or onto the float32 sums; y's
  # graph is used up. Where x has numbers it is what y was computed from, and its gradient results.
  def backward(self: __torch__.Learning, y: Tensor, of_y: Tensor, x: Tensor, p: List[Tensor], sums: List[Tensor], first: Tensor) -> Tensor:
    onto = bool(first)
    inputs = annotate(List[Tensor], [])
    for weight in p:
      inputs.append(weight)
    wanted = x.numel() > 0
    if wanted:
      inputs.append(x)
    found = torch.grad([y], inputs, annotate(List[Optional[Tensor]], [of_y]), None, False, True)
    for i in range(torch.len(p)):
      gradient = found[i]
      if gradient is None:
        if onto:
          sums[i].zero_()
      else:
        part = unchecked_cast(Tensor, gradient)
        if onto:
          sums[i].copy_(part)
        else:
          sums[i].add_(part)
    of_x = x
    if wanted:
      of_x = unchecked_cast(Tensor, found[torch.len(p)])
    return of_x

  # Begins one sum or adds to it.
  def take(self: __torch__.Learning, sum: Tensor, more: Tensor, first: Tensor) -> Tensor:
    if bool(first):
      return sum.copy_(more)
    return sum.add_(more)
