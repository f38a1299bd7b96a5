"""Layers made of layers (API: tf.contrib.eager.Network, tf.contrib.eager.Sequential)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from convflow.modeling.layers.base import Layer
from convflow.modeling.variables.scope import variable_scope


class Network(Layer):
    """A layer whose `call` uses other layers, each of which it was told of by `track_layer`.

    The layers are built in the network's variable scope, so their variables are called after it.

    Args:
        name: of letters, digits and _; the class's name, numbered, by default.

    Raises:
        ValueError: a name with a slash.
    """

    def __init__(self, name: str | None = None) -> None:
        if isinstance(name, str) and ("/" in name or not name):
            raise ValueError(f"A network's name must not be empty or hold a slash, got {name!r}: slashes part scopes.")
        super().__init__(name=name)
        self._tracked: dict[str, Layer] = {}

    def track_layer(self, layer: Any) -> Any:
        """Count a layer as this network's; returns it.

        Raises:
            TypeError: no layer.
            ValueError: another layer of that name is tracked, or the network was called before it was made.
        """
        if not hasattr(self, "_tracked"):
            raise ValueError(f"{type(self).__name__}.__init__ must call super().__init__() before track_layer().")
        if not isinstance(layer, Layer):
            raise TypeError(f"Network.track_layer() passed type {type(layer)}, not a tf.layers.Layer")
        if layer.name in self._tracked and self._tracked[layer.name] is not layer:
            raise ValueError(
                f"Attempt to add two Layers with the name '{layer.name}' to the same Network '{self.name}': "
                "give one another name."
            )
        self._tracked[layer.name] = layer
        return layer

    @property
    def layers(self) -> list[Layer]:
        """The tracked layers, in the order they were tracked."""
        return list(self._tracked.values())

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """A tracked layer by its name or place.

        Raises:
            ValueError: neither or both are given, or there is no such layer.
        """
        if (name is None) == (index is None):
            raise ValueError("Provide either a layer name or layer index, not both and not neither.")
        if index is not None:
            if not 0 <= index < len(self._tracked):
                raise ValueError(
                    f"Was asked to retrieve layer at index {index} but {self.name} has {len(self.layers)}."
                )
            return self.layers[index]
        if name not in self._tracked:
            raise ValueError(f"No such layer: {name}; {self.name} has {', '.join(self._tracked)}.")
        return self._tracked[str(name)]

    def _sublayers(self) -> Iterator[Layer]:
        yield from self._tracked.values()

    def _checkpoint_children(self) -> dict[str, Any]:
        return {**self._tracked, **{k: v for k, v in super()._checkpoint_children().items() if k != "_tracked"}}

    def _called(self, inputs: Any, tensors: Any, args: Any, kwargs: Any) -> Any:
        with variable_scope(self._current_scope, auxiliary_name_scope=False):
            return super()._called(inputs, tensors, args, kwargs)

    def call(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} must define call(inputs): what it computes.")

    def add_variable(self, *args: Any, **kwargs: Any) -> Any:
        """RuntimeError: a network's variables are its layers'."""
        raise RuntimeError(
            "add_variable not supported in Network class yet: make a layer, and pass it to track_layer()."
        )

    add_weight = add_variable


class Sequential(Network):
    """Layers and functions applied one after the other (API: tf.contrib.eager.Sequential).

    Args:
        layers_funcs: layers, and functions of a tensor.
    """

    def __init__(self, layers_funcs: Iterable[Any] | None = None, name: str | None = None) -> None:
        super().__init__(name)
        self._steps: list[Any] = []
        for step in layers_funcs or ():
            self.add(step)

    def add(self, layer_func: Any) -> None:
        """Add a layer or a function at the end; TypeError for anything else."""
        if isinstance(layer_func, Layer):
            self.track_layer(layer_func)
        elif not callable(layer_func):
            raise TypeError(f"Sequential.add() takes only tf.layers.Layer objects or callables; not {layer_func!r}.")
        self._steps.append(layer_func)

    def call(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        training = kwargs.pop("training", None)
        for step in self._steps:
            inputs = self._applied(step, inputs, training)
        return inputs

    def _applied(self, step: Any, inputs: Any, training: Any) -> Any:
        takes_training = isinstance(step, Layer) and "training" in step.call.__code__.co_varnames
        return step(inputs, training=training) if takes_training and training is not None else step(inputs)
