"""Steps with momentum (Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013)."""

from __future__ import annotations

import torch

from convflow.core import dtypes
from convflow.graph.operation import Operation
from convflow.ops.training.by_size import step_by_size
from convflow.ops.training.update import Step, Steps, Update

FUSED_TYPES = (dtypes.float32, dtypes.float64)
"""The types for which PyTorch's fused optimizers compute what TensorFlow does."""


def _momentum(op: Operation) -> Step:
    nesterov = op.attrs["use_nesterov"]
    may_fuse = op.attrs["T"] in FUSED_TYPES

    def step(var: torch.Tensor, accum: torch.Tensor, lr: float, grad: torch.Tensor, momentum: float) -> None:
        # PyTorch's kernel leaves the accumulator out where there is no momentum, TensorFlow writes it.
        if may_fuse and momentum > 0:
            _fused_momentum([var], [accum], lr, [grad], momentum, nesterov)
            return
        accum.mul_(momentum).add_(grad)
        direction = grad + accum * momentum if nesterov else accum
        var.sub_(direction * lr)

    return step


def _momenta(op: Operation) -> Steps | None:
    nesterov = op.attrs["use_nesterov"]
    single = _momentum(op)

    def steps(
        var: list[torch.Tensor], accum: list[torch.Tensor], lr: float, grad: list[torch.Tensor], momentum: float
    ) -> None:
        if momentum > 0:
            _fused_momentum(var, accum, lr, grad, momentum, nesterov)
        else:
            for each in zip(var, accum, grad, strict=True):
                single(each[0], each[1], lr, each[2], momentum)

    return steps if op.attrs["T"] in FUSED_TYPES else None


def _fused_momentum(
    var: list[torch.Tensor],
    accum: list[torch.Tensor],
    lr: float,
    grad: list[torch.Tensor],
    momentum: float,
    nesterov: bool,
) -> None:
    def step(var: list[torch.Tensor], grad: list[torch.Tensor], accum: list[torch.Tensor]) -> None:
        # One pass over memory instead of three.
        torch._fused_sgd_(
            var,
            grad,
            accum,
            weight_decay=0.0,
            momentum=momentum,
            lr=lr,
            dampening=0.0,
            nesterov=nesterov,
            maximize=False,
            is_first_step=False,
        )

    step_by_size(step, [var, [each.contiguous() for each in grad], accum])


_NESTEROV = "use_nesterov: bool = false"
_plain = Update(
    "var accum",
    "lr grad momentum",
    _momentum,
    "accum = accum * momentum + grad; var -= lr * accum, with `use_nesterov` var -= lr * (grad + momentum * accum).",
    _NESTEROV,
    _momenta,
)
apply_momentum = _plain.dense("ApplyMomentum")
sparse_apply_momentum = _plain.sparse("SparseApplyMomentum")
resource_apply_momentum = _plain.dense("ResourceApplyMomentum")
resource_sparse_apply_momentum = _plain.sparse("ResourceSparseApplyMomentum")


def _keras_momentum(op: Operation) -> Step:
    nesterov = op.attrs["use_nesterov"]

    def step(var: torch.Tensor, accum: torch.Tensor, lr: float, grad: torch.Tensor, momentum: float) -> None:
        scaled = grad * lr
        accum.mul_(momentum).sub_(scaled)
        var.add_(accum * momentum - scaled if nesterov else accum)

    return step


_keras = Update(
    "var accum",
    "lr grad momentum",
    _keras_momentum,
    "accum = accum * momentum - lr * grad; var += accum, with `use_nesterov` var += momentum * accum - lr * grad.",
    _NESTEROV,
)
resource_apply_keras_momentum = _keras.dense("ResourceApplyKerasMomentum")
resource_sparse_apply_keras_momentum = _keras.sparse("ResourceSparseApplyKerasMomentum")
