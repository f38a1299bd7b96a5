"""Of the boxes of several classes, the best of each (API: tf.image.combined_non_max_suppression)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import rules
from convflow.ops.image.suppression import chosen_greedily, overlaps_with, sorted_corners
from convflow.ops.sparse.parts import invalid


class CombinedNonMaxSuppression(NamedTuple):
    """Detections of a batch, the best first, zeros behind them.

    Attributes:
        nmsed_boxes: float32 [batch, detections, 4].
        nmsed_scores, nmsed_classes: float32 [batch, detections].
        valid_detections: int32 [batch], how many of each are no padding.
    """

    nmsed_boxes: Tensor
    nmsed_scores: Tensor
    nmsed_classes: Tensor
    valid_detections: Tensor


def combined_non_max_suppression(
    boxes: Any,
    scores: Any,
    max_output_size_per_class: Any,
    max_total_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    pad_per_class: bool = False,
    clip_boxes: bool = True,
    name: str | None = None,
) -> CombinedNonMaxSuppression:
    """`non_max_suppression` of each class of each picture, and the best of all (API: the same name in tf.image).

    Args:
        boxes: float32 [batch, boxes, q, 4], two opposite corners y1, x1, y2, x2; q is 1 where all classes share them,
            else the number of classes.
        scores: float32 [batch, boxes, classes].
        max_output_size_per_class, max_total_size: int32 scalars, how many at most.
        iou_threshold: boxes of a class whose intersection over union is larger count as one.
        score_threshold: boxes with a score not above are left out.
        pad_per_class: the results are no longer than max_output_size_per_class for each class.
        clip_boxes: coordinates are cut to 0 ... 1.

    Raises:
        ValueError: shapes that do not go together.
    """
    with name_scope(name, "combined_non_max_suppression"):
        iou = convert_to_tensor(iou_threshold, dtypes.float32, name="iou_threshold")
        score = convert_to_tensor(score_threshold, dtypes.float32, name="score_threshold")
        total = convert_to_tensor(max_total_size)
        found = apply_op(
            "CombinedNonMaxSuppression",
            boxes=boxes,
            scores=scores,
            max_output_size_per_class=max_output_size_per_class,
            max_total_size=total,
            iou_threshold=iou,
            score_threshold=score,
            pad_per_class=pad_per_class,
            clip_boxes=clip_boxes,
        )
        return CombinedNonMaxSuppression(*found)


def _length(per_class: int, total: int, classes: int, pad_per_class: bool) -> int:
    return min(total, per_class * classes) if pad_per_class else total


def _shape(ctx: InferenceContext) -> list[TensorShape]:
    boxes, scores = rules.with_rank(ctx.input(0), 4, "boxes"), rules.with_rank(ctx.input(1), 3, "scores")
    what = f"boxes {boxes} are [batch, boxes, q, 4], scores {scores} are [batch, boxes, classes]"
    batch = rules.merge_dimension(boxes[0], scores[0], what)
    rules.merge_dimension(boxes[1], scores[1], what)
    rules.merge_dimension(boxes[3], 4, what)
    if boxes[2].value not in (None, 1):
        rules.merge_dimension(boxes[2], scores[2], f"q is 1 or the number of classes: {what}")
    for index in range(2, 6):
        rules.with_rank(ctx.input(index), 0, f"input {index}, a limit,")
    limits = [ctx.constant(2), ctx.constant(3)]
    length, classes = None, scores[2].value
    pads = ctx.attr("pad_per_class")
    if limits[1] is not None and not pads:
        length = int(limits[1])
    elif limits[0] is not None and limits[1] is not None and classes is not None:
        length = _length(int(limits[0]), int(limits[1]), classes, pads)
    rows = TensorShape([batch, length])
    return [TensorShape([batch, length, 4]), rows, rows, TensorShape([batch])]


def _of_class(boxes: np.ndarray, scores: np.ndarray, most: int, iou: float, least: float) -> list[int]:
    corners = sorted_corners(boxes)
    return chosen_greedily(lambda best, others: overlaps_with(corners[best], corners[others]), scores, most, iou, least)


def _kernel(op: Operation) -> Callable[..., Any]:
    pads, clips = op.attrs["pad_per_class"], op.attrs["clip_boxes"]

    def compute(
        boxes: torch.Tensor, scores: torch.Tensor, per_class: torch.Tensor, total: torch.Tensor, *limits: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        fits = boxes.ndim == 4 and scores.ndim == 3 and boxes.shape[:2] == scores.shape[:2] and boxes.shape[3] == 4
        if not fits or boxes.shape[2] not in (1, scores.shape[2]):
            raise ValueError("The shapes of boxes and scores differ.")
        iou, least = (float(limit) for limit in limits)
        if int(per_class) <= 0 or int(total) <= 0:
            raise invalid(f"max_output_size_per_class and max_total_size must be > 0, got {per_class}, {total}.")
        if not 0 <= iou <= 1:
            raise invalid(f"iou_threshold must be in [0, 1], got {iou}.")
        length = _length(int(per_class), int(total), scores.shape[2], pads)
        result = _Detections(len(boxes), length)
        for row, (own, points) in enumerate(zip(boxes.numpy(), scores.numpy(), strict=True)):
            found = []
            for number in range(points.shape[1]):
                of_class = own[:, number if own.shape[1] > 1 else 0]
                chosen = _of_class(of_class, points[:, number], int(per_class), iou, least)
                found += [(points[place, number], number, of_class[place]) for place in chosen]
            found.sort(key=lambda detection: -detection[0])
            result.fill(row, found[:length])
        if clips:
            result.boxes.clip(0, 1, out=result.boxes)
        return tuple(map(torch.from_numpy, (result.boxes, result.scores, result.classes, result.counts)))

    return compute


class _Detections:
    def __init__(self, batch: int, length: int) -> None:
        self.boxes = np.zeros((batch, length, 4), np.float32)
        self.scores = np.zeros((batch, length), np.float32)
        self.classes = np.zeros((batch, length), np.float32)
        self.counts = np.zeros(batch, np.int32)

    def fill(self, row: int, found: list[tuple[Any, int, np.ndarray]]) -> None:
        self.counts[row] = len(found)
        for place, (score, number, box) in enumerate(found):
            self.boxes[row, place], self.scores[row, place], self.classes[row, place] = box, score, number


register_op(
    "CombinedNonMaxSuppression",
    inputs=(
        "boxes: float; scores: float; max_output_size_per_class: int32; max_total_size: int32; "
        "iou_threshold: float; score_threshold: float"
    ),
    outputs="nmsed_boxes: float; nmsed_scores: float; nmsed_classes: float; valid_detections: int32",
    attrs="pad_per_class: bool = false; clip_boxes: bool = true",
    shape=_shape,
    kernel=_kernel,
    gradient=NO_GRADIENT,
)
