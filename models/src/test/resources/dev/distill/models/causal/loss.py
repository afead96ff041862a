class Loss(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]
  # Mean cross-entropy of labels >= 0, each by the token before it: (B, T, V), (B, T).
  def forward(self: __torch__.Loss, logits: Tensor, labels: Tensor) -> Tensor:
    return torch.cross_entropy_loss(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten())
  # (B T, V) in the rows of ids (B, T).
  def like(self: __torch__.Loss, flat: Tensor, ids: Tensor) -> Tensor:
    return flat.view([ids.size(0), ids.size(1), -1])
  def weighted_sum(self: __torch__.Loss, logits: Tensor) -> Tensor:
    return (logits * torch.sin(torch.arange(logits.size(2)).to(6))).sum()
