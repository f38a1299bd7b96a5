"""What a report shows, gathered from a network and its session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from convflow.tools.classifier.data.examples import Examples
from convflow.tools.classifier.graph import Network
from convflow.tools.classifier.loop import Evaluation
from convflow.tools.classifier.report import ReportContent

# More would be a page of pictures that nobody looks at.
_LAYERS = 10
_MAP_RANKS = (2, 4)
_KERNEL_RANK = 4


def gather(
    session: Any,
    network: Network,
    examples: Examples,
    class_names: Sequence[str],
    evaluation: Evaluation,
    config: Mapping[str, Any],
    **more: Any,
) -> ReportContent:
    """The content of a report on how a network classifies examples.

    Args:
        session: holds the network's weights.
        network: what was evaluated.
        examples: what it was evaluated on.
        class_names: what the labels stand for.
        evaluation: what came of it.
        config: the content of the run's `config.json`.
        more: further fields of `ReportContent`: the history, the errors of other examples.
    """
    inside: dict[str, Any] = {}
    if examples.dtype == np.uint8:
        shown = _example(evaluation, examples)
        inside = {
            "images": examples.images,
            "kernels": first_kernels(session, network),
            "feature_maps": feature_maps(session, network, examples.images(np.array([shown]))),
            "feature_example": shown,
        }
    content: dict[str, Any] = {
        "title": f"{config.get('model')} on {config.get('data')}",
        "class_names": class_names,
        "labels": examples.labels,
        "probabilities": evaluation.probabilities,
        "loss": evaluation.loss,
        "example_name": examples.name,
        "settings": config,
        "command": str(config.get("command", "")),
    }
    return ReportContent(**(content | inside | more))


def _example(evaluation: Evaluation, examples: Examples) -> int:
    """The first example that is classified right; of none the first."""
    return int(np.argmax(evaluation.probabilities.argmax(axis=1) == examples.labels))


def first_kernels(session: Any, network: Network) -> np.ndarray | None:
    """The filters of the first convolution [height, width, inputs, filters]; None if the network has none."""
    for op in network.graph.get_operations():
        if op.type == "Conv2D":
            kernels = session.run(op.inputs[1])
            return kernels if kernels.ndim == _KERNEL_RANK else None
    return None


def feature_maps(session: Any, network: Network, image: np.ndarray) -> dict[str, np.ndarray]:
    """What layers make of a picture [1, height, width, channels]: [height, width, channels] or [units] by name.

    Of a deep network some layers, spread evenly from the first to the last.
    """
    tensors = {
        name: tensor
        for name, tensor in network.end_points.items()
        if tensor.shape.ndims in _MAP_RANKS and tensor.dtype.is_floating
    }
    names = list(tensors)
    if not names:
        return {}
    chosen = [names[place] for place in np.unique(np.linspace(0, len(names) - 1, _LAYERS).round().astype(int))]
    values = session.run([tensors[name] for name in chosen], {network.images: image})
    return {name: value[0] for name, value in zip(chosen, values, strict=True)}
