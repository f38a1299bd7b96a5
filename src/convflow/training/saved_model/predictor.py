"""Calling a SavedModel as a function (API: tf.contrib.predictor)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from convflow.graph.graph import Graph
from convflow.runtime.session import Session
from convflow.training.saved_model import loader
from convflow.training.saved_model.signature_constants import DEFAULT_SERVING_SIGNATURE_DEF_KEY
from convflow.training.saved_model.tag_constants import SERVING


class SavedModelPredictor:
    """A SavedModel with its own session: call it with a dictionary of inputs. Arguments as of `from_saved_model`."""

    def __init__(
        self,
        export_dir: str | os.PathLike[str],
        signature_def_key: str | None = None,
        signature_def: Any = None,
        input_names: Mapping[str, str] | None = None,
        output_names: Mapping[str, str] | None = None,
        tags: str | None = None,
        graph: Graph | None = None,
        config: Any = None,
    ) -> None:
        _check_choice(signature_def_key, signature_def, input_names, output_names)
        self._graph = graph or Graph()
        with self._graph.as_default():
            self._session = Session(config=config)
            given = [tag.strip() for tag in (tags or SERVING).split(",")]
            meta_graph = loader.load(self._session, given, export_dir)
        if input_names is None or output_names is None:
            signature = signature_def or _signature(meta_graph, signature_def_key or DEFAULT_SERVING_SIGNATURE_DEF_KEY)
            input_names = {name: info.name for name, info in signature.inputs.items()}
            output_names = {name: info.name for name, info in signature.outputs.items()}
        self._feed_tensors = {name: self._graph.get_tensor_by_name(tensor) for name, tensor in input_names.items()}
        self._fetch_tensors = {name: self._graph.get_tensor_by_name(tensor) for name, tensor in output_names.items()}

    @property
    def graph(self) -> Graph:
        return self._graph

    @property
    def session(self) -> Session:
        return self._session

    @property
    def feed_tensors(self) -> dict[str, Any]:
        return self._feed_tensors

    @property
    def fetch_tensors(self) -> dict[str, Any]:
        return self._fetch_tensors

    def __call__(self, input_dict: Mapping[str, Any]) -> dict[str, Any]:
        """The outputs by their names.

        Args:
            input_dict: values by the inputs' names; those left out must not be needed.

        Raises:
            ValueError: a name that is no input.
        """
        unexpected = sorted(set(input_dict) - set(self._feed_tensors))
        if unexpected:
            raise ValueError(
                f"Got unexpected keys in input_dict: {unexpected}. Expected: {sorted(self._feed_tensors)}."
            )
        feeds = {self._feed_tensors[name]: value for name, value in input_dict.items()}
        return self._session.run(self._fetch_tensors, feeds)


def from_saved_model(
    export_dir: str | os.PathLike[str],
    signature_def_key: str | None = None,
    signature_def: Any = None,
    input_names: Mapping[str, str] | None = None,
    output_names: Mapping[str, str] | None = None,
    tags: str | None = None,
    graph: Graph | None = None,
    config: Any = None,
) -> SavedModelPredictor:
    """A function of a SavedModel (API: tf.contrib.predictor.from_saved_model).

    Args:
        export_dir: the SavedModel's folder.
        signature_def_key: which of its signatures, "serving_default" by default.
        signature_def: a signature instead.
        input_names, output_names: names of tensors by the names to call them, both instead of a signature.
        tags: the graph's tags, with commas between them; "serve" by default.
        graph: the graph to load into; a new one if None.
        config: of the session.

    Raises:
        ValueError: a signature is given in two ways, or the SavedModel has none of this name.
    """
    return SavedModelPredictor(
        export_dir, signature_def_key, signature_def, input_names, output_names, tags, graph, config
    )


def _check_choice(key: Any, signature: Any, inputs: Any, outputs: Any) -> None:
    if (inputs is None) != (outputs is None):
        raise ValueError("input_names and output_names must both be given or both be left out.")
    if sum(given is not None for given in (key, signature, inputs)) > 1:
        raise ValueError("Give one of signature_def_key, signature_def, or input_names with output_names; got several.")


def _signature(meta_graph: Any, key: str) -> Any:
    if key not in meta_graph.signature_def:
        names = ", ".join(sorted(meta_graph.signature_def))
        raise ValueError(f"Got signature_def_key {key!r}, the SavedModel has {names}. Pass one of these.")
    return meta_graph.signature_def[key]
