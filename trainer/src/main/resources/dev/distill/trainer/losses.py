# Losses of a student that classifies. Shapes: logits (rows, classes) float32, labels (rows) int64,
# teacher (rows, classes) float32, each row of it a distribution at temperature 1.

def softened(teacher: Tensor, temperature: float) -> Tensor:
  # softmax(z / T) is p^(1/T) normalised, where p = softmax(z): the teacher's logits are not needed.
  powers = torch.pow(teacher, 1.0 / temperature)
  return powers / powers.sum([-1], True)

def ce(logits: Tensor, labels: Tensor) -> Tensor:
  return torch.cross_entropy_loss(logits, labels, None, 2)

def forward_kl(logits: Tensor, teacher: Tensor, temperature: float) -> Tensor:
  # T^2 KL(p || q), so that the gradient's size does not depend on T (Hinton et al. 2015, section 2).
  p = __torch__.softened(teacher, temperature)
  log_q = torch.log_softmax(logits / temperature, -1)
  return (torch.xlogy(p, p) - p * log_q).sum() * (temperature * temperature)

def distillation(logits: Tensor, labels: Tensor, teacher: Tensor, temperature: Tensor, alpha: Tensor) -> Tensor:
  # The sum over the rows; the caller divides by the rows of the whole optimiser step.
  a = float(alpha)
  return __torch__.ce(logits, labels) * (1.0 - a) + __torch__.forward_kl(logits, teacher, float(temperature)) * a

class Losses(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]
  def train(self: __torch__.Losses, logits: Tensor, labels: Tensor, teacher: Tensor, temperature: Tensor, alpha: Tensor, rows: Tensor) -> Tensor:
    return __torch__.distillation(logits, labels, teacher, temperature, alpha) / float(rows)
  def validate(self: __torch__.Losses, logits: Tensor, labels: Tensor, teacher: Tensor, temperature: Tensor, alpha: Tensor) -> List[Tensor]:
    loss = __torch__.distillation(logits, labels, teacher, temperature, alpha)
    correct = torch.eq(logits.argmax(-1), labels).sum()
    return [loss, correct]
