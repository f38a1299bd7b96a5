"""Steps of gradient descent, plain and proximal (Duchi and Singer, "Forward Backward Splitting", 2009)."""

from __future__ import annotations

import torch

from convflow.graph.operation import Operation
from convflow.ops.training.update import Step, Steps, Update


def _descent(op: Operation) -> Step:
    def step(var: torch.Tensor, alpha: float, delta: torch.Tensor) -> None:
        var.sub_(delta, alpha=alpha)

    return step


def _descents(op: Operation) -> Steps:
    def steps(var: list[torch.Tensor], alpha: float, delta: list[torch.Tensor]) -> None:
        torch._foreach_sub_(var, delta, alpha=alpha)

    return steps


_plain = Update("var", "alpha delta", _descent, "var -= alpha * delta.", steps=_descents)
apply_gradient_descent = _plain.dense("ApplyGradientDescent")
resource_apply_gradient_descent = _plain.dense("ResourceApplyGradientDescent")


def shrink(value: torch.Tensor, by: float | torch.Tensor) -> torch.Tensor:
    """`value` moved towards zero by `by`, and no further."""
    return value.sign() * (value.abs() - by).clamp_(min=0)


def _proximal(op: Operation) -> Step:
    def step(var: torch.Tensor, alpha: float, l1: float, l2: float, delta: torch.Tensor) -> None:
        proposed = var - delta * alpha
        if l1 > 0:
            proposed = shrink(proposed, alpha * l1)
        torch.div(proposed, 1 + alpha * l2, out=var)

    return step


_proximal_update = Update(
    "var",
    "alpha l1 l2 delta",
    _proximal,
    "p = var - alpha * delta; var = sign(p) * max(|p| - alpha * l1, 0) / (1 + alpha * l2).",
)
apply_proximal_gradient_descent = _proximal_update.dense("ApplyProximalGradientDescent")
sparse_apply_proximal_gradient_descent = _proximal_update.sparse("SparseApplyProximalGradientDescent")
resource_apply_proximal_gradient_descent = _proximal_update.dense("ResourceApplyProximalGradientDescent")
resource_sparse_apply_proximal_gradient_descent = _proximal_update.sparse("ResourceSparseApplyProximalGradientDescent")
