"""Steps of Adadelta (Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012)."""

from __future__ import annotations

import torch

from convflow.graph.operation import Operation
from convflow.ops.training.update import Step, Update


def _adadelta(op: Operation) -> Step:
    def step(
        var: torch.Tensor,
        accum: torch.Tensor,
        accum_update: torch.Tensor,
        lr: float,
        rho: float,
        epsilon: float,
        grad: torch.Tensor,
    ) -> None:
        accum.mul_(rho).addcmul_(grad, grad, value=1 - rho)
        update = (accum_update + epsilon).sqrt_().mul_((accum + epsilon).rsqrt_()).mul_(grad)
        accum_update.mul_(rho).addcmul_(update, update, value=1 - rho)
        var.sub_(update, alpha=lr)

    return step


_update = Update(
    "var accum accum_update",
    "lr rho epsilon grad",
    _adadelta,
    "accum = rho * accum + (1 - rho) * grad^2; u = sqrt(accum_update + epsilon) / sqrt(accum + epsilon) * grad;\n"
    "accum_update = rho * accum_update + (1 - rho) * u^2; var -= lr * u.",
)
apply_adadelta = _update.dense("ApplyAdadelta")
sparse_apply_adadelta = _update.sparse("SparseApplyAdadelta")
resource_apply_adadelta = _update.dense("ResourceApplyAdadelta")
resource_sparse_apply_adadelta = _update.sparse("ResourceSparseApplyAdadelta")
