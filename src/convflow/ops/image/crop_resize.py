"""Boxes of pictures cut out and brought to one size (API: tf.image.crop_and_resize)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from convflow.core import errors
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.string import text_of
from convflow.ops.window import either


def crop_and_resize(
    image: Any,
    boxes: Any,
    box_ind: Any = None,
    crop_size: Any = None,
    method: str = "bilinear",
    extrapolation_value: float = 0,
    name: str | None = None,
    box_indices: Any = None,
) -> Tensor:
    """Boxes of pictures, each resized to `crop_size` (API: tf.image.crop_and_resize).

    Args:
        image: [batch, height, width, channels], numbers of any type.
        boxes: float32 [boxes, 4], each y1, x1, y2, x2, where 0 is the first row or column and 1 the last; a box may
            reach beyond the picture, and be upside down.
        box_ind: int32 [boxes], which picture each is cut from. `box_indices` is another name for it.
        crop_size: int32 [crop_height, crop_width].
        method: "bilinear" or "nearest".
        extrapolation_value: what stands outside of the picture.

    Returns:
        float32 [boxes, crop_height, crop_width, channels].

    Raises:
        InvalidArgumentError: (when run) a box of a picture that is not there.
    """
    box_ind = either("box_indices", box_indices, "box_ind", box_ind)
    return apply_op(
        "CropAndResize",
        image=image,
        boxes=boxes,
        box_ind=box_ind,
        crop_size=crop_size,
        method=method,
        extrapolation_value=extrapolation_value,
        name=name,
    )


def _box_count(ctx: InferenceContext, first: int) -> Any:
    boxes = rules.with_rank(ctx.input(first), 2, "boxes")
    owners = rules.with_rank(ctx.input(first + 1), 1, "box_ind")
    rules.merge_dimension(boxes[1], 4, f"boxes must be [boxes, 4], have shape {ctx.input(first)}")
    return rules.merge_dimension(boxes[0], owners[0], "boxes and box_ind count the boxes")


def _crop_shape(ctx: InferenceContext) -> list[TensorShape]:
    image, count = rules.with_rank(ctx.input(0), 4, "image"), _box_count(ctx, 1)
    size = rules.with_rank(ctx.input(3), 1, "crop_size")
    rules.merge_dimension(size[0], 2, f"crop_size must hold height and width, has shape {ctx.input(3)}")
    value = ctx.constant(3)
    if value is not None and value.min() <= 0:
        raise ValueError(f"crop_size must be positive, got {value.tolist()}.")
    height, width = (None, None) if value is None else value.tolist()
    return [TensorShape([count, height, width, image[3]])]


class _Axis(NamedTuple):
    """Per box and element along one axis: the two source elements, how far between them, and whether it is inside."""

    lower: torch.Tensor
    upper: torch.Tensor
    part: torch.Tensor
    inside: torch.Tensor
    nearest: torch.Tensor


def _axis(begin: torch.Tensor, end: torch.Tensor, size: int, count: int) -> _Axis:
    last = float(size - 1)
    if count > 1:
        step = (end - begin) * last / (count - 1)
        at = (begin * last).unsqueeze(1) + torch.arange(count, dtype=torch.float32) * step.unsqueeze(1)
    else:
        at = (0.5 * (begin + end) * last).unsqueeze(1)
    inside = (at >= 0) & (at <= last)
    safe = torch.where(inside, at, 0.0)
    floor = safe.floor()
    # Halves go up: PyTorch's own rounding sends them to the even neighbour.
    nearest = (safe + 0.5).floor().clamp(max=last)
    return _Axis(floor.long(), safe.ceil().long(), safe - floor, inside, nearest.long())


class _Boxes:
    """Where the elements of all crops come from."""

    def __init__(self, sizes: Any, boxes: torch.Tensor, owners: torch.Tensor, crop: Any) -> None:
        batch, height, width = sizes[:3]
        if boxes.ndim != 2 or boxes.shape[1] != 4 or owners.shape != boxes.shape[:1]:
            raise ValueError(f"boxes and box_ind have shapes {list(boxes.shape)} and {list(owners.shape)}.")
        if min(height, width, *crop) <= 0:
            raise ValueError(f"cannot crop {list(crop)} from pictures of shape {list(sizes)}.")
        if owners.numel() and (int(owners.min()) < 0 or int(owners.max()) >= batch):
            raise errors.OutOfRangeError(
                None,
                None,
                f"box_index has values outside [0, batch_size): {owners.tolist()} with {batch} pictures. "
                "Each box names the picture it is cut from, counted from 0.",
            )
        self.rows = _axis(boxes[:, 0], boxes[:, 2], height, crop[0])
        self.columns = _axis(boxes[:, 1], boxes[:, 3], width, crop[1])
        self.owners = owners.long().reshape(-1, 1, 1)
        self.inside = self.rows.inside.unsqueeze(2) & self.columns.inside.unsqueeze(1)

    def index(self, row: torch.Tensor, column: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return self.owners, row.unsqueeze(2), column.unsqueeze(1)

    @property
    def parts(self) -> tuple[torch.Tensor, torch.Tensor]:
        """How far each element is below its upper row and right of its left column."""
        return self.rows.part[:, :, None, None], self.columns.part[:, None, :, None]

    def corners(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        rows, columns = self.rows, self.columns
        return tuple(
            image[self.index(row, column)].float()
            for row in (rows.lower, rows.upper)
            for column in (columns.lower, columns.upper)
        )


def _crop_kernel(op: Operation) -> Callable[..., torch.Tensor]:
    method, outside = text_of(op.attrs["method"]), float(op.attrs["extrapolation_value"])

    def compute(image: torch.Tensor, boxes: torch.Tensor, owners: torch.Tensor, size: torch.Tensor) -> torch.Tensor:
        places = _Boxes(image.shape, boxes, owners, size.tolist())
        if method == "nearest":
            taken = image[places.index(places.rows.nearest, places.columns.nearest)].float()
        else:
            top_left, top_right, bottom_left, bottom_right = places.corners(image)
            down, across = places.parts
            top = top_left + (top_right - top_left) * across
            bottom = bottom_left + (bottom_right - bottom_left) * across
            taken = top + (bottom - top) * down
        return torch.where(places.inside.unsqueeze(3), taken, outside)

    return compute


def _image_grad_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(0), 4, "grads")
    _box_count(ctx, 1)
    size = rules.with_rank(ctx.input(3), 1, "image_size")
    rules.merge_dimension(size[0], 4, f"image_size must hold four sizes, has shape {ctx.input(3)}")
    return [rules.with_rank(ctx.constant_shape(3), 4, "image_size")]


def _image_grad_kernel(op: Operation) -> Callable[..., torch.Tensor]:
    method, dtype = text_of(op.attrs["method"]), op.attrs["T"]

    def compute(grads: torch.Tensor, boxes: torch.Tensor, owners: torch.Tensor, size: torch.Tensor) -> torch.Tensor:
        places = _Boxes(size.tolist(), boxes, owners, grads.shape[1:3])
        grads = torch.where(places.inside.unsqueeze(3), grads, 0.0)
        total = grads.new_zeros(size.tolist())
        rows, columns = places.rows, places.columns
        if method == "nearest":
            total.index_put_(places.index(rows.nearest, columns.nearest), grads, accumulate=True)
        else:
            down, across = places.parts
            for row, by_row in ((rows.lower, 1 - down), (rows.upper, down)):
                for column, by_column in ((columns.lower, 1 - across), (columns.upper, across)):
                    total.index_put_(places.index(row, column), grads * by_row * by_column, accumulate=True)
        return total.to(_TORCH[dtype.name])

    return compute


_TORCH = {"float16": torch.float16, "float32": torch.float32, "float64": torch.float64}


def _boxes_grad_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(0), 4, "grads")
    rules.with_rank(ctx.input(1), 4, "image")
    return [TensorShape([_box_count(ctx, 2), 4])]


def _along(slopes: torch.Tensor, size: int, axis: int) -> tuple[torch.Tensor, torch.Tensor]:
    """What a box's two edges along one axis get of the slopes [boxes, rows, columns]."""
    last, count = float(size - 1), slopes.shape[axis]
    by_element = slopes.sum(2 if axis == 1 else 1)
    if count == 1:
        half = by_element.sum(1) * 0.5 * last
        return half, half
    far = torch.arange(count, dtype=torch.float32) * (last / (count - 1))
    return (by_element * (last - far)).sum(1), (by_element * far).sum(1)


def _boxes_grad_kernel(op: Operation) -> Callable[..., torch.Tensor]:
    def compute(grads: torch.Tensor, image: torch.Tensor, boxes: torch.Tensor, owners: torch.Tensor) -> torch.Tensor:
        places = _Boxes(image.shape, boxes, owners, grads.shape[1:3])
        grads = torch.where(places.inside.unsqueeze(3), grads, 0.0)
        top_left, top_right, bottom_left, bottom_right = places.corners(image)
        down, across = places.parts
        by_row = (1 - across) * (bottom_left - top_left) + across * (bottom_right - top_right)
        by_column = (1 - down) * (top_right - top_left) + down * (bottom_right - bottom_left)
        y1, y2 = _along((by_row * grads).sum(3), image.shape[1], 1)
        x1, x2 = _along((by_column * grads).sum(3), image.shape[2], 2)
        return torch.stack([y1, x1, y2, x2], 1)

    return compute


def _crop_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    image, boxes, owners = op.inputs[:3]
    by_image: Tensor | None = None
    if image.dtype.base_dtype.name in _TORCH:
        size: Any = image.shape.as_list() if image.shape.is_fully_defined() else shape_of(image)
        by_image = apply_op(
            "CropAndResizeGradImage",
            grads=grad,
            boxes=boxes,
            box_ind=owners,
            image_size=size,
            T=image.dtype.base_dtype,
            method=op.attrs["method"],
        )
    by_boxes = apply_op("CropAndResizeGradBoxes", grads=grad, image=image, boxes=boxes, box_ind=owners)
    return [by_image, by_boxes, None, None]


_TYPES = "T: type in {uint8, uint16, int8, int16, int32, int64, half, float, double}"
register_op(
    "CropAndResize",
    inputs="image: T; boxes: float; box_ind: int32; crop_size: int32",
    outputs="crops: float",
    attrs=f"{_TYPES}; method: string = 'bilinear' in {{'bilinear', 'nearest'}}; extrapolation_value: float = 0",
    shape=_crop_shape,
    kernel=_crop_kernel,
    gradient=_crop_gradient,
)
register_op(
    "CropAndResizeGradImage",
    inputs="grads: float; boxes: float; box_ind: int32; image_size: int32",
    outputs="output: T",
    attrs="T: type in {float, half, double}; method: string = 'bilinear' in {'bilinear', 'nearest'}",
    shape=_image_grad_shape,
    kernel=_image_grad_kernel,
    gradient=NO_GRADIENT,
)
register_op(
    "CropAndResizeGradBoxes",
    inputs="grads: float; image: T; boxes: float; box_ind: int32",
    outputs="output: float",
    attrs=f"{_TYPES}; method: string = 'bilinear' in {{'bilinear'}}",
    shape=_boxes_grad_shape,
    kernel=_boxes_grad_kernel,
    gradient=NO_GRADIENT,
)
