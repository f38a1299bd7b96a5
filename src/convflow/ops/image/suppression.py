"""Of boxes that overlap, the best (API: tf.image.non_max_suppression and its like)."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import rules


def non_max_suppression(
    boxes: Any,
    scores: Any,
    max_output_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    name: str | None = None,
) -> Tensor:
    """The best boxes that do not overlap too much (API: tf.image.non_max_suppression).

    Args:
        boxes: float [boxes, 4], two opposite corners y1, x1, y2, x2, in any unit.
        scores: float [boxes].
        max_output_size: int32 scalar, how many at most.
        iou_threshold: boxes whose intersection over union is larger count as one.
        score_threshold: boxes with a score not above are left out.

    Returns:
        int32, the numbers of the chosen boxes, best first.
    """
    with name_scope(name, "non_max_suppression"):
        iou = convert_to_tensor(iou_threshold, name="iou_threshold")
        score = convert_to_tensor(score_threshold, name="score_threshold")
        return apply_op(
            "NonMaxSuppressionV3",
            boxes=boxes,
            scores=scores,
            max_output_size=max_output_size,
            iou_threshold=iou,
            score_threshold=score,
        )


def non_max_suppression_with_scores(
    boxes: Any,
    scores: Any,
    max_output_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    soft_nms_sigma: Any = 0.0,
    name: str | None = None,
) -> tuple[Tensor, Tensor]:
    """`non_max_suppression` that can lower scores instead (API: tf.image.non_max_suppression_with_scores).

    Args:
        soft_nms_sigma: above 0, an overlap makes a score smaller by exp(-iou ** 2 / (2 sigma)) (Bodla and others,
            2017, arXiv:1704.04503), and no box is left out for it alone.

    Returns:
        the numbers of the chosen boxes, int32, and their scores.
    """
    with name_scope(name, "non_max_suppression_with_scores"):
        iou = convert_to_tensor(iou_threshold, name="iou_threshold")
        score = convert_to_tensor(score_threshold, name="score_threshold")
        sigma = convert_to_tensor(soft_nms_sigma, name="soft_nms_sigma")
        indices, selected, _ = apply_op(
            "NonMaxSuppressionV5",
            boxes=boxes,
            scores=scores,
            max_output_size=max_output_size,
            iou_threshold=iou,
            score_threshold=score,
            soft_nms_sigma=sigma,
            pad_to_max_output_size=False,
        )
        return indices, selected


def non_max_suppression_padded(
    boxes: Any,
    scores: Any,
    max_output_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    pad_to_max_output_size: bool = False,
    name: str | None = None,
    sorted_input: bool = False,
    canonicalized_coordinates: bool = False,
    tile_size: int = 512,
) -> tuple[Tensor, Tensor]:
    """`non_max_suppression` with a result of fixed length (API: tf.image.non_max_suppression_padded).

    Args:
        pad_to_max_output_size: zeros follow the chosen boxes up to max_output_size.
        sorted_input, canonicalized_coordinates, tile_size: of later TensorFlows, which save work by what they promise;
            the result is the same without.

    Returns:
        the numbers of the chosen boxes, int32, and how many of them are valid, an int32 scalar.
    """
    with name_scope(name, "non_max_suppression_padded"):
        iou = convert_to_tensor(iou_threshold, name="iou_threshold")
        score = convert_to_tensor(score_threshold, name="score_threshold")
        indices, count = apply_op(
            "NonMaxSuppressionV4",
            boxes=boxes,
            scores=scores,
            max_output_size=max_output_size,
            iou_threshold=iou,
            score_threshold=score,
            pad_to_max_output_size=pad_to_max_output_size,
        )
        return indices, count


def non_max_suppression_overlaps(
    overlaps: Any,
    scores: Any,
    max_output_size: Any,
    overlap_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    name: str | None = None,
) -> Tensor:
    """`non_max_suppression` with overlaps of any kind (API: tf.image.non_max_suppression_overlaps).

    Args:
        overlaps: float32 [boxes, boxes].
        overlap_threshold: boxes with a larger overlap count as one.
    """
    with name_scope(name, "non_max_suppression_overlaps"):
        threshold = convert_to_tensor(overlap_threshold, name="overlap_threshold")
        return apply_op(
            "NonMaxSuppressionWithOverlaps",
            overlaps=overlaps,
            scores=scores,
            max_output_size=max_output_size,
            overlap_threshold=threshold,
            score_threshold=score_threshold,
        )


def overlaps_with(box: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Intersection over union of a box [4] with boxes [n, 4] of sorted corners; 0 for boxes without area."""
    heights = np.minimum(box[2], boxes[:, 2]) - np.maximum(box[0], boxes[:, 0])
    widths = np.minimum(box[3], boxes[:, 3]) - np.maximum(box[1], boxes[:, 1])
    shared = np.maximum(heights, 0) * np.maximum(widths, 0)
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    own = (box[2] - box[0]) * (box[3] - box[1])
    union = own + areas - shared
    valid = (areas > 0) & (own > 0)
    return np.divide(shared, union, out=np.zeros_like(shared), where=valid)


def sorted_corners(boxes: np.ndarray) -> np.ndarray:
    corners = boxes.reshape(-1, 2, 2)
    return np.concatenate([corners.min(1), corners.max(1)], axis=1)


Overlaps = Callable[[int, np.ndarray], np.ndarray]


def chosen_greedily(overlaps: Overlaps, scores: np.ndarray, most: int, iou: float, least: float) -> list[int]:
    """The best of what is left, again and again; what overlaps it goes."""
    order = np.argsort(-scores, kind="stable")
    order = order[scores[order] > least]
    chosen: list[int] = []
    while len(order) and len(chosen) < most:
        best, order = int(order[0]), order[1:]
        chosen.append(best)
        order = order[~(overlaps(best, order) > iou)]
    return chosen


def _chosen_softly(
    overlaps: Overlaps, scores: np.ndarray, most: int, least: float, sigma: float
) -> tuple[list[int], list[Any]]:
    """As `chosen_greedily`, but overlaps only lower scores: each is lowered once by each of the boxes chosen before."""
    kind = scores.dtype.type
    scale = kind(-0.5) / kind(sigma)
    waiting = [(-float(score), number, 0) for number, score in enumerate(scores) if score > least]
    heapq.heapify(waiting)
    chosen: list[int] = []
    kept: list[Any] = []
    while waiting and len(chosen) < most:
        negative, number, seen = heapq.heappop(waiting)
        before = score = kind(-negative)
        for other in reversed(chosen[seen:]):
            overlap = overlaps(number, np.array([other]))[0]
            score = kind(score * np.exp(scale * overlap * overlap))
            if score <= least:
                break
        if score == before:
            chosen.append(number)
            kept.append(score)
        elif score > least:
            heapq.heappush(waiting, (-float(score), number, len(chosen)))
    return chosen, kept


def _check_threshold(value: Any) -> float:
    number = float(value)
    if not 0 <= number <= 1:
        raise ValueError(f"iou_threshold must be in [0, 1], got {number}.")
    return number


def _most(value: torch.Tensor) -> int:
    if value.ndim or int(value) < 0:
        raise ValueError(f"max_output_size must be a scalar and not negative, got {value.tolist()}.")
    return int(value)


def _of_boxes(boxes: torch.Tensor, scores: torch.Tensor) -> tuple[Overlaps, np.ndarray]:
    if boxes.ndim != 2 or boxes.shape[1] != 4 or scores.shape != boxes.shape[:1]:
        raise ValueError(f"boxes and scores have shapes {list(boxes.shape)} and {list(scores.shape)}.")
    corners = sorted_corners(boxes.float().numpy())
    return lambda best, others: overlaps_with(corners[best], corners[others]), scores.float().numpy()


def _padded(chosen: list[int], most: int, is_padded: bool) -> torch.Tensor:
    return torch.tensor(chosen + [0] * (most - len(chosen) if is_padded else 0), dtype=torch.int32)


def _kernel(op: Operation) -> Callable[..., Any]:
    is_padded = bool(op.attrs.get("pad_to_max_output_size", False))
    fixed = op.attrs.get("iou_threshold")

    def compute(boxes: torch.Tensor, scores: torch.Tensor, size: torch.Tensor, *limits: torch.Tensor) -> Any:
        overlaps, numbers = _of_boxes(boxes, scores)
        most = _most(size)
        iou = _check_threshold(limits[0] if limits else fixed)
        least = float(limits[1]) if len(limits) > 1 else -math.inf
        sigma = float(limits[2]) if len(limits) > 2 else 0.0
        if sigma < 0:
            raise ValueError(f"soft_nms_sigma must not be negative, got {sigma}.")
        if sigma > 0:
            chosen, kept = _chosen_softly(overlaps, numbers, most, least, sigma)
        else:
            chosen = chosen_greedily(overlaps, numbers, most, iou, least)
            kept = [numbers[number] for number in chosen]
        indices = _padded(chosen, most, is_padded)
        count = torch.tensor(len(chosen), dtype=torch.int32)
        if op.type == "NonMaxSuppressionV4":
            return indices, count
        if op.type == "NonMaxSuppressionV5":
            values = kept + [0.0] * (len(indices) - len(kept))
            return indices, torch.from_numpy(np.array(values, np.float32)).to(scores.dtype), count
        return indices

    return compute


def _overlaps_kernel(op: Operation) -> Callable[..., torch.Tensor]:
    def compute(
        overlaps: torch.Tensor, scores: torch.Tensor, size: torch.Tensor, limit: torch.Tensor, least: torch.Tensor
    ) -> torch.Tensor:
        if overlaps.ndim != 2 or overlaps.shape[0] != overlaps.shape[1] or scores.shape != overlaps.shape[:1]:
            raise ValueError(f"overlaps and scores have shapes {list(overlaps.shape)} and {list(scores.shape)}.")
        table = overlaps.numpy()
        chosen = chosen_greedily(
            lambda best, others: table[others, best], scores.numpy(), _most(size), float(limit), float(least)
        )
        return _padded(chosen, 0, False)

    return compute


def _shape(outputs: int, columns: int | None = 4) -> Callable[[InferenceContext], list[TensorShape]]:
    def shape(ctx: InferenceContext) -> list[TensorShape]:
        what = "boxes" if columns else "overlaps"
        boxes, scores = rules.with_rank(ctx.input(0), 2, what), rules.with_rank(ctx.input(1), 1, "scores")
        rules.merge_dimension(boxes[0], scores[0], f"{what} of shape {ctx.input(0)} and scores of {ctx.input(1)}")
        rules.merge_dimension(boxes[1], columns or boxes[0], f"{what} have shape {ctx.input(0)}")
        for index in range(2, ctx.num_inputs):
            rules.with_rank(ctx.input(index), 0, "max_output_size" if index == 2 else f"input {index}, a threshold,")
        most = ctx.constant(2)
        if most is not None and most < 0:
            raise ValueError(f"max_output_size must not be negative, got {most}.")
        length = None
        if outputs > 1 and ctx.attr("pad_to_max_output_size") and most is not None:
            length = int(most)
        vector, number = TensorShape([length]), TensorShape([])
        return [[vector], [vector, number], [vector, vector, number]][outputs - 1]

    return shape


_BOXES = "boxes: T; scores: T; max_output_size: int32"
_TYPE = "T: type = float in {half, float}"
_LIMITS = f"{_TYPE}; T_threshold: type = float in {{half, float}}"
_PADDED = "pad_to_max_output_size: bool = false"


def _register(name: str, inputs: str, outputs: str, attrs: str, shape: Any, kernel: Any, gradient: Any) -> None:
    register_op(name, inputs=inputs, outputs=outputs, attrs=attrs, shape=shape, kernel=kernel, gradient=gradient)


_INDICES = "selected_indices: int32"
_register(
    "NonMaxSuppression",
    "boxes: float; scores: float; max_output_size: int32",
    _INDICES,
    "iou_threshold: float = 0.5",
    _shape(1),
    _kernel,
    NOT_DIFFERENTIABLE,
)
_register(
    "NonMaxSuppressionV2", f"{_BOXES}; iou_threshold: T_threshold", _INDICES, _LIMITS, _shape(1), _kernel,
    NOT_DIFFERENTIABLE,
)  # fmt: skip
_TWO_LIMITS = f"{_BOXES}; iou_threshold: T_threshold; score_threshold: T_threshold"
_register("NonMaxSuppressionV3", _TWO_LIMITS, _INDICES, _LIMITS, _shape(1), _kernel, NO_GRADIENT)
_register(
    "NonMaxSuppressionV4", _TWO_LIMITS, f"{_INDICES}; valid_outputs: int32", f"{_LIMITS}; {_PADDED}", _shape(2),
    _kernel, NO_GRADIENT,
)  # fmt: skip
_register(
    "NonMaxSuppressionV5",
    f"{_BOXES}; iou_threshold: T; score_threshold: T; soft_nms_sigma: T",
    f"{_INDICES}; selected_scores: T; valid_outputs: int32",
    f"{_TYPE}; {_PADDED}",
    _shape(3),
    _kernel,
    NO_GRADIENT,
)
_register(
    "NonMaxSuppressionWithOverlaps",
    "overlaps: float; scores: float; max_output_size: int32; overlap_threshold: float; score_threshold: float",
    _INDICES,
    "",
    _shape(1, None),
    _overlaps_kernel,
    NOT_DIFFERENTIABLE,
)
