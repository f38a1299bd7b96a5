"""`convflow features`: what a layer of a trained model makes of examples, as arrays and as a picture."""

from __future__ import annotations

import io
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from convflow.core import errors
from convflow.formats.files import os_errors, write_atomically
from convflow.models.registry import unknown
from convflow.tools.classifier import examined, trained
from convflow.tools.classifier.data.examples import Examples
from convflow.tools.classifier.data.pipeline import batches
from convflow.tools.classifier.folder import write_json
from convflow.tools.classifier.graph import Network
from convflow.tools.classifier.report import check_available
from convflow.tools.classifier.report.drawing import PALETTE

FEATURES_FILE, LABELS_FILE, NAMES_FILE, PICTURE_FILE = "features.npy", "labels.npy", "features.json", "tsne.png"
_BATCH = 50
# t-SNE's time grows faster than the examples, and more dots than these cannot be told apart.
_DOTS = 2_000
# Wider features are turned to this many principal components first, as its authors advise.
_COMPONENTS = 50
_PERPLEXITY = 30.0
_FEWEST = 5
_PASSED = ("BiasAdd", "Add", "AddV2", "Squeeze", "Reshape", "Identity", "StopGradient", "Mean")
_PRODUCTS = ("MatMul", "Conv2D")


@dataclass(frozen=True)
class Written:
    """What was written where.

    Args:
        folder: where.
        layer: whose features.
        shape: of the features, the examples first.
        dots: how many examples are in the picture.
    """

    folder: Path
    layer: str
    shape: tuple[int, ...]
    dots: int


def write_features(
    where: Path,
    out: Path,
    data: str | None = None,
    layer: str | None = None,
    split: str = "test",
    which: str = trained.BEST,
    seed: int = 1,
) -> Written:
    """Writes the features of examples, their labels and names, and a t-SNE picture of them.

    `features.npy` is float32 [n, ...] with the layer's own shape, `labels.npy` int32 [n]; `features.json` names the
    classes, the examples and where the features are from; `tsne.png` shows up to 2,000 of them.

    Args:
        where: a run's folder, or one of its checkpoints.
        out: the folder to write to; made if need be.
        data: a named set, a folder of pictures or records; what the run was trained on by default.
        layer: one of the model's end points, or a tensor's name (`scope/Relu:0`); what the logits are made of by
            default.
        split: `train`, `validation`, `test`, or `all` of them.
        which: of a folder, the `best` or the `last` checkpoint.
        seed: decides which examples the picture shows, and where t-SNE starts.

    Raises:
        errors.OpError: as `trained.opened` and `examined.load`.
        errors.NotFoundError: there is no such layer, or a package that draws is missing.
        errors.InvalidArgumentError: there are fewer than 5 examples.
    """
    check_available()
    with trained.opened(where, which) as model:
        examples = examined.load(model.description, data, split)
        if len(examples) < _FEWEST:
            raise errors.InvalidArgumentError(
                None, None, f"There are {len(examples)} examples in the split {split!r}; at least {_FEWEST} were "
                "expected, to be drawn beside each other. Choose another --split or more --data.",
            )  # fmt: skip
        name, tensor = find_layer(model.network, layer)
        features = _computed(model, tensor, examples)
    with os_errors("make the folder of the features", str(out)):
        out.mkdir(parents=True, exist_ok=True)
    _write_array(out / FEATURES_FILE, features)
    _write_array(out / LABELS_FILE, examples.labels)
    content = {
        "checkpoint": model.checkpoint,
        "layer": name,
        "data": data or model.description.run.data,
        "split": split,
        "shape": list(features.shape),
        "class_names": list(model.description.class_names),
        "examples": [examples.name(number) for number in range(len(examples))],
    }
    write_json(out / NAMES_FILE, content)
    shown = np.random.default_rng(seed).permutation(len(examples))[:_DOTS]
    places = embed(features[shown].reshape(len(shown), -1), seed)
    title = f"{model.description.run.model}, {name}: {len(shown):,} {split} examples of {content['data']}"
    _draw(out / PICTURE_FILE, title, places, examples.labels[shown], model.description.class_names)
    return Written(out, name, features.shape, len(shown))


def find_layer(network: Network, layer: str | None) -> tuple[str, Any]:
    """A layer's name and its tensor.

    Raises:
        errors.NotFoundError: there is none of that name.
    """
    if layer is None:
        return _before_logits(network)
    if layer in network.end_points:
        return layer, network.end_points[layer]
    if ":" in layer:
        try:
            return layer, network.graph.get_tensor_by_name(layer)
        except (KeyError, ValueError):
            pass
    raise unknown("layer", layer, network.end_points)


def _before_logits(network: Network) -> tuple[str, Any]:
    """What the last product, that of the logits, is made of; by its end point's name if it has one."""
    op = network.logits.op
    while op.type in _PASSED:
        op = op.inputs[0].op
    if op.type not in _PRODUCTS:
        raise errors.NotFoundError(
            None, None, f"The logits are made by {op.name}, a {op.type}; a layer with weights was expected before "
            f"them. Choose a --layer: {', '.join(network.end_points)}.",
        )  # fmt: skip
    tensor = op.inputs[0]
    return _nearest_end_point(network, tensor) or (tensor.name, tensor)


def _nearest_end_point(network: Network, tensor: Any) -> tuple[str, Any] | None:
    """The end point that a tensor is, or was made of without weights in between, as behind dropout."""
    names = {id(value): name for name, value in network.end_points.items()}
    waiting = deque([tensor])
    seen: set[Any] = set()
    while waiting:
        here = waiting.popleft()
        if id(here) in names:
            return names[id(here)], here
        if here not in seen and here.op.type not in _PRODUCTS:
            waiting.extend(here.op.inputs)
        seen.add(here)
    return None


def _computed(model: trained.Trained, tensor: Any, examples: Examples) -> np.ndarray:
    parts = [
        model.session.run(tensor, {model.network.images: batch.images}) for batch in batches(examples, _BATCH)
    ]  # fmt: skip
    if parts[0].ndim == 0 or len(parts[0]) != min(_BATCH, len(examples)):
        raise errors.InvalidArgumentError(
            None, None, f"{tensor.name} has the shape {parts[0].shape} for {min(_BATCH, len(examples))} examples; a "
            "tensor with a row for each was expected. Choose another --layer.",
        )  # fmt: skip
    return np.concatenate(parts)


def embed(features: np.ndarray, seed: int) -> np.ndarray:
    """Places [n, 2] at which examples with alike features [n, width] are near each other: t-SNE, after PCA if wide."""
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    count, width = features.shape
    components = min(_COMPONENTS, count)
    if width > components:
        features = PCA(n_components=components, random_state=seed).fit_transform(features)
    perplexity = min(_PERPLEXITY, (count - 1) / 3)
    # Features that are all alike have no principal direction to start along.
    start = "pca" if features.shape[1] >= 2 and np.ptp(features) > 0 else "random"
    return TSNE(perplexity=perplexity, random_state=seed, init=start).fit_transform(features)


def _draw(path: Path, title: str, places: np.ndarray, labels: np.ndarray, class_names: tuple[str, ...]) -> None:
    from matplotlib.figure import Figure

    present = np.unique(labels)
    many = len(present) > len(PALETTE)
    figure = Figure(figsize=(9.5 if not many else 11, 7.5), facecolor="white", layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(title, loc="left", fontsize=11, fontweight="bold")
    colours = _colours(len(present))
    for colour, label in zip(colours, present, strict=True):
        chosen = labels == label
        axes.scatter(
            places[chosen, 0],
            places[chosen, 1],
            s=11,
            color=colour,
            linewidths=0,
            alpha=0.8,
            label=_short(class_names[int(label)]),
        )
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color("#dfe3ea")
    columns = -(-len(present) // 34)
    axes.legend(
        loc="center left", bbox_to_anchor=(1.005, 0.5), frameon=False, markerscale=2.2, ncols=columns,
        fontsize=9 if not many else 7,
    )  # fmt: skip
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=130)
    write_atomically(str(path), buffer.getvalue())


def _colours(count: int) -> list[Any]:
    """The report's colours while they last; beyond, as many from around the colour circle."""
    from matplotlib import colormaps

    if count <= len(PALETTE):
        return list(PALETTE[:count])
    return [colormaps["turbo"](place) for place in np.linspace(0.03, 0.97, count)]


def _short(name: str) -> str:
    return name if len(name) <= 22 else f"{name[:21]}…"


def _write_array(path: Path, values: np.ndarray) -> None:
    buffer = io.BytesIO()
    np.save(buffer, values)
    write_atomically(str(path), buffer.getvalue())
