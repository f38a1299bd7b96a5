"""Steps of FTRL-Proximal (McMahan et al., "Ad Click Prediction: a View from the Trenches", 2013)."""

from __future__ import annotations

import torch

from convflow.graph.operation import Operation
from convflow.ops.training.update import Step, Update


def _power(value: torch.Tensor, lr_power: float) -> torch.Tensor:
    return value.sqrt() if lr_power == -0.5 else value.pow(-lr_power)


def _follow(
    var: torch.Tensor,
    accum: torch.Tensor,
    linear: torch.Tensor,
    grad: torch.Tensor,
    shrunk_grad: torch.Tensor,
    lr: float,
    l1: float,
    l2: float,
    lr_power: float,
    multiply_linear_by_lr: bool,
) -> None:
    """`linear` and `l1` are kept as they are, or both times the learning rate: the same update, otherwise scaled."""
    scale = lr if multiply_linear_by_lr else 1.0
    new = accum + grad.square()
    new_power = _power(new, lr_power)
    linear.add_(shrunk_grad * scale - (new_power - _power(accum, lr_power)) * (scale / lr) * var)
    quadratic = new_power * (scale / lr) + 2 * l2 * scale
    pulled = linear.sign() * (l1 * scale) - linear
    torch.where(linear.abs() > l1 * scale, pulled / quadratic, torch.zeros((), dtype=var.dtype), out=var)
    accum.copy_(new)


def _ftrl(op: Operation) -> Step:
    multiply = op.attrs["multiply_linear_by_lr"]

    def step(
        var: torch.Tensor,
        accum: torch.Tensor,
        linear: torch.Tensor,
        grad: torch.Tensor,
        lr: float,
        l1: float,
        l2: float,
        lr_power: float,
    ) -> None:
        _follow(var, accum, linear, grad, grad, lr, l1, l2, lr_power, multiply)

    return step


_ATTRS = "multiply_linear_by_lr: bool = false"
_plain = Update(
    "var accum linear",
    "grad lr l1 l2 lr_power",
    _ftrl,
    "n = accum + grad^2; linear += grad - (n^-lr_power - accum^-lr_power) / lr * var;\n"
    "q = n^-lr_power / lr + 2 * l2; var = (sign(linear) * l1 - linear) / q where |linear| > l1, else 0; accum = n.",
    _ATTRS,
)
apply_ftrl = _plain.dense("ApplyFtrl")
sparse_apply_ftrl = _plain.sparse("SparseApplyFtrl")
resource_apply_ftrl = _plain.dense("ResourceApplyFtrl")
resource_sparse_apply_ftrl = _plain.sparse("ResourceSparseApplyFtrl")


def _ftrl_v2(op: Operation) -> Step:
    multiply = op.attrs["multiply_linear_by_lr"]

    def step(
        var: torch.Tensor,
        accum: torch.Tensor,
        linear: torch.Tensor,
        grad: torch.Tensor,
        lr: float,
        l1: float,
        l2: float,
        l2_shrinkage: float,
        lr_power: float,
    ) -> None:
        _follow(var, accum, linear, grad, grad + 2 * l2_shrinkage * var, lr, l1, l2, lr_power, multiply)

    return step


_shrinking = Update(
    "var accum linear",
    "grad lr l1 l2 l2_shrinkage lr_power",
    _ftrl_v2,
    "As ApplyFtrl, but `linear` takes grad + 2 * l2_shrinkage * var in place of the gradient.",
    _ATTRS,
)
apply_ftrl_v2 = _shrinking.dense("ApplyFtrlV2")
sparse_apply_ftrl_v2 = _shrinking.sparse("SparseApplyFtrlV2")
resource_apply_ftrl_v2 = _shrinking.dense("ResourceApplyFtrlV2")
resource_sparse_apply_ftrl_v2 = _shrinking.sparse("ResourceSparseApplyFtrlV2")
