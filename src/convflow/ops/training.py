"""Updates of variables in place, one node per variable (API: what tf.train.Optimizer subclasses build).

References arrive as the variables' slots, and a slot's memory is overwritten: whoever reads the variable
later in the step sees the new value, as in TensorFlow.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.types import NUMBER


def merged_shapes(ctx: InferenceContext, positions: tuple[int, ...]) -> TensorShape:
    """The one shape that the inputs at `positions` must have; ValueError naming those that differ."""
    shape = ctx.input(positions[0])
    for index in positions[1:]:
        try:
            shape = shape.merge_with(ctx.input(index))
        except ValueError:
            raise ValueError(
                f"Shapes must be equal: the variable has {shape}, input {index} has {ctx.input(index)}. "
                "A gradient and the optimizer's slots have the shape of their variable."
            ) from None
    return shape


def check_scalars(ctx: InferenceContext, names: dict[int, str]) -> None:
    """ValueError for an input that is no scalar."""
    for index, name in names.items():
        rules.with_rank(ctx.input(index), 0, name)


def _check_shapes(variable: torch.Tensor, *others: torch.Tensor) -> None:
    # PyTorch would broadcast a gradient of shape [1]; the shape rule words the error.
    if any(other.shape != variable.shape for other in others):
        raise ValueError("The shapes of a variable, its slots and its gradient differ.")


def apply_gradient_descent(
    var: Any, alpha: Any, delta: Any, use_locking: bool = False, name: str | None = None
) -> Tensor:
    """var -= alpha * delta; returns the variable's reference."""
    return apply_op("ApplyGradientDescent", var=var, alpha=alpha, delta=delta, use_locking=use_locking, name=name)


def _gradient_descent_shape(ctx: InferenceContext) -> list[TensorShape]:
    check_scalars(ctx, {1: "alpha"})
    return [merged_shapes(ctx, (0, 2))]


def _gradient_descent_compute(var: Any, alpha: torch.Tensor, delta: torch.Tensor) -> Any:
    value = var.read()
    _check_shapes(value, delta)
    value.sub_(delta, alpha=alpha.item())
    return var


register_op(
    "ApplyGradientDescent",
    inputs="var: Ref(T); alpha: T; delta: T",
    outputs="out: Ref(T)",
    attrs=f"T: type in {{{NUMBER}}}; use_locking: bool = false",
    shape=_gradient_descent_shape,
    kernel=lambda op: _gradient_descent_compute,
    gradient=NO_GRADIENT,
)


def apply_adam(
    var: Any,
    m: Any,
    v: Any,
    beta1_power: Any,
    beta2_power: Any,
    lr: Any,
    beta1: Any,
    beta2: Any,
    epsilon: Any,
    grad: Any,
    use_locking: bool = False,
    use_nesterov: bool = False,
    name: str | None = None,
) -> Tensor:
    """One step of Adam (Kingma and Ba, 2015, the reordered form that ends section 2); returns the reference.

    m += (grad - m) * (1 - beta1), v += (grad^2 - v) * (1 - beta2),
    var -= lr * sqrt(1 - beta2_power) / (1 - beta1_power) * m / (sqrt(v) + epsilon);
    with `use_nesterov` m in the last line is beta1 * m + (1 - beta1) * grad.

    Args:
        var, m, v: references of the variable and its two moments, of one shape with `grad`.
        beta1_power, beta2_power: beta1 and beta2 to the power of the step's number, scalars.
    """
    return apply_op(
        "ApplyAdam",
        var=var,
        m=m,
        v=v,
        beta1_power=beta1_power,
        beta2_power=beta2_power,
        lr=lr,
        beta1=beta1,
        beta2=beta2,
        epsilon=epsilon,
        grad=grad,
        use_locking=use_locking,
        use_nesterov=use_nesterov,
        name=name,
    )


_ADAM_SCALARS = {3: "beta1_power", 4: "beta2_power", 5: "lr", 6: "beta1", 7: "beta2", 8: "epsilon"}


def _adam_shape(ctx: InferenceContext) -> list[TensorShape]:
    check_scalars(ctx, _ADAM_SCALARS)
    return [merged_shapes(ctx, (0, 1, 2, 9))]


def adam_step_size(beta1_power: torch.Tensor, beta2_power: torch.Tensor, lr: torch.Tensor) -> float:
    """The learning rate corrected for moments that began at zero, in the precision of the variable."""
    return (lr * (1 - beta2_power).sqrt() / (1 - beta1_power)).item()


# PyTorch's fused kernel divides by 1 - beta ** step. At this step that is 1 for every beta it is used with, and
# the correction, which TensorFlow reads from variables, goes into the learning rate.
_LATE_STEP = torch.tensor(1e15, dtype=torch.float64)
_LARGEST_FUSED_BETA = 1 - 1e-12
_FUSED_TYPES = (dtypes.float32, dtypes.float64)


def _adam_kernel(op: Operation) -> Callable[..., Any]:
    nesterov = op.attrs["use_nesterov"]
    may_fuse = op.attrs["T"] in _FUSED_TYPES and not nesterov

    def compute(
        var: Any,
        m: Any,
        v: Any,
        beta1_power: torch.Tensor,
        beta2_power: torch.Tensor,
        lr: torch.Tensor,
        beta1: torch.Tensor,
        beta2: torch.Tensor,
        epsilon: torch.Tensor,
        grad: torch.Tensor,
    ) -> Any:
        values = var.read(), m.read(), v.read()
        _check_shapes(*values, grad)
        size = adam_step_size(beta1_power, beta2_power, lr)
        b1, b2, eps = beta1.item(), beta2.item(), epsilon.item()
        if may_fuse and 0 <= b1 < _LARGEST_FUSED_BETA and 0 <= b2 < _LARGEST_FUSED_BETA:
            _fused_adam(*values, grad, size, b1, b2, eps)
        else:
            _plain_adam(*values, grad, size, b1, b2, eps, nesterov)
        return var

    return compute


def _fused_adam(
    var: torch.Tensor,
    m: torch.Tensor,
    v: torch.Tensor,
    grad: torch.Tensor,
    size: float,
    beta1: float,
    beta2: float,
    epsilon: float,
) -> None:
    # One pass over memory instead of seven.
    torch._fused_adam_(
        [var],
        [grad.contiguous()],
        [m],
        [v],
        [],
        [_LATE_STEP],
        lr=size,
        beta1=beta1,
        beta2=beta2,
        weight_decay=0.0,
        eps=epsilon,
        amsgrad=False,
        maximize=False,
    )


def _plain_adam(
    var: torch.Tensor,
    m: torch.Tensor,
    v: torch.Tensor,
    grad: torch.Tensor,
    size: float,
    beta1: float,
    beta2: float,
    epsilon: float,
    nesterov: bool,
) -> None:
    m.add_(grad - m, alpha=1 - beta1)
    v.add_(grad.square() - v, alpha=1 - beta2)
    direction = m * beta1 + grad * (1 - beta1) if nesterov else m
    var.sub_(direction * size / (v.sqrt() + epsilon))


register_op(
    "ApplyAdam",
    inputs=(
        "var: Ref(T); m: Ref(T); v: Ref(T); beta1_power: T; beta2_power: T; lr: T; beta1: T; beta2: T; "
        "epsilon: T; grad: T"
    ),
    outputs="out: Ref(T)",
    attrs=f"T: type in {{{NUMBER}}}; use_locking: bool = false; use_nesterov: bool = false",
    shape=_adam_shape,
    kernel=_adam_kernel,
    gradient=NO_GRADIENT,
)
