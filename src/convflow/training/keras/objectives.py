"""The nodes of a model's loss and metrics, for its outputs (what `Model.compile` makes)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from convflow.core import dtypes
from convflow.graph.scopes import name_scope
from convflow.modeling.keras import backend
from convflow.modeling.keras.base import mask_of
from convflow.ops import operators as operators  # tensors get their operators
from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder, placeholder_with_default
from convflow.ops.math.arithmetic import add_n
from convflow.training.keras import losses, metrics

_OF_CLASSES = ("sparse_categorical_crossentropy", "SparseCategoricalCrossentropy")


class Objective(NamedTuple):
    """What a model is trained for.

    Attributes:
        targets, weights: placeholders, one for each output that has a loss.
        total: the loss that is made small.
        names: of what follows, and of `loss` before it.
        parts: the losses of outputs, where there are several.
        metrics: what keeps state.
        results: the metrics' values, this batch counted.
    """

    targets: list[Any]
    weights: list[Any]
    total: Any
    names: list[str]
    parts: list[Any]
    metrics: list[Any]
    results: list[Any]


def for_each(given: Any, names: Sequence[str], what: str) -> list[Any]:
    """One of an argument that is a single thing, a list, or a dict by output; ValueError for another number."""
    if isinstance(given, dict):
        unknown = sorted(set(given) - set(names))
        if unknown:
            raise ValueError(
                f"Unknown entries in {what} dictionary: {unknown}. Only expected following keys: {list(names)}"
            )
        return [given.get(name) for name in names]
    if isinstance(given, (list, tuple)):
        if len(given) != len(names):
            raise ValueError(
                f"When passing a list as {what}, it should have one entry per model output. The model has {len(names)} "
                f"outputs, but you passed {what}={given}"
            )
        return list(given)
    return [given] * len(names)


def _metrics_of(given: Any, names: Sequence[str]) -> list[list[Any]]:
    if isinstance(given, dict) or (given and any(isinstance(item, (list, tuple)) for item in given)):
        found = for_each(given, names, "metrics")
    else:
        found = [given] * len(names)
    return [list(item) if isinstance(item, (list, tuple)) else [] if item is None else [item] for item in found]


def build(
    outputs: Sequence[Any],
    names: Sequence[str],
    loss: Any,
    loss_weights: Any,
    wanted_metrics: Any,
    model_losses: Any,
    given_targets: Sequence[Any] | None = None,
) -> Objective:
    """Make the nodes.

    Args:
        outputs, names: of the model.
        loss, loss_weights, wanted_metrics: as `Model.compile` takes them.
        model_losses: those that layers added.
        given_targets: what each output should be, float32, where that is not fed.

    Raises:
        ValueError: there is nothing to make small, or an unknown name.
    """
    kinds = [losses.get(item) for item in for_each(loss, names, "loss")]
    factors = [1.0 if item is None else item for item in for_each(loss_weights, names, "loss_weights")]
    targets, weights, parts, part_names = [], [], [], []
    own, results, metric_names = [], [], []
    for output, name, kind, factor, asked in zip(
        outputs, names, kinds, factors, _metrics_of(wanted_metrics, names), strict=True
    ):
        if kind is None:
            continue
        target, weight = _target(output, name, kind)
        if given_targets is not None:
            target = given_targets[names.index(name)]
        targets.append(target)
        weights.append(weight)
        with name_scope("loss"), name_scope(f"{name}_loss"):
            values = kind.call(target, output) if isinstance(kind, losses.Loss) else kind(target, output)
            reduction = kind.reduction if isinstance(kind, losses.Loss) else "sum_over_batch_size"
            counts = losses.masked_weights(weight, mask_of(output))
            parts.append(
                losses.weighted_mean(values, counts, "sum_over_batch_size" if reduction == "none" else reduction)
            )
        part_names.append((name, factor))
        for item in asked:
            metric = metrics.get(item, output.shape, kind)
            own.append(metric)
            mask = mask_of(output)
            results.append(metric(target, output) if mask is None else metric(target, output, sample_weight=mask))
            metric_names.append(metric.name if len(outputs) == 1 else f"{name}_{metric.name}")
    with name_scope("loss"):
        terms = [part if factor == 1.0 else factor * part for part, (_, factor) in zip(parts, part_names, strict=True)]
        terms += list(model_losses)
        if not terms:
            raise ValueError(
                "The model cannot be compiled because it has no loss to optimize. Pass loss to compile, or call "
                "add_loss."
            )
        total = terms[0] if len(terms) == 1 else add_n(terms)
    several = len(part_names) > 1
    return Objective(
        targets, weights, total,
        ["loss", *(f"{name}_loss" for name, _ in part_names if several), *_numbered(metric_names)],
        parts if several else [], own, results,
    )  # fmt: skip


def _numbered(names: list[str]) -> list[str]:
    return [name if name not in names[:i] else f"{name}_{names[:i].count(name)}" for i, name in enumerate(names)]


def _target(output: Any, name: str, kind: Any) -> tuple[Any, Any]:
    """The placeholders of what an output should be, and how much each example counts."""
    is_classes = getattr(kind, "__name__", type(kind).__name__) in _OF_CLASSES
    rank = output.shape.rank
    shape = None if rank is None else [None] * rank
    with name_scope(None):
        dtype = dtypes.as_dtype(backend.floatx()) if not is_classes else dtypes.float32
        target = placeholder(dtype, shape, name=f"{name}_target")
        weight = placeholder_with_default(constant([1.0]), [None], name=f"{name}_sample_weights")
    return target, weight
