import __torch__.divergences

# Losses over the tokens of a language model, from the vectors before the output matrix, a chunk of
# positions at a time, forward and backward: the logits of all positions (tokens x vocabulary, 2.5 GB
# for 32 texts of 400 tokens and a vocabulary of 49,152) never exist at once.
#
# Shapes: h (N, D) the student's vectors at the positions that are trained on, e (V, D) its output
# matrix, targets (N) int64 the tokens to come; N positions, n of them in a chunk.
# Teacher: see TokenTeacher.java; weight (N) float32 is the share of the distillation term's alpha at
# a position, 0 where the teacher said nothing. Products are in the type of h, all else float32.
# Numbers (c): alpha, temperature, kind, parameter as in Divergence.java; normaliser, by which the sum
# is divided; cap, of the logits, 0 for none; chunk, positions in one.

# The size of chunks of like size, of all positions, none above the greatest.
def even(positions: int, greatest: int) -> int:
  chunks = (positions + greatest - 1) // greatest
  if chunks == 0:
    return 1
  return (positions + chunks - 1) // chunks

# z (n, V) float32
def logits(h: Tensor, e: Tensor, cap: float) -> Tensor:
  z = torch.linear(h, e).to(6)
  if cap > 0.:
    return torch.tanh(z / cap) * cap
  return z

# The sum over a chunk of (1 - a) ce + a divergence, and how many targets are the likeliest token.
def chunk_loss(z: Tensor, targets: Tensor, c: Dict[str, Tensor], teacher: Dict[str, Tensor], start: int, end: int) -> Tuple[Tensor, Tensor]:
  log_1 = torch.log_softmax(z, -1) # at temperature 1
  ce = torch.neg(torch.gather(log_1, 1, targets.unsqueeze(1)).squeeze(1))
  hits = torch.eq(z.detach().argmax(-1), targets).sum()
  kind = int(c["kind"])
  if kind == 0:
    return (ce.sum(), hits)
  t = float(c["temperature"])
  share = teacher["weight"][start:end] * float(c["alpha"])
  if kind == 8:
    kd = __torch__.divergences.topk_kl(teacher["ids"][start:end], teacher["top"][start:end], log_1)
  else:
    z_p = __torch__.logits(teacher["h"][start:end], teacher["e"], float(teacher["cap"]))
    z_q = z
    if kind != 7:
      # Vocabularies of one tokenizer may be padded to different sizes: padding ids are cut off.
      common = z_q.size(1)
      if z_p.size(1) < common:
        common = z_p.size(1)
      z_p = z_p[:, :common]
      z_q = z_q[:, :common]
    log_p = __torch__.divergences.log_distribution(z_p, t)
    log_q = __torch__.divergences.log_distribution(z_q, t)
    kd = __torch__.divergences.divergence(log_p, log_q, kind, t, float(c["parameter"]))
  return ((ce * (1.0 - share) + kd * share).sum(), hits)

# The cross-entropy of logits z (n, V), summed and scaled; z becomes its gradient, in its own type. A
# few rows at a time go through float32, so that they stay in the processor's cache.
def cross_entropy_(z: Tensor, targets: Tensor, scale: float) -> Tensor:
  loss = torch.zeros([], dtype=6)
  n = 1048576 // z.size(1) + 1
  for i in range((z.size(0) + n - 1) // n):
    part = z[i * n:i * n + n]
    y = targets[i * n:i * n + n].unsqueeze(1)
    wide = part.to(6) # of float32, part itself
    z_y = torch.gather(wide, 1, y)
    top = wide.amax([-1], True)
    torch._softmax(wide, -1, False, out=wide)
    # The greatest probability tells the log of the sum of exp(z) as well.
    loss = loss + (top - torch.log(wide.amax([-1], True)) - z_y).sum()
    wide.scatter_add_(1, y, torch.full([wide.size(0), 1], -1.0)).mul_(scale)
    if part.dtype != 6:
      part.copy_(wide)
  return loss * scale

class TokenLosses(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]

  # The loss of these positions, a scalar; the gradient by hidden, of which h are the rows numbered
  # rows in (.., D); where want_e is not 0, that by e, in the type of h if
  # there is one chunk, else float32.
  def train(self: __torch__.TokenLosses, hidden: Tensor, rows: Tensor, e: Tensor, targets: Tensor, c: Dict[str, Tensor], teacher: Dict[str, Tensor], want_e: Tensor) -> List[Tensor]:
    e = e.detach()
    flat = hidden.detach().flatten(0, -2)
    h = torch.index_select(flat, 0, rows)
    n = __torch__.even(h.size(0), int(c["chunk"]))
    scale = 1.0 / float(c["normaliser"])
    cap = float(c["cap"])
    of_e = torch.zeros([0], dtype=6)
    of_h = torch.empty_like(h)
    loss = torch.zeros([], dtype=6)
    for i in range((h.size(0) + n - 1) // n):
      start = i * n
      end = start + n # a slice ends with what it is cut from
      h_n = h[start:end]
      y = targets[start:end]
      if int(c["kind"]) == 0 and cap == 0.:
        of_z = torch.linear(h_n, e)
        loss = loss + __torch__.cross_entropy_(of_z, y, scale)
      else:
        z = __torch__.logits(h_n, e, cap)
        leaf = z.requires_grad_(True)
        if cap > 0.:
          leaf = torch.linear(h_n, e).to(6).requires_grad_(True)
          z = torch.tanh(leaf / cap) * cap
        sum, hits = __torch__.chunk_loss(z, y, c, teacher, start, end)
        loss = loss + sum.detach() * scale
        found = torch.grad([sum], [leaf], None, False, False, False)
        of_z = unchecked_cast(Tensor, found[0]).mul_(scale).to(h.dtype)
      of_h[start:end].copy_(torch.matmul(of_z, e))
      if bool(want_e):
        part = torch.matmul(of_z.t(), h_n)
        if i == 0:
          of_e = part
        else:
          of_e = of_e.to(6).add_(part)
    of_hidden = torch.index_copy(torch.zeros_like(flat), 0, rows, of_h).view(hidden.size())
    return [loss, of_hidden, of_e]

  # The loss and the hits of these positions.
  def validate(self: __torch__.TokenLosses, hidden: Tensor, rows: Tensor, e: Tensor, targets: Tensor, c: Dict[str, Tensor], teacher: Dict[str, Tensor]) -> List[Tensor]:
    h = torch.index_select(hidden.flatten(0, -2), 0, rows)
    n = __torch__.even(h.size(0), int(c["chunk"]))
    loss = torch.zeros([], dtype=6)
    hits = torch.zeros([], dtype=4)
    for i in range((h.size(0) + n - 1) // n):
      start = i * n
      end = start + n
      z = __torch__.logits(h[start:end], e, float(c["cap"]))
      sum, right = __torch__.chunk_loss(z, targets[start:end], c, teacher, start, end)
      loss = loss + sum
      hits = hits + right
    return [loss / float(c["normaliser"]), hits]
