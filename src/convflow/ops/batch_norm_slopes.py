"""The derivative of batch normalization's derivative.

With xc = x - mean(x), r = 1 / sqrt(var(x) + epsilon), h = xc * r, means over everything but the channels and

    P(u) = u - mean(u) - h * mean(u * h)

the derivative op gives dx = scale * r * P(dy), dscale = sum(dy * h) and doffset = sum(dy) in training. P is its own
transpose, and r * P is also how anything that depends on h depends on x; r itself changes by -r * r * h / count.
In inference, mean and r are constants: dx = dy * scale * r, dscale = sum(dy * (x - mean) * r).
"""

from __future__ import annotations

from collections.abc import Callable

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Operation, Tensor
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import size
from convflow.ops.math.arithmetic import add, multiply, squared_difference, subtract
from convflow.ops.math.cast import cast
from convflow.ops.math.elementwise import rsqrt
from convflow.ops.math.reduce import reduce_mean, reduce_sum


def slopes_of_gradient(op: Operation, *grads: Tensor) -> list[Tensor | None]:
    """The gradient of a FusedBatchNormGrad: by y_backprop, x and scale, all as float32 and cast back."""
    data_format = op.attrs["data_format"]
    own_type = op.inputs[1].dtype.base_dtype
    grad_y, x, grad_dx = (cast(tensor, dtypes.float32) for tensor in (op.inputs[0], op.inputs[1], grads[0]))
    axes = [axis for axis, letter in enumerate(data_format) if letter != "C"]
    spread = _spread(data_format)
    slopes = _of_training if op.attrs["is_training"] else _of_inference
    by_grad_y, by_x, by_scale = slopes(op, grad_y, x, [grad_dx, *grads[1:3]], axes, spread)
    rest: list[Tensor | None] = [None] * (len(op.inputs) - 3)
    return [cast(by_grad_y, own_type), cast(by_x, own_type), by_scale, *rest]


def _spread(data_format: str) -> Callable[[Tensor], Tensor]:
    """What makes a vector per channel broadcast with pictures."""
    if not data_format.startswith("NC"):
        return lambda vector: vector
    return lambda vector: reshape(vector, [1, size(vector), *[1] * (len(data_format) - 2)])


def _epsilon(op: Operation) -> Tensor:
    return convert_to_tensor(op.attrs["epsilon"], dtypes.float32)


def _of_training(
    op: Operation, grad_y: Tensor, x: Tensor, grads: list[Tensor], axes: list[int], spread: Callable[[Tensor], Tensor]
) -> tuple[Tensor, Tensor, Tensor]:
    grad_dx, grad_dscale, grad_doffset = grads

    def mean(values: Tensor) -> Tensor:
        return reduce_mean(values, axes, keepdims=True)

    scale, grad_dscale = spread(op.inputs[2]), spread(grad_dscale)
    center = mean(x)
    r = rsqrt(add(mean(squared_difference(x, center)), _epsilon(op)))
    h = multiply(subtract(x, center), r)

    def projected(values: Tensor) -> Tensor:
        return subtract(subtract(values, mean(values)), multiply(h, mean(multiply(values, h))))

    factor = multiply(scale, r)
    by_grad_y = add(add(multiply(factor, projected(grad_dx)), multiply(grad_dscale, h)), spread(grad_doffset))
    product = multiply(grad_dx, projected(grad_y))
    by_scale = reduce_sum(multiply(product, r), axes)
    both = add(multiply(grad_dx, mean(multiply(grad_y, h))), multiply(grad_y, mean(multiply(grad_dx, h))))
    by_h = subtract(multiply(grad_dscale, grad_y), multiply(factor, both))
    through_r = multiply(multiply(multiply(factor, r), mean(product)), h)
    return by_grad_y, subtract(multiply(r, projected(by_h)), through_r), by_scale


def _of_inference(
    op: Operation, grad_y: Tensor, x: Tensor, grads: list[Tensor], axes: list[int], spread: Callable[[Tensor], Tensor]
) -> tuple[Tensor, Tensor, Tensor]:
    grad_dx, grad_dscale, grad_doffset = grads[0], spread(grads[1]), spread(grads[2])
    r = rsqrt(add(spread(op.inputs[4]), _epsilon(op)))
    h = multiply(subtract(x, spread(op.inputs[3])), r)
    by_grad_y = add(add(multiply(grad_dx, multiply(spread(op.inputs[2]), r)), multiply(grad_dscale, h)), grad_doffset)
    by_x = multiply(multiply(grad_dscale, r), grad_y)
    return by_grad_y, by_x, reduce_sum(multiply(multiply(grad_dx, grad_y), r), axes)
