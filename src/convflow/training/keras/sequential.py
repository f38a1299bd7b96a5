"""Layers one after the other (API: tf.keras.models.Sequential)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from convflow.core.shape import as_shape
from convflow.modeling.keras.base import Layer, history
from convflow.modeling.keras.core import Input, InputLayer
from convflow.modeling.layers import structure
from convflow.training.keras.model import Model


class Sequential(Model):
    """Each layer takes the output of the one before (API: tf.keras.models.Sequential).

    The layers are connected as soon as the input's shape is known: from the first layer's `input_shape`, or else from
    the data.

    Args:
        layers: the first ones.
        name: "sequential" and so on if None.
    """

    _is_stack = True

    def __init__(self, layers: Sequence[Layer] | None = None, name: str | None = None) -> None:
        super().__init__(name=name)
        self._stack: list[Layer] = []
        for layer in layers or ():
            self.add(layer)

    def add(self, layer: Layer) -> None:
        """One more (API: tf.keras.models.Sequential.add).

        Raises:
            TypeError: no layer. ValueError: a layer with several outputs.
        """
        if not isinstance(layer, Layer):
            made = history(layer)
            if made is None or not isinstance(made[0], InputLayer):
                raise TypeError(f"The added layer must be an instance of class Layer. Found: {layer}")
            layer = made[0]
        if not self._stack and not self.outputs:
            self._begin(layer)
            return
        self._stack.append(layer)
        if self.outputs:
            self._extend(layer)

    def _begin(self, layer: Layer) -> None:
        if isinstance(layer, InputLayer):
            self._use(layer.input_tensor, layer.input_tensor)
            return
        self._stack.append(layer)
        shape = getattr(layer, "_batch_input_shape", None)
        if shape is None and isinstance(layer, Model) and layer.inputs:
            shape = layer.inputs[0].shape.as_list()
        if shape is not None:
            source = Input(batch_shape=tuple(shape), dtype=layer.dtype, name=f"{layer.name}_input")
            self._use(source, layer(source))

    def _extend(self, layer: Layer) -> None:
        output = layer(self._output_structure)
        if len(list(structure.flat(output))) != 1:
            raise ValueError(
                "All layers in a Sequential model should have a single output tensor. For multi-output layers, use the "
                "functional API."
            )
        self._use(self._input_structure, output)

    def _use(self, inputs: Any, outputs: Any) -> None:
        self._calls.clear()
        self._connect(inputs, outputs)

    def pop(self) -> None:
        """Take the last layer away; TypeError if there is none."""
        if not self._stack:
            raise TypeError("There are no layers in the model.")
        last = self._stack.pop()
        if self.outputs:
            node = next(
                node for node in last._inbound_nodes if any(out is self.outputs[0] for out in node.output_tensors)
            )
            last._inbound_nodes.remove(node)
            if self._stack or isinstance(history(node.inputs)[0], InputLayer):  # type: ignore[index]
                self._use(self._input_structure, node.inputs)

    def build(self, input_shape: Any = None) -> None:
        """Connect the layers for inputs of this shape, the batch's axis with it."""
        if self.outputs or input_shape is None:
            return
        source = Input(batch_shape=tuple(as_shape(input_shape).as_list()))
        self._connect_all(source)

    def _connect_all(self, source: Any) -> None:
        output = source
        for layer in self._stack:
            output = layer(output)
        self._use(source, output)

    def _set_inputs(self, batch: Any) -> None:
        if not self.outputs:
            shape = np.shape(batch)
            self._connect_all(Input(batch_shape=(None, *(shape[1:] if len(shape) > 1 else (1,)))))

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        output = inputs
        for layer in self._stack:
            output = layer(output)
        return output

    def _sublayers(self) -> Iterator[Any]:
        return iter(self._stack)

    def predict_classes(self, x: Any, batch_size: int = 32, verbose: int = 0) -> np.ndarray:
        """The number of each example's class (API: tf.keras.models.Sequential.predict_classes)."""
        scores = self.predict(x, batch_size=batch_size, verbose=verbose)
        return scores.argmax(axis=-1) if scores.shape[-1] > 1 else (scores > 0.5).astype("int32")

    def predict_proba(self, x: Any, batch_size: int = 32, verbose: int = 0) -> np.ndarray:
        """The same as `predict` (API: tf.keras.models.Sequential.predict_proba)."""
        return self.predict(x, batch_size=batch_size, verbose=verbose)

    def get_config(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "layers": [{"class_name": type(layer).__name__, "config": layer.get_config()} for layer in self._stack],
        }
