"""Steps by the agreement of signs (Bello et al., "Neural Optimizer Search with Reinforcement Learning", 2017)."""

from __future__ import annotations

import torch

from convflow.graph.operation import Operation
from convflow.ops.training.update import Step, Update


def _agreement(m: torch.Tensor, beta: float, grad: torch.Tensor) -> torch.Tensor:
    """The moving average of gradients brought up to date, and whether it points where the gradient does: 1 or -1."""
    m.mul_(beta).add_(grad, alpha=1 - beta)
    return grad.sign() * m.sign()


def _add_sign(op: Operation) -> Step:
    def step(
        var: torch.Tensor, m: torch.Tensor, lr: float, alpha: float, sign_decay: float, beta: float, grad: torch.Tensor
    ) -> None:
        factor = _agreement(m, beta, grad).mul_(sign_decay).add_(alpha)
        var.sub_(factor.mul_(grad), alpha=lr)

    return step


_adding = Update(
    "var m",
    "lr alpha sign_decay beta grad",
    _add_sign,
    "m = beta * m + (1 - beta) * grad; var -= lr * (alpha + sign_decay * sign(grad) * sign(m)) * grad.",
)
apply_add_sign = _adding.dense("ApplyAddSign")
resource_apply_add_sign = _adding.dense("ResourceApplyAddSign")


def _power_sign(op: Operation) -> Step:
    def step(
        var: torch.Tensor,
        m: torch.Tensor,
        lr: float,
        logbase: float,
        sign_decay: float,
        beta: float,
        grad: torch.Tensor,
    ) -> None:
        factor = _agreement(m, beta, grad).mul_(logbase * sign_decay).exp_()
        var.sub_(factor.mul_(grad), alpha=lr)

    return step


_raising = Update(
    "var m",
    "lr logbase sign_decay beta grad",
    _power_sign,
    "m = beta * m + (1 - beta) * grad; var -= lr * exp(logbase * sign_decay * sign(grad) * sign(m)) * grad.",
)
apply_power_sign = _raising.dense("ApplyPowerSign")
resource_apply_power_sign = _raising.dense("ResourceApplyPowerSign")
