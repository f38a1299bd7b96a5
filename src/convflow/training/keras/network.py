"""Layers put together to one (API: tf.keras.models.Model without its training)."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from convflow.core.shape import TensorShape
from convflow.graph.operation import Tensor
from convflow.modeling.keras.base import Layer, history, mapped
from convflow.modeling.layers import structure
from convflow.training.keras import connections, saving, summary


class Network(Layer):
    """A layer of layers: those between tensors, or those a subclass's `call` uses (API: tf.keras.models.Model).

    Args:
        inputs, outputs: tensors of `tf.keras.Input` and of layers, or lists of them; none in a subclass that gives
            `call`.
        name: "model" and so on if None.

    Raises:
        ValueError: outputs that do not come from the inputs.
    """

    _asks_learning_phase = True
    # Whether its layers come one after the other, connected or not.
    _is_stack = False

    def __init__(self, inputs: Any = None, outputs: Any = None, name: str | None = None, **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)
        self.inputs: list[Tensor] = []
        self.outputs: list[Tensor] = []
        self._nodes: list[Any] = []
        self._layers: list[Layer] = []
        if inputs is not None:
            self._connect(inputs, outputs)

    def _connect(self, inputs: Any, outputs: Any) -> None:
        self._input_structure, self._output_structure = inputs, outputs
        self.inputs, self.outputs = list(structure.flat(inputs)), list(structure.flat(outputs))
        for tensor in self.inputs:
            if history(tensor) is None:
                raise ValueError(f"Input tensors to a Model must come from `tf.keras.Input`. Received: {tensor}")
        self._nodes, self._layers = connections.nodes_between(self.inputs, self.outputs)
        names = [layer.name for layer in self._layers]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(
                    f"The name '{name}' is used {names.count(name)} times in the model. All layer names should be "
                    "unique."
                )
        self.built = True
        self.input_names = [history(tensor)[0].name for tensor in self.inputs]  # type: ignore[index]
        self.output_names = [history(tensor)[0].name for tensor in self.outputs]  # type: ignore[index]
        if not self._calls:
            self._calls.append((inputs, outputs))

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """The outputs for other inputs."""
        if not self._nodes:
            raise NotImplementedError("When subclassing the `Model` class, you should implement a `call` method.")
        values: dict[int, Any] = dict(zip(map(id, self.inputs), structure.flat(inputs), strict=True))

        def new(tensor: Any) -> Any:
            return values.get(id(tensor), tensor) if isinstance(tensor, Tensor) else tensor

        for node in self._nodes:
            if all(id(output) in values for output in node.output_tensors):
                continue
            args = [mapped(new, argument) for argument in node.args]
            kwargs = {key: mapped(new, value) for key, value in node.kwargs.items()}
            results = node.layer(mapped(new, node.inputs), *args, **kwargs)
            values.update(zip(map(id, node.output_tensors), structure.flat(results), strict=True))
        return mapped(new, self._output_structure)

    def _sublayers(self) -> Iterator[Any]:
        if self._layers:
            return iter(self._layers)
        return super()._sublayers()

    def _checkpoint_children(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        weighted = 0
        for index, layer in enumerate(self._sublayers() if self.outputs or self._is_stack else ()):
            if layer.weights:
                found[f"layer_with_weights-{weighted}"] = layer
                weighted += 1
            found[f"layer-{index}"] = layer
        return {**found, **super()._checkpoint_children()}

    @property
    def layers(self) -> list[Layer]:
        """The layers, those near the inputs first."""
        return list(self._sublayers())

    @property
    def weights(self) -> list[Any]:
        own = self._trainable_weights + self._non_trainable_weights
        return structure.once(*(layer.weights for layer in self.layers), own)

    @property
    def trainable_weights(self) -> list[Any]:
        """Those of the layers, then the model's own."""
        if not self.trainable:
            return []
        return structure.once(*(layer.trainable_weights for layer in self.layers), self._trainable_weights)

    @property
    def non_trainable_weights(self) -> list[Any]:
        """Those of the layers, then the model's own."""
        if not self.trainable:
            return self.weights
        return structure.once(*(layer.non_trainable_weights for layer in self.layers), self._non_trainable_weights)

    @property
    def input(self) -> Any:
        return self._input_structure if self._nodes else super().input

    @property
    def output(self) -> Any:
        return self._output_structure if self._nodes else super().output

    @property
    def state_updates(self) -> list[Any]:
        """What keeps the states of stateful layers (API: tf.keras.models.Model.state_updates)."""
        kept = (layer.updates for layer in self.layers if getattr(layer, "stateful", False))
        return structure.once(*kept)

    @property
    def stateful(self) -> bool:
        """Whether a layer keeps states from batch to batch."""
        return any(getattr(layer, "stateful", False) for layer in self.layers)

    @stateful.setter
    def stateful(self, value: bool) -> None:
        """Is what its layers are."""

    def reset_states(self) -> None:
        """Stateful layers begin with zeros again (API: tf.keras.models.Model.reset_states)."""
        for layer in self.layers:
            if getattr(layer, "stateful", False) and hasattr(layer, "reset_states"):
                layer.reset_states()

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """A layer by its name or number (API: tf.keras.models.Model.get_layer); ValueError if there is none."""
        if index is not None:
            if index >= len(self.layers):
                raise ValueError(
                    f"Was asked to retrieve layer at index {index} but model only has {len(self.layers)} layers."
                )
            return self.layers[index]
        if name is None:
            raise ValueError("Provide either a layer name or layer index.")
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise ValueError(f"No such layer: {name}. It has {', '.join(layer.name for layer in self.layers)}.")

    def compute_output_shape(self, input_shape: Any) -> Any:
        shapes = [TensorShape(tensor.shape) for tensor in self.outputs]
        return shapes if len(shapes) > 1 else shapes[0]

    def summary(
        self,
        line_length: int | None = None,
        positions: Sequence[float] | None = None,
        print_fn: Callable[[str], Any] | None = None,
    ) -> None:
        """Print the layers, their outputs' shapes and numbers of weights (API: tf.keras.models.Model.summary)."""
        if not self.built:
            raise ValueError(
                "This model has not yet been built. Build the model first by calling `build()` or calling `fit()` with "
                "some data, or specify an `input_shape` argument in the first layer(s) for automatic build."
            )
        summary.print_summary(self, line_length, positions, print_fn or print)

    def save_weights(self, filepath: str, overwrite: bool = True, save_format: str | None = None) -> None:
        """Write the weights: as HDF5 where the name ends in .h5, .keras or .hdf5, else as a checkpoint.

        API: tf.keras.models.Model.save_weights.

        Args:
            filepath: the file, or the checkpoint's prefix.
            overwrite: write over a file that is there; otherwise ask.
            save_format: "h5" or "tf", whatever the name.

        Raises:
            ValueError: the model has no weights yet. ImportError: HDF5 needs the package h5py.
        """
        self._check_has_weights()
        saving.save_weights(self, filepath, overwrite, save_format)

    def load_weights(self, filepath: str, by_name: bool = False) -> Any:
        """Read weights that `save_weights` wrote (API: tf.keras.models.Model.load_weights).

        Args:
            by_name: only those of layers of the same names, of an HDF5 file.

        Returns:
            For a checkpoint, a status that says what was found; variables made later have their values then. For an
            HDF5 file None.

        Raises:
            ValueError: the file has other layers or shapes, or is an HDF5 file and the model has no weights yet.
        """
        return saving.load_weights(self, filepath, by_name)

    def _check_has_weights(self) -> None:
        if not self.built:
            raise ValueError(
                "Weights for model have not yet been created. Weights are created when the Model is first called on "
                "inputs or `build()` is called with an `input_shape`."
            )

    def get_config(self) -> dict[str, Any]:
        """Layers and connections, as JSON can hold them."""
        if not self._nodes:
            raise NotImplementedError("A model that is a subclass has no configuration: override get_config.")
        return {
            "name": self.name,
            "layers": [self._layer_config(layer) for layer in self._layers],
            "input_layers": [_place(tensor, self._nodes) for tensor in self.inputs],
            "output_layers": [_place(tensor, self._nodes) for tensor in self.outputs],
        }

    def _layer_config(self, layer: Layer) -> dict[str, Any]:
        calls = [node for node in self._nodes if node.layer is layer and node.input_tensors]
        inbound = [[[*_place(tensor, self._nodes), {}] for tensor in node.input_tensors] for node in calls]
        described = {"class_name": type(layer).__name__, "config": copy.deepcopy(layer.get_config())}
        return {**described, "name": layer.name, "inbound_nodes": inbound}

    def to_json(self, **kwargs: Any) -> str:
        """The configuration as text; `model_from_json` makes an equal model, without weights."""
        described = {"class_name": type(self).__name__, "config": self.get_config(), "backend": "tensorflow"}
        return json.dumps(described, default=_json, **kwargs)


def _place(tensor: Tensor, nodes: list[Any]) -> list[Any]:
    """Layer, number of its call among the model's, number of the output."""
    layer, index, output = history(tensor)  # type: ignore[misc]
    own = [node for node in layer._inbound_nodes if any(node is other for other in nodes)]
    node = layer._inbound_nodes[index]
    return [layer.name, next((i for i, other in enumerate(own) if other is node), 0), output]


def _json(value: Any) -> Any:
    if isinstance(value, (np.integer, np.floating)):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, TensorShape):
        return value.as_list()
    if callable(value):
        raise TypeError(
            f"{value!r} cannot be written as JSON: rebuild the model in code, or keep such functions out of it."
        )
    raise TypeError(f"{value!r} cannot be written as JSON.")
