"""Steps of AdaGrad in its forms (Duchi, Hazan and Singer, "Adaptive Subgradient Methods", JMLR 2011)."""

from __future__ import annotations

import torch

from convflow.graph.operation import Operation
from convflow.ops.training.gradient_descent import shrink
from convflow.ops.training.update import Step, Update

_SLOTS = "update_slots: bool = true"


def _adagrad(op: Operation) -> Step:
    update_slots = op.attrs["update_slots"]

    def step(var: torch.Tensor, accum: torch.Tensor, lr: float, grad: torch.Tensor) -> None:
        if update_slots:
            accum.addcmul_(grad, grad)
        var.sub_(grad * lr * accum.rsqrt())

    return step


_plain = Update("var accum", "lr grad", _adagrad, "accum += grad^2; var -= lr * grad / sqrt(accum).", _SLOTS)
apply_adagrad = _plain.dense("ApplyAdagrad")
sparse_apply_adagrad = _plain.sparse("SparseApplyAdagrad")
resource_apply_adagrad = _plain.dense("ResourceApplyAdagrad")
resource_sparse_apply_adagrad = _plain.sparse("ResourceSparseApplyAdagrad")


def _adagrad_v2(op: Operation) -> Step:
    update_slots = op.attrs["update_slots"]

    def step(var: torch.Tensor, accum: torch.Tensor, lr: float, epsilon: float, grad: torch.Tensor) -> None:
        if update_slots:
            accum.addcmul_(grad, grad)
        var.sub_(grad * lr / (accum.sqrt() + epsilon))

    return step


_with_epsilon = Update(
    "var accum",
    "lr epsilon grad",
    _adagrad_v2,
    "accum += grad^2; var -= lr * grad / (sqrt(accum) + epsilon).",
    _SLOTS,
)
apply_adagrad_v2 = _with_epsilon.dense("ApplyAdagradV2")
sparse_apply_adagrad_v2 = _with_epsilon.sparse("SparseApplyAdagradV2")
resource_apply_adagrad_v2 = _with_epsilon.dense("ResourceApplyAdagradV2")
resource_sparse_apply_adagrad_v2 = _with_epsilon.sparse("ResourceSparseApplyAdagradV2")


def _dual_averaging(op: Operation) -> Step:
    def step(
        var: torch.Tensor,
        gradient_accumulator: torch.Tensor,
        gradient_squared_accumulator: torch.Tensor,
        grad: torch.Tensor,
        lr: float,
        l1: float,
        l2: float,
        global_step: int,
    ) -> None:
        gradient_accumulator.add_(grad)
        gradient_squared_accumulator.addcmul_(grad, grad)
        total = shrink(gradient_accumulator, l1 * global_step) if l1 > 0 else gradient_accumulator
        torch.div(total * -lr, gradient_squared_accumulator.sqrt() + l2 * global_step * lr, out=var)

    return step


_dual = Update(
    "var gradient_accumulator gradient_squared_accumulator",
    "grad lr l1 l2 global_step",
    _dual_averaging,
    "Both accumulators add up grad and grad^2; with g the sum of gradients, moved towards zero by l1 * global_step,\n"
    "var = -lr * g / (sqrt(gradient_squared_accumulator) + lr * l2 * global_step).",
)
apply_adagrad_da = _dual.dense("ApplyAdagradDA")
sparse_apply_adagrad_da = _dual.sparse("SparseApplyAdagradDA")
resource_apply_adagrad_da = _dual.dense("ResourceApplyAdagradDA")
resource_sparse_apply_adagrad_da = _dual.sparse("ResourceSparseApplyAdagradDA")


def _proximal_adagrad(op: Operation) -> Step:
    def step(var: torch.Tensor, accum: torch.Tensor, lr: float, l1: float, l2: float, grad: torch.Tensor) -> None:
        accum.addcmul_(grad, grad)
        rate = accum.rsqrt().mul_(lr)
        proposed = var - grad * rate
        if l1 > 0:
            proposed = shrink(proposed, rate * l1)
        torch.div(proposed, 1 + rate * l2, out=var)

    return step


_proximal = Update(
    "var accum",
    "lr l1 l2 grad",
    _proximal_adagrad,
    "accum += grad^2; a = lr / sqrt(accum); p = var - a * grad;\nvar = sign(p) * max(|p| - a * l1, 0) / (1 + a * l2).",
)
apply_proximal_adagrad = _proximal.dense("ApplyProximalAdagrad")
sparse_apply_proximal_adagrad = _proximal.sparse("SparseApplyProximalAdagrad")
resource_apply_proximal_adagrad = _proximal.dense("ResourceApplyProximalAdagrad")
resource_sparse_apply_proximal_adagrad = _proximal.sparse("ResourceSparseApplyProximalAdagrad")
