import __torch__.divergences

# Losses of a student that classifies. Shapes: logits (rows, classes) float32, labels (rows) int64,
# teacher (rows, classes) float32, each row of it a distribution at temperature 1.

# Smoothing spreads that share of a label evenly over all classes (https://arxiv.org/abs/1512.00567).
def ce(logits: Tensor, labels: Tensor, smoothing: float) -> Tensor:
  return torch.cross_entropy_loss(logits, labels, None, 2, -100, smoothing)

def distillation(logits: Tensor, labels: Tensor, teacher: Tensor, c: Dict[str, Tensor]) -> Tensor:
  # The sum over the rows; the caller divides by the rows of the whole optimiser step.
  t = float(c["temperature"])
  alpha = float(c["alpha"])
  # softmax(z / T) is that of log(softmax(z)) / T: the teacher's logits are not needed. The floor is
  # for a teacher that is certain: its zeros have no logarithm.
  log_p = __torch__.divergences.log_distribution(torch.log(torch.clamp_min(teacher, 1e-12)), t)
  log_q = __torch__.divergences.log_distribution(logits, t)
  kd = __torch__.divergences.divergence(log_p, log_q, int(c["kind"]), t, float(c["parameter"])).sum()
  return __torch__.ce(logits, labels, float(c["label_smoothing"])) * (1.0 - alpha) + kd * alpha

class Losses(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]
  def train(self: __torch__.Losses, logits: Tensor, labels: Tensor, teacher: Tensor, c: Dict[str, Tensor], rows: Tensor) -> Tensor:
    return __torch__.distillation(logits, labels, teacher, c) / float(rows)
  def validate(self: __torch__.Losses, logits: Tensor, labels: Tensor, teacher: Tensor, c: Dict[str, Tensor]) -> List[Tensor]:
    loss = __torch__.distillation(logits, labels, teacher, c)
    correct = torch.eq(logits.argmax(-1), labels).sum()
    return [loss, correct]
