"""Finding NaN and infinity (API: tf.check_numerics, tf.verify_tensor_all_finite, tf.add_check_numerics_ops)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core import dtypes, errors
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import colocate_with, control_dependencies, get_default_graph, name_scope
from convflow.ops import rules
from convflow.ops.array.identity import group, identity
from convflow.ops.types import FLOATING
from convflow.ops.window import either

_CHECKED = (dtypes.float16, dtypes.float32, dtypes.float64)
# What stands in the branches and loops of a graph runs only with them.
_INSIDE = "`tf.add_check_numerics_ops() is not compatible with TensorFlow control flow operations"


def check_numerics(tensor: Any, message: str, name: str | None = None) -> Tensor:
    """`tensor`, checked for NaN and infinity in the run (API: tf.check_numerics, tf.debugging.check_numerics).

    Args:
        tensor: floating point numbers.
        message: the beginning of the error's text.

    Raises:
        InvalidArgumentError: (when run) an element is NaN or infinite.
    """
    return apply_op("CheckNumerics", tensor=tensor, message=message, name=name)


def _check_kernel(op: Operation, store: Any) -> Callable[[torch.Tensor], torch.Tensor]:
    message = op.attrs["message"]
    text = message.decode("utf-8", "replace") if isinstance(message, bytes) else str(message)
    source = op.inputs[0]

    def check(tensor: torch.Tensor) -> torch.Tensor:
        # A sum is finite only if all its terms are: most tensors are passed without a look at each element.
        if not torch.isfinite(tensor.sum()):
            _refuse(tensor, text, source)
        return tensor

    return check


def _refuse(tensor: torch.Tensor, text: str, source: Tensor) -> None:
    nan, infinite = torch.isnan(tensor), torch.isinf(tensor)
    found = [what for what, flags in (("Inf", infinite), ("NaN", nan)) if bool(flags.any())]
    if not found:
        return  # only the sum left the type's range
    first = torch.nonzero(nan | infinite)[0].tolist()
    # Eager tensors stand for no node.
    made = "" if source.graph.executes_eagerly else f"; it was made by {source.op.describe()}"
    raise errors.InvalidArgumentError(
        None,
        None,
        f"{text} : Tensor had {' and '.join(found)} values\n\t {source.name} of shape {list(tensor.shape)} has "
        f"{int(nan.sum())} NaN and {int(infinite.sum())} Inf among {tensor.numel()} elements, the first at "
        f"{first}{made}",
    )


def _check_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    message = op.attrs["message"]
    text = message.decode("utf-8", "replace") if isinstance(message, bytes) else message
    return [check_numerics(grad, f"Not a number (NaN) or infinity (Inf) values detected in gradient. {text}")]


register_op(
    "CheckNumerics",
    inputs="tensor: T",
    outputs="output: T",
    attrs=f"T: type in {{{FLOATING}}}; message: string",
    shape=rules.unchanged,
    kernel=_check_kernel,
    gradient=_check_gradient,
    stateful=True,
)


def verify_tensor_all_finite(
    t: Any = None, msg: str | None = None, name: str | None = None, x: Any = None, message: str | None = None
) -> Tensor:
    """`x`, passed on once it has been checked (API: tf.verify_tensor_all_finite, tf.debugging.assert_all_finite).

    Args:
        x: floating point numbers. `t` is its former name.
        message: the beginning of the error's text. `msg` is its former name.

    Raises:
        InvalidArgumentError: (when run) an element is NaN or infinite.
    """
    x, message = either("x", x, "t", t), either("message", message, "msg", msg)
    with name_scope(name, "VerifyFinite", [x]):
        x = convert_to_tensor(x, name="x")
        with colocate_with(x):
            checked = check_numerics(x, message=message or "")
            with control_dependencies([checked]):
                return identity(x, name="control_dependency")


def add_check_numerics_ops() -> Operation:
    """Checks every half, float and double of the default graph, each only after the ones before
    (API: tf.add_check_numerics_ops).

    Returns:
        The operation to run beside the others.

    Raises:
        ValueError: the graph has branches or loops.
    """
    checks: list[Operation] = []
    for op in get_default_graph().get_operations():
        for output in op.outputs:
            if output.dtype not in _CHECKED:
                continue
            if op._get_control_flow_context() is not None:
                raise ValueError(f"{_INSIDE} such as `tf.cond()` or `tf.while_loop()`: {op.describe()}.")
            with control_dependencies(checks):
                checks = [check_numerics(output, message=f"{op.name}:{output.value_index}").op]
    return group(*checks)
