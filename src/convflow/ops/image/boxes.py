"""Boxes drawn into pictures, and boxes drawn by lot (API: tf.image.draw_bounding_boxes and its kin)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch

from convflow.core import errors
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import rules
from convflow.ops.random_nodes import generator
from convflow.ops.range_samplers import Words

# Colours of the boxes one after the other, RGBA, where none are given.
_COLOURS = [
    [1, 1, 0, 1], [0, 0, 1, 1], [1, 0, 0, 1], [0, 1, 0, 1], [0.5, 0, 0.5, 1],
    [0.5, 0.5, 0, 1], [0.5, 0, 0, 1], [0, 0, 0.5, 1], [0, 1, 1, 1], [1, 0, 1, 1],
]  # fmt: skip


def draw_bounding_boxes(images: Any, boxes: Any, name: str | None = None, colors: Any = None) -> Tensor:
    """Pictures with the outlines of boxes in them (API: tf.image.draw_bounding_boxes).

    Args:
        images: float16 or float32 [batch, height, width, channels], with 1, 3 or 4 channels.
        boxes: float32 [batch, boxes, 4], each y_min, x_min, y_max, x_max in [0, 1] of the sides.
        colors: float32 [colors, channels], used in turn; ten colours of TensorFlow's by default.
    """
    if colors is None:
        return apply_op("DrawBoundingBoxes", images=images, boxes=boxes, name=name)
    return apply_op("DrawBoundingBoxesV2", images=images, boxes=boxes, colors=colors, name=name)


def _draw_shape(ctx: InferenceContext) -> list[TensorShape]:
    images, boxes = rules.with_rank(ctx.input(0), 4, "images"), rules.with_rank(ctx.input(1), 3, "boxes")
    if ctx.input(0).rank is not None and images[3].value not in (None, 1, 3, 4):
        raise ValueError(f"Channel depth should be either 1 (GRY), 3 (RGB), or 4 (RGBA), images have {images}.")
    rules.merge_dimension(boxes[2], 4, f"boxes must be [batch, boxes, 4], have shape {ctx.input(1)}")
    return [ctx.input(0)]


def _draw(images: torch.Tensor, boxes: torch.Tensor, colours: torch.Tensor | None = None) -> torch.Tensor:
    batch, height, width, depth = images.shape
    if boxes.ndim != 3 or boxes.shape[0] != batch or boxes.shape[2] != 4 or depth not in (1, 3, 4):
        raise ValueError(f"cannot draw boxes of shape {list(boxes.shape)} into {list(images.shape)}.")
    table = torch.tensor(_COLOURS) if colours is None or not colours.numel() else colours
    if depth == 1 and table.shape[1] > 1:
        # Grey pictures have the first colour's red in full.
        table = torch.ones(len(table), 1)
    if table.shape[1] < depth:
        raise ValueError(f"colors of shape {list(table.shape)} are too short for {depth} channels.")
    table = table[:, :depth].to(images.dtype)
    result = images.clone()
    scale = torch.tensor([height - 1, width - 1, height - 1, width - 1], dtype=torch.float32)
    edges = (boxes * scale).to(torch.int64).tolist()
    for picture, own in zip(result, edges, strict=True):
        for number, edge in enumerate(own):
            _outline(picture, edge, table[number % len(table)])
    return result


def _outline(picture: torch.Tensor, edge: list[int], colour: torch.Tensor) -> None:
    """Draws into `picture`; what lies outside of it is left out."""
    height, width = picture.shape[:2]
    top, left, bottom, right = edge
    if top > bottom or left > right or top >= height or bottom < 0 or left >= width or right < 0:
        return
    rows, columns = slice(max(top, 0), min(bottom, height - 1) + 1), slice(max(left, 0), min(right, width - 1) + 1)
    for row in (top, bottom):
        if 0 <= row < height:
            picture[row, columns] = colour
    for column in (left, right):
        if 0 <= column < width:
            picture[rows, column] = colour


for _name, _more, _gradient in (
    ("DrawBoundingBoxes", "", NOT_DIFFERENTIABLE),
    ("DrawBoundingBoxesV2", "; colors: float", NO_GRADIENT),
):
    register_op(
        _name,
        inputs=f"images: T; boxes: float{_more}",
        outputs="output: T",
        attrs="T: type = float in {float, half}",
        shape=_draw_shape,
        kernel=lambda op: _draw,
        gradient=_gradient,
    )


class DistortedBox(NamedTuple):
    """begin, size: int [3], as tf.slice takes them; bboxes: float32 [1, 1, 4], as draw_bounding_boxes takes them."""

    begin: Tensor
    size: Tensor
    bboxes: Tensor


def sample_distorted_bounding_box(
    image_size: Any,
    bounding_boxes: Any,
    seed: int | None = None,
    seed2: int | None = None,
    min_object_covered: Any = 0.1,
    aspect_ratio_range: Any = None,
    area_range: Any = None,
    max_attempts: int | None = None,
    use_image_if_no_bounding_boxes: bool | None = None,
    name: str | None = None,
) -> DistortedBox:
    """A random box that covers enough of an object (API: tf.image.sample_distorted_bounding_box).

    Args:
        image_size: integers [height, width, channels].
        bounding_boxes: float32 [batch, boxes, 4], the objects: y_min, x_min, y_max, x_max in [0, 1] of the sides.
        seed, seed2: the op's seeds; both 0 or None draw anew in each session.
        min_object_covered: how much of some object the box must cover, in [0, 1].
        aspect_ratio_range: width / height from to, [0.75, 1.33] by default.
        area_range: the share of the picture from to, [0.05, 1] by default.
        max_attempts: after so many (100 by default) the whole picture is taken.
        use_image_if_no_bounding_boxes: without any object the picture counts as one; else that is an error.

    Returns:
        begin, size, bboxes: see `DistortedBox`.
    """
    with name_scope(name, "sample_distorted_bounding_box"):
        begin, size, bboxes = apply_op(
            "SampleDistortedBoundingBoxV2",
            image_size=image_size,
            bounding_boxes=bounding_boxes,
            seed=seed,
            seed2=seed2,
            min_object_covered=min_object_covered,
            aspect_ratio_range=aspect_ratio_range,
            area_range=area_range,
            max_attempts=max_attempts,
            use_image_if_no_bounding_boxes=use_image_if_no_bounding_boxes,
            name=name,
        )
    return DistortedBox(begin, size, bboxes)


def _sample_shape(ctx: InferenceContext) -> list[TensorShape]:
    size, boxes = rules.with_rank(ctx.input(0), 1, "image_size"), rules.with_rank(ctx.input(1), 3, "bounding_boxes")
    rules.merge_dimension(size[0], 3, f"image_size must be [height, width, channels], has shape {ctx.input(0)}")
    rules.merge_dimension(boxes[2], 4, f"bounding_boxes must be [batch, boxes, 4], have shape {ctx.input(1)}")
    return [TensorShape([3]), TensorShape([3]), TensorShape([1, 1, 4])]


class _Box(NamedTuple):
    left: int
    top: int
    right: int
    bottom: int

    @property
    def area(self) -> int:
        return (self.right - self.left) * (self.bottom - self.top)

    def shared(self, other: _Box) -> int:
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return width * height if width > 0 and height > 0 else 0


_F = np.float32


def _random_box(width: int, height: int, areas: tuple[Any, Any], ratio: Any, words: Words) -> _Box | None:
    """A box of a random height, whose width follows from the ratio, at a random place; None where none fits."""
    if ratio <= 0 or areas[1] <= 0 or areas[0] > areas[1]:
        return None
    low, high = _F(areas[0] * _F(width) * _F(height)), _F(areas[1] * _F(width) * _F(height))
    tall = int(np.rint(np.sqrt(_F(low / ratio))))
    tallest = int(np.rint(np.sqrt(_F(high / ratio))))
    if int(np.rint(_F(tallest) * ratio)) > width:
        # The largest height whose width, rounded, is not beyond the picture.
        tallest = int((width + 0.5 - 1e-7) / float(ratio))
    tallest = min(tallest, height)
    tall = min(tall, tallest)
    if tall < tallest:
        tall += words.below(tallest - tall + 1)
    wide = int(np.rint(_F(tall) * ratio))
    # Rounding may have left the range by a row.
    for change, beyond in ((1, lambda area: area < low), (-1, lambda area: area > high)):
        if beyond(_F(wide * tall)):
            tall += change
            wide = int(np.rint(_F(tall) * ratio))
    area = _F(wide * tall)
    if area < low or area > high or wide > width or tall > height or wide <= 0 or tall <= 0:
        return None
    top = words.below(height - tall) if tall < height else 0
    left = words.below(width - wide) if wide < width else 0
    return _Box(left, top, left + wide, top + tall)


def _covers(box: _Box, objects: list[_Box], share: float) -> bool:
    if box.area < 1:
        return False
    return any(item.area >= 1 and _F(box.shared(item)) / _F(item.area) >= _F(share) for item in objects)


def _objects(boxes: torch.Tensor, width: int, height: int, use_image: bool) -> list[_Box]:
    found = []
    for y_min, x_min, y_max, x_max in boxes.reshape(-1, 4).numpy():
        if not (x_min < x_max and y_min < y_max) or min(x_min, y_min) < 0 or max(x_max, y_max) > 1:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"All bounding box coordinates must be in [0.0, 1.0], each minimum below its maximum: got "
                f"{[float(value) for value in (y_min, x_min, y_max, x_max)]} (y_min, x_min, y_max, x_max).",
            )
        found.append(
            _Box(int(x_min * _F(width)), int(y_min * _F(height)), int(x_max * _F(width)), int(y_max * _F(height)))
        )
    if not found and not use_image:
        raise errors.InvalidArgumentError(
            None,
            None,
            "No bounding boxes provided as input. One must enable use_image_if_no_bounding_boxes if you wish to not "
            "provide any bounding boxes.",
        )
    return found or [_Box(0, 0, width, height)]


def _sample_kernel(op: Operation, store: Any) -> Callable[..., Any]:
    attrs = op.attrs
    ratios, areas = [[_F(value) for value in attrs[name]] for name in ("aspect_ratio_range", "area_range")]
    attempts, use_image = attrs["max_attempts"], bool(attrs["use_image_if_no_bounding_boxes"])
    if len(ratios) != 2 or ratios[0] <= 0 or ratios[1] <= 0:
        raise ValueError(f"aspect_ratio_range must hold two numbers above 0, got {attrs['aspect_ratio_range']}.")
    if len(areas) != 2 or min(areas) <= 0 or max(areas) > 1:
        raise ValueError(f"area_range must hold two numbers in (0, 1], got {attrs['area_range']}.")
    if attempts <= 0:
        raise ValueError(f"max_attempts must be positive, got {attempts}.")

    def compute(size: torch.Tensor, boxes: torch.Tensor, covered: torch.Tensor | None = None) -> Any:
        if size.shape != (3,) or boxes.ndim != 3 or boxes.shape[2] != 4:
            raise ValueError(f"image_size and bounding_boxes have shapes {list(size.shape)}, {list(boxes.shape)}.")
        height, width = size.tolist()[:2]
        share = float(attrs["min_object_covered"] if covered is None else covered)
        if not 0 <= share <= 1:
            raise errors.InvalidArgumentError(None, None, f"Min object covered must be in [0.0, 1.0]: {share}")
        objects = _objects(boxes, width, height, use_image)
        words = Words(generator(op, store).words(4 * attempts))
        chosen = _Box(0, 0, width, height)
        for _ in range(attempts):
            ratio = _F(_F(words.unit_float()) * (ratios[1] - ratios[0]) + ratios[0])
            box = _random_box(width, height, (areas[0], areas[1]), ratio, words)
            if box is not None and _covers(box, objects, share):
                chosen = box
                break
        begin = torch.tensor([chosen.top, chosen.left, 0], dtype=size.dtype)
        extent = torch.tensor([chosen.bottom - chosen.top, chosen.right - chosen.left, -1], dtype=size.dtype)
        edges = [
            _F(chosen.top) / _F(height), _F(chosen.left) / _F(width),
            _F(chosen.bottom) / _F(height), _F(chosen.right) / _F(width),
        ]  # fmt: skip
        return begin, extent, torch.from_numpy(np.array([[edges]], np.float32))

    return compute


_SAMPLE = (
    "aspect_ratio_range: list(float) = [0.75, 1.33000004]; area_range: list(float) = [0.0500000007, 1]; "
    "max_attempts: int = 100; use_image_if_no_bounding_boxes: bool = false"
)
for _name, _more, _attrs in (
    ("SampleDistortedBoundingBox", "", f"min_object_covered: float = 0.100000001; {_SAMPLE}"),
    ("SampleDistortedBoundingBoxV2", "; min_object_covered: float", _SAMPLE),
):
    register_op(
        _name,
        inputs=f"image_size: T; bounding_boxes: float{_more}",
        outputs="begin: T; size: T; bboxes: float",
        attrs=f"T: type in {{uint8, int8, int16, int32, int64}}; seed: int = 0; seed2: int = 0; {_attrs}",
        shape=_sample_shape,
        kernel=_sample_kernel,
        gradient=NOT_DIFFERENTIABLE,
        stateful=True,
    )
