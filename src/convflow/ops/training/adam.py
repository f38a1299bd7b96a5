"""Steps of Adam and its kin (Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015; Reddi et al., 2018)."""

from __future__ import annotations

import torch

from convflow.graph.operation import Operation
from convflow.ops.training.by_size import step_by_size
from convflow.ops.training.momentum import FUSED_TYPES
from convflow.ops.training.update import Step, Steps, Update

# PyTorch's fused kernel divides by 1 - beta ** step. At this step that is 1 for every beta it is used with, and
# the correction, which TensorFlow reads from variables, goes into the learning rate.
_LATE_STEP = torch.tensor(1e15, dtype=torch.float64)
_LARGEST_FUSED_BETA = 1 - 1e-12


def _step_size(var: torch.Tensor, beta1_power: float, beta2_power: float, lr: float) -> float:
    """The learning rate corrected for moments that began at zero, rounded as the variable's type rounds."""
    one = var.new_ones(())
    return (lr * (one - beta2_power).sqrt() / (one - beta1_power)).item()


def _fuses(op: Operation) -> bool:
    return op.attrs["T"] in FUSED_TYPES and not op.attrs["use_nesterov"]


def _fuses_betas(beta1: float, beta2: float) -> bool:
    return 0 <= beta1 < _LARGEST_FUSED_BETA and 0 <= beta2 < _LARGEST_FUSED_BETA


def _adam(op: Operation) -> Step:
    nesterov = op.attrs["use_nesterov"]
    may_fuse = _fuses(op)

    def step(
        var: torch.Tensor,
        m: torch.Tensor,
        v: torch.Tensor,
        beta1_power: float,
        beta2_power: float,
        lr: float,
        beta1: float,
        beta2: float,
        epsilon: float,
        grad: torch.Tensor,
    ) -> None:
        size = _step_size(var, beta1_power, beta2_power, lr)
        if may_fuse and _fuses_betas(beta1, beta2):
            _fused_adam([var], [m], [v], [grad], size, beta1, beta2, epsilon)
        else:
            _update_moments(m, v, grad, beta1, beta2)
            direction = m * beta1 + grad * (1 - beta1) if nesterov else m
            var.sub_(direction * size / (v.sqrt() + epsilon))

    return step


def _adams(op: Operation) -> Steps | None:
    single = _adam(op)

    def steps(
        var: list[torch.Tensor],
        m: list[torch.Tensor],
        v: list[torch.Tensor],
        beta1_power: float,
        beta2_power: float,
        lr: float,
        beta1: float,
        beta2: float,
        epsilon: float,
        grad: list[torch.Tensor],
    ) -> None:
        if _fuses_betas(beta1, beta2):
            size = _step_size(var[0], beta1_power, beta2_power, lr)
            _fused_adam(var, m, v, grad, size, beta1, beta2, epsilon)
        else:
            for each in zip(var, m, v, grad, strict=True):
                single(*each[:3], beta1_power, beta2_power, lr, beta1, beta2, epsilon, each[3])

    return steps if _fuses(op) else None


def _update_moments(m: torch.Tensor, v: torch.Tensor, grad: torch.Tensor, beta1: float, beta2: float) -> None:
    m.add_(grad - m, alpha=1 - beta1)
    v.add_(grad.square() - v, alpha=1 - beta2)


def _fused_adam(
    var: list[torch.Tensor],
    m: list[torch.Tensor],
    v: list[torch.Tensor],
    grad: list[torch.Tensor],
    size: float,
    beta1: float,
    beta2: float,
    epsilon: float,
) -> None:
    def step(var: list[torch.Tensor], grad: list[torch.Tensor], m: list[torch.Tensor], v: list[torch.Tensor]) -> None:
        # One pass over memory instead of seven.
        torch._fused_adam_(
            var,
            grad,
            m,
            v,
            [],
            [_LATE_STEP] * len(var),
            lr=size,
            beta1=beta1,
            beta2=beta2,
            weight_decay=0.0,
            eps=epsilon,
            amsgrad=False,
            maximize=False,
        )

    step_by_size(step, [var, [each.contiguous() for each in grad], m, v])


_plain = Update(
    "var m v",
    "beta1_power beta2_power lr beta1 beta2 epsilon grad",
    _adam,
    "One step of Adam, in the reordered form that ends section 2 of the paper.\n\n"
    "m += (grad - m) * (1 - beta1), v += (grad^2 - v) * (1 - beta2),\n"
    "var -= lr * sqrt(1 - beta2_power) / (1 - beta1_power) * m / (sqrt(v) + epsilon);\n"
    "with `use_nesterov` m in the last line is beta1 * m + (1 - beta1) * grad. `beta1_power` and `beta2_power` are\n"
    "the betas to the power of the step's number.",
    "use_nesterov: bool = false",
    _adams,
)
apply_adam = _plain.dense("ApplyAdam")
resource_apply_adam = _plain.dense("ResourceApplyAdam")


def _amsgrad(op: Operation) -> Step:
    def step(
        var: torch.Tensor,
        m: torch.Tensor,
        v: torch.Tensor,
        vhat: torch.Tensor,
        beta1_power: float,
        beta2_power: float,
        lr: float,
        beta1: float,
        beta2: float,
        epsilon: float,
        grad: torch.Tensor,
    ) -> None:
        size = _step_size(var, beta1_power, beta2_power, lr)
        _update_moments(m, v, grad, beta1, beta2)
        torch.maximum(vhat, v, out=vhat)
        var.sub_(m * size / (vhat.sqrt() + epsilon))

    return step


_with_maximum = Update(
    "var m v vhat",
    "beta1_power beta2_power lr beta1 beta2 epsilon grad",
    _amsgrad,
    "As ApplyAdam, divided by the root of vhat = max(vhat, v).",
)
resource_apply_adam_with_amsgrad = _with_maximum.dense("ResourceApplyAdamWithAmsgrad")


def _largest(m: torch.Tensor, v: torch.Tensor, grad: torch.Tensor, beta1: float, beta2: float) -> None:
    m.add_(grad - m, alpha=1 - beta1)
    torch.maximum(v.mul_(beta2), grad.abs(), out=v)


def _adamax(op: Operation) -> Step:
    def step(
        var: torch.Tensor,
        m: torch.Tensor,
        v: torch.Tensor,
        beta1_power: float,
        lr: float,
        beta1: float,
        beta2: float,
        epsilon: float,
        grad: torch.Tensor,
    ) -> None:
        _largest(m, v, grad, beta1, beta2)
        var.sub_(m / (v + epsilon) * (lr / (1 - beta1_power)))

    return step


_by_maximum = Update(
    "var m v",
    "beta1_power lr beta1 beta2 epsilon grad",
    _adamax,
    "m += (grad - m) * (1 - beta1), v = max(beta2 * v, |grad|), var -= lr / (1 - beta1_power) * m / (v + epsilon).",
)
apply_ada_max = _by_maximum.dense("ApplyAdaMax")
resource_apply_ada_max = _by_maximum.dense("ResourceApplyAdaMax")
