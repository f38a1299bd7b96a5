"""Models drawn and printed (API: tf.keras.utils.plot_model, model_to_dot, print_summary)."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Sequence
from typing import Any

from convflow.formats import files
from convflow.training.keras import summary


def print_summary(
    model: Any,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    print_fn: Callable[[str], Any] | None = None,
) -> None:
    """Print a model's layers, as `model.summary()` does (API: tf.keras.utils.print_summary).

    Args:
        model: a Keras model that has been built.
        line_length: characters in a line; None for the width that the model needs.
        positions: where the columns end, as parts of the line.
        print_fn: takes each line, `print` if None.
    """
    summary.print_summary(model, line_length, positions, print_fn or print)


def model_to_dot(
    model: Any,
    show_shapes: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 96,
    subgraph: bool = False,
) -> Any:
    """A model as a graph of the package pydot (API: tf.keras.utils.model_to_dot).

    Args:
        show_shapes: whether the boxes say the shapes of inputs and outputs.
        show_layer_names: whether they say the layers' names.
        rankdir: "TB" from top to bottom, "LR" from left to right.
        expand_nested: whether the layers of models that are layers are drawn, each model in a frame.
        dpi: dots per inch.
        subgraph: whether the result is a frame of another graph.

    Raises:
        ImportError: pydot is missing. ValueError: the model has not been built yet.
    """
    try:
        pydot = importlib.import_module("pydot")
    except ImportError:
        raise ImportError(
            "Failed to import pydot. Drawing models needs the package pydot and the program Graphviz: pip install "
            "pydot, and see https://graphviz.org/download/. model.summary() prints the layers without them."
        ) from None
    if not model.built:
        raise ValueError("This model has not yet been built. Build the model first by calling `build()` or `fit()`.")
    if subgraph:
        graph = pydot.Cluster(style="dashed", graph_name=model.name)
        graph.set("label", model.name)
        graph.set("labeljust", "l")
    else:
        graph = pydot.Dot()
        graph.set("rankdir", rankdir)
        graph.set("dpi", dpi)
    graph.set("concentrate", True)
    graph.set_node_defaults(shape="record")
    for layer in model.layers:
        if expand_nested and hasattr(layer, "layers"):
            inner = (show_shapes, show_layer_names, rankdir, True, dpi, True)
            graph.add_subgraph(model_to_dot(layer, *inner))
        else:
            graph.add_node(pydot.Node(str(id(layer)), label=_label(layer, show_shapes, show_layer_names)))
    for source, layer in _edges(model):
        ends = (_end(source, expand_nested, -1), _end(layer, expand_nested, 0))
        graph.add_edge(pydot.Edge(*(str(id(end)) for end in ends)))
    return graph


def plot_model(
    model: Any,
    to_file: str = "model.png",
    show_shapes: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 96,
) -> None:
    """Draw a model into a file, whose ending says the format (API: tf.keras.utils.plot_model).

    Args:
        model: a Keras model that has been built.
        to_file: the picture's path; "png" where it has no ending.
        show_shapes, show_layer_names, rankdir, expand_nested, dpi: as in `model_to_dot`.

    Raises:
        ImportError: pydot is missing. OSError: the program Graphviz is missing.
    """
    dot = model_to_dot(model, show_shapes, show_layer_names, rankdir, expand_nested, dpi)
    unfinished = files.temporary_name(os.fspath(to_file))
    dot.write(unfinished, format=os.path.splitext(to_file)[1].lstrip(".") or "png")
    os.replace(unfinished, to_file)


def _label(layer: Any, show_shapes: bool, show_layer_names: bool) -> str:
    kind = type(layer).__name__
    label = f"{layer.name}: {kind}" if show_layer_names else kind
    if not show_shapes:
        return label
    shapes = []
    for name in ("input_shape", "output_shape"):
        try:
            shapes.append(str(getattr(layer, name)))
        except (AttributeError, ValueError):
            shapes.append("?" if name == "output_shape" else "multiple")
    return f"{label}\n|{{input:|output:}}|{{{{{shapes[0]}}}|{{{shapes[1]}}}}}"


def _edges(model: Any) -> list[tuple[Any, Any]]:
    """Each layer with each that takes its output, once."""
    found: dict[tuple[int, int], tuple[Any, Any]] = {}
    for node in model._nodes:
        for tensor in node.input_tensors:
            made = getattr(tensor, "_keras_history", None)
            if made is not None:
                found[(id(made[0]), id(node.layer))] = (made[0], node.layer)
    if not found and type(model).__name__ == "Sequential":
        return list(zip(model.layers[:-1], model.layers[1:], strict=True))
    return list(found.values())


def _end(layer: Any, expand_nested: bool, at: int) -> Any:
    while expand_nested and hasattr(layer, "layers"):
        layer = layer.layers[at]
    return layer
