# Rows of a table: table (V, D), ids (A) int64, rows (A, D).
class Table(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]
  def take(self: __torch__.Table, table: Tensor, ids: Tensor) -> Tensor:
    return torch.index_select(table, 0, ids)
  def put(self: __torch__.Table, table: Tensor, ids: Tensor, rows: Tensor) -> Tensor:
    return torch.index_copy(table, 0, ids, rows)
