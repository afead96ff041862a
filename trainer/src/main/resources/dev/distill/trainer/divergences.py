# How far a student's distribution q is from the teacher's p. One text for classes and for tokens.
#
# Shapes: n rows (items or token positions), V classes or vocabulary, K kept by the teacher.
# log_p, log_q (n, V): natural logarithms of distributions, always float32 (type code 6): in
# bfloat16 a Jensen-Shannon divergence comes out negative. Results (n), one number for each row.

# The log of softmax(z / T). z (n, V) of any float type
def log_distribution(z: Tensor, temperature: float) -> Tensor:
  return torch.log_softmax(z.to(6) / temperature, -1)

# KL(p || q)
def kl(log_p: Tensor, log_q: Tensor) -> Tensor:
  return (torch.exp(log_p) * (log_p - log_q)).sum([-1])

# log((1 - share) a + share b), from the logs of a and b; 0 < share < 1
def log_mixture(log_a: Tensor, log_b: Tensor, share: float) -> Tensor:
  return torch.logaddexp(log_a + torch.log(1.0 - share), log_b + torch.log(share))

# M = (1 - beta) q + beta p; beta KL(p || M) + (1 - beta) KL(q || M), and at the ends forward and
# reverse KL by definition (Agarwal et al. 2024, GKD, arXiv 2306.13649, equation 1 and section 2).
def jsd(log_p: Tensor, log_q: Tensor, beta: float) -> Tensor:
  if beta == 0.:
    return __torch__.divergences.kl(log_p, log_q)
  if beta == 1.:
    return __torch__.divergences.kl(log_q, log_p)
  log_m = __torch__.divergences.log_mixture(log_q, log_p, beta)
  return __torch__.divergences.kl(log_p, log_m) * beta + __torch__.divergences.kl(log_q, log_m) * (1.0 - beta)

# KL(p || a p + (1 - a) q) (Ko et al. 2024, DistiLLM, arXiv 2402.03898, equation 4); 0 <= a < 1
def skew_kl(log_p: Tensor, log_q: Tensor, a: float) -> Tensor:
  if a == 0.:
    return __torch__.divergences.kl(log_p, log_q)
  return __torch__.divergences.kl(log_p, __torch__.divergences.log_mixture(log_q, log_p, a))

# Total variation: half the sum of |p - q|
def tvd(log_p: Tensor, log_q: Tensor) -> Tensor:
  return torch.abs(torch.exp(log_p) - torch.exp(log_q)).sum([-1]) * 0.5

# The distance of the sorted distributions, where teacher and student have different vocabularies
# (Boizard et al. 2024, arXiv 2402.12030, equation 4); the shorter one is filled up with zeros.
def uld(log_p: Tensor, log_q: Tensor) -> Tensor:
  p = torch.sort(torch.exp(log_p), -1, True)[0]
  q = torch.sort(torch.exp(log_q), -1, True)[0]
  missing = p.size(-1) - q.size(-1)
  if missing > 0:
    q = torch.constant_pad_nd(q, [0, missing])
  if missing < 0:
    p = torch.constant_pad_nd(p, [0, -missing])
  return torch.abs(p - q).sum([-1])

# KL over the K outcomes that the teacher named and one bucket for all others, with mass 1 - m on
# both sides. Never more than the full KL, and 0 when q = p; without the bucket it could be negative.
# ids (n, K) int64, no outcome twice in a row; top (n, K) the teacher's logs, -inf for a place unused
def topk_kl(ids: Tensor, top: Tensor, log_q: Tensor) -> Tensor:
  used = torch.isfinite(top)
  log_p = torch.masked_fill(top, torch.logical_not(used), 0.)
  p = torch.exp(log_p) * used.to(6)
  tail = torch.clamp(1.0 - p.sum([-1]), 0., 1.) # (n)
  named = torch.gather(log_q, 1, ids)
  # The student's tail from the logs: 1 - sum(q) would lose all digits when the student is sure.
  taken = torch.gt(torch.scatter_add(torch.zeros_like(log_q), 1, ids, used.to(6)), 0.5)
  log_tail = torch.logsumexp(torch.masked_fill(log_q, taken, -1e+30), [-1])
  return (p * (log_p - named)).sum([-1]) + torch.xlogy(tail, tail) - tail * log_tail

# The divergence of that kind, by its code in Divergence.java, with its factor T^2 where it has one:
# forward and reverse KL at T have gradients of size 1 / T^2 (Hinton et al. 2015, section 2).
def divergence(log_p: Tensor, log_q: Tensor, kind: int, temperature: float, parameter: float) -> Tensor:
  if kind == 1:
    return __torch__.divergences.kl(log_p, log_q) * (temperature * temperature)
  if kind == 2:
    return __torch__.divergences.kl(log_q, log_p) * (temperature * temperature)
  if kind == 3:
    return __torch__.divergences.jsd(log_p, log_q, parameter)
  if kind == 4:
    return __torch__.divergences.skew_kl(log_p, log_q, parameter)
  if kind == 5:
    return __torch__.divergences.skew_kl(log_q, log_p, parameter)
  if kind == 6:
    return __torch__.divergences.tvd(log_p, log_q)
  return __torch__.divergences.uld(log_p, log_q)
