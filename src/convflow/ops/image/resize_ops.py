"""The ops that give pictures another size (API: tf.image.resize_bilinear and its like) and their gradients.

Rows and columns are interpolated one after the other: a picture is a matrix between two weighted selections.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, NOT_DIFFERENTIABLE, get_op, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.static_value import shape_from_sizes
from convflow.ops import rules
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.image import sampling
from convflow.ops.image.sampling import Taps

Kernel = Callable[..., torch.Tensor]
_ROWS, _COLUMNS = 1, 2


def resize_bilinear(
    images: Any,
    size: Any,
    align_corners: bool = False,
    name: str | None = None,
    half_pixel_centers: bool = False,
) -> Tensor:
    """Pictures of another size, each pixel a mix of the four around it (API: tf.image.resize_bilinear).

    Args:
        images: [batch, height, width, channels], numbers of any type.
        size: int32 [new_height, new_width].
        align_corners: the corner pixels keep their places and values.
        half_pixel_centers: a pixel stands for its middle, not for its upper left corner. Not with align_corners.

    Returns:
        float32 [batch, new_height, new_width, channels].
    """
    return _resized("ResizeBilinear", images, size, align_corners, half_pixel_centers, name)


def resize_nearest_neighbor(
    images: Any,
    size: Any,
    align_corners: bool = False,
    name: str | None = None,
    half_pixel_centers: bool = False,
) -> Tensor:
    """Pictures of another size, each pixel a copy of the nearest (API: tf.image.resize_nearest_neighbor).

    Args:
        images: [batch, height, width, channels], numbers of any type.
        size: int32 [new_height, new_width].
        align_corners: the corner pixels keep their places and values.
        half_pixel_centers: a pixel stands for its middle, not for its upper left corner. Not with align_corners.

    Returns:
        [batch, new_height, new_width, channels] of the type of `images`.
    """
    return _resized("ResizeNearestNeighbor", images, size, align_corners, half_pixel_centers, name)


def resize_bicubic(
    images: Any,
    size: Any,
    align_corners: bool = False,
    name: str | None = None,
    half_pixel_centers: bool = False,
) -> Tensor:
    """Pictures of another size, each pixel a mix of the sixteen around it (API: tf.image.resize_bicubic).

    Args:
        images: [batch, height, width, channels], numbers of any type.
        size: int32 [new_height, new_width].
        align_corners: the corner pixels keep their places and values.
        half_pixel_centers: a pixel stands for its middle, not for its upper left corner. Not with align_corners.

    Returns:
        float32 [batch, new_height, new_width, channels].
    """
    return _resized("ResizeBicubic", images, size, align_corners, half_pixel_centers, name)


def resize_area(images: Any, size: Any, align_corners: bool = False, name: str | None = None) -> Tensor:
    """Pictures of another size, each pixel the mean of the area it covers (API: tf.image.resize_area).

    There is no gradient.

    Args:
        images: [batch, height, width, channels], numbers of any type.
        size: int32 [new_height, new_width].
        align_corners: the corner pixels keep their places.

    Returns:
        float32 [batch, new_height, new_width, channels].
    """
    return apply_op("ResizeArea", images=images, size=size, align_corners=align_corners, name=name)


def _resized(op_type: str, images: Any, size: Any, align: bool, centers: bool, name: str | None) -> Tensor:
    return apply_op(op_type, images=images, size=size, align_corners=align, half_pixel_centers=centers, name=name)


def _check_centers(attr: Callable[[str], Any]) -> None:
    if attr("half_pixel_centers") and attr("align_corners"):
        raise ValueError(
            "half_pixel_centers and align_corners are both True: the corners cannot keep their places where pixels "
            "stand for their middles. Set one of them to False."
        )


def sized(ctx: InferenceContext, size_input: int, channels: Any) -> list[TensorShape]:
    """[batch, *size, channels], where the input `size_input` holds the size."""
    images, size = rules.with_rank(ctx.input(0), 4, "images"), rules.with_rank(ctx.input(size_input), 1, "size")
    if size[0].value not in (None, 2):
        raise ValueError(f"size must hold two values, the new height and width, but has shape {ctx.input(size_input)}.")
    value = ctx.constant(size_input)
    if value is not None and value.min() <= 0:
        raise ValueError(f"size must be positive, got {value.tolist()}.")
    target = TensorShape([None, None]) if value is None else shape_from_sizes(value)
    return [TensorShape([images[0], *target, channels])]


def _resize_shape(ctx: InferenceContext) -> list[TensorShape]:
    return sized(ctx, 1, rules.with_rank(ctx.input(0), 4, "images")[3])


def _target(images: torch.Tensor, size: torch.Tensor) -> list[int]:
    sizes = size.tolist()
    if images.ndim != 4 or len(sizes) != 2 or min(sizes) <= 0 or min(images.shape[1:3]) <= 0:
        raise ValueError(f"cannot resize pictures of shape {list(images.shape)} to {sizes}.")
    return sizes


def _along(op: Operation, taps: Callable[..., Any], source: int, target: int) -> Any:
    return taps(source, target, op.attrs["align_corners"], op.attrs["half_pixel_centers"])


def _view(weights: torch.Tensor, axis: int) -> torch.Tensor:
    return weights.reshape(-1, *[1] * (3 - axis))


def _mixed_linearly(images: torch.Tensor, taps: Taps, axis: int) -> torch.Tensor:
    first, second = (images.index_select(axis, index) for index in taps.indices)
    # As written, equal neighbours give exactly their value.
    return torch.addcmul(first, second - first, _view(taps.weights[1], axis))


def _bilinear_kernel(op: Operation) -> Kernel:
    _check_centers(op.attrs.__getitem__)

    def compute(images: torch.Tensor, size: torch.Tensor) -> torch.Tensor:
        height, width = _target(images, size)
        rows = _along(op, sampling.linear, images.shape[1], height)
        columns = _along(op, sampling.linear, images.shape[2], width)
        return _mixed_linearly(_mixed_linearly(images.float(), columns, _COLUMNS), rows, _ROWS)

    return compute


def _mixed(images: torch.Tensor, taps: Taps, axis: int) -> torch.Tensor:
    total = images.index_select(axis, taps.indices[0]) * _view(taps.weights[0], axis)
    for index, weight in zip(taps.indices[1:], taps.weights[1:], strict=True):
        total += images.index_select(axis, index) * _view(weight, axis)
    return total


def _bicubic_kernel(op: Operation) -> Kernel:
    _check_centers(op.attrs.__getitem__)

    def compute(images: torch.Tensor, size: torch.Tensor) -> torch.Tensor:
        height, width = _target(images, size)
        rows = _along(op, sampling.cubic, images.shape[1], height)
        columns = _along(op, sampling.cubic, images.shape[2], width)
        return _mixed(_mixed(images.float(), rows, _ROWS), columns, _COLUMNS)

    return compute


def _spread(grads: torch.Tensor, taps: Taps, axis: int, size: int) -> torch.Tensor:
    """The reverse of mixing: each gradient goes, weighted, to the elements its value was made of."""
    sizes = list(grads.shape)
    sizes[axis] = size
    total = grads.new_zeros(sizes)
    for index, weight in zip(taps.indices, taps.weights, strict=True):
        total.index_add_(axis, index, grads * _view(weight.to(grads.dtype), axis))
    return total


def _spread_kernel(taps: Callable[..., Taps]) -> Callable[[Operation], Kernel]:
    def kernel(op: Operation) -> Kernel:
        _check_centers(op.attrs.__getitem__)

        def compute(grads: torch.Tensor, original: torch.Tensor) -> torch.Tensor:
            height, width = original.shape[1:3]
            rows = _along(op, taps, height, grads.shape[1])
            columns = _along(op, taps, width, grads.shape[2])
            # Sums of narrow numbers are made in float32, of float64 in float64.
            grads = grads.double() if original.dtype == torch.float64 else grads.float()
            spread = _spread(_spread(grads, rows, _ROWS, height), columns, _COLUMNS, width)
            return spread.to(original.dtype)

        return compute

    return kernel


def _nearest_kernel(op: Operation) -> Kernel:
    _check_centers(op.attrs.__getitem__)

    def compute(images: torch.Tensor, size: torch.Tensor) -> torch.Tensor:
        height, width = _target(images, size)
        rows = _along(op, sampling.nearest, images.shape[1], height)
        columns = _along(op, sampling.nearest, images.shape[2], width)
        return images.index_select(_ROWS, rows).index_select(_COLUMNS, columns)

    return compute


def _nearest_grad_kernel(op: Operation) -> Kernel:
    _check_centers(op.attrs.__getitem__)

    def compute(grads: torch.Tensor, size: torch.Tensor) -> torch.Tensor:
        height, width = _target(grads, size)
        rows = _along(op, sampling.nearest, height, grads.shape[1])
        columns = _along(op, sampling.nearest, width, grads.shape[2])
        batch, _, across, channels = grads.shape
        by_row = grads.new_zeros(batch, height, across, channels).index_add_(_ROWS, rows, grads)
        return grads.new_zeros(batch, height, width, channels).index_add_(_COLUMNS, columns, by_row)

    return compute


def _area_kernel(op: Operation) -> Kernel:
    align = op.attrs["align_corners"]

    def compute(images: torch.Tensor, size: torch.Tensor) -> torch.Tensor:
        height, width = _target(images, size)
        rows = sampling.area(images.shape[1], height, align)
        columns = sampling.area(images.shape[2], width, align)
        across = torch.einsum("bhwc,xw->bhxc", images.float(), columns)
        return torch.einsum("bhxc,yh->byxc", across, rows).contiguous()

    return compute


def _like_original(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(0), 4, "grads")
    return [rules.with_rank(ctx.input(1), 4, "original_image")]


def _centers(op: Operation) -> dict[str, Any]:
    return {name: op.attrs[name] for name in ("align_corners", "half_pixel_centers")}


def _interpolated_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    if op.inputs[0].dtype.base_dtype not in (get_op(f"{op.type}Grad").attrs["T"].allowed or ()):
        return [None, None]
    return [apply_op(f"{op.type}Grad", grads=grad, original_image=op.inputs[0], **_centers(op)), None]


def _nearest_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    image = op.inputs[0]
    sizes = image.shape[1:3] if image.shape.rank is not None else image.shape
    size: Any = sizes.as_list() if sizes.is_fully_defined() else shape_of(image)[1:3]
    return [apply_op("ResizeNearestNeighborGrad", grads=grad, size=size, **_centers(op)), None]


_NUMBERS = "int8, uint8, int16, uint16, int32, int64, half, float, double, bfloat16"
_FLAGS = "align_corners: bool = false; half_pixel_centers: bool = false"
_BILINEAR = "int8, uint8, int16, uint16, int32, int64, bfloat16, half, float, double, bfloat16"


def _register(name: str, types: str, kernel: Any, gradient: Any, outputs: str, flags: str = _FLAGS) -> None:
    register_op(
        name,
        inputs="images: T; size: int32",
        outputs=f"resized_images: {outputs}",
        attrs=f"T: type in {{{types}}}; {flags}",
        shape=_resize_shape,
        kernel=kernel,
        gradient=gradient,
    )


_register("ResizeBilinear", _BILINEAR, _bilinear_kernel, _interpolated_gradient, "float")
_register("ResizeBicubic", _NUMBERS, _bicubic_kernel, _interpolated_gradient, "float")
_register("ResizeNearestNeighbor", _NUMBERS, _nearest_kernel, _nearest_gradient, "T")
_register("ResizeArea", _NUMBERS, _area_kernel, NO_GRADIENT, "float", "align_corners: bool = false")
register_op(
    "ResizeBilinearGrad",
    inputs="grads: float; original_image: T",
    outputs="output: T",
    attrs=f"T: type in {{float, bfloat16, half, double}}; {_FLAGS}",
    shape=_like_original,
    kernel=_spread_kernel(sampling.linear),
    gradient=NOT_DIFFERENTIABLE,
)
register_op(
    "ResizeBicubicGrad",
    inputs="grads: float; original_image: T",
    outputs="output: T",
    attrs=f"T: type in {{float, double}}; {_FLAGS}",
    shape=_like_original,
    kernel=_spread_kernel(sampling.cubic),
    gradient=NO_GRADIENT,
)
register_op(
    "ResizeNearestNeighborGrad",
    inputs="grads: T; size: int32",
    outputs="output: T",
    attrs=f"T: type in {{uint8, int8, int32, half, float, double, bfloat16}}; {_FLAGS}",
    shape=_resize_shape,
    kernel=_nearest_grad_kernel,
    gradient=NO_GRADIENT,
)
