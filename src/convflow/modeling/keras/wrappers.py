"""Keras layers around others (API: tf.keras.layers.TimeDistributed, Bidirectional)."""

from __future__ import annotations

from typing import Any

from convflow.graph.operation import Tensor
from convflow.modeling.keras.base import Layer
from convflow.ops import operators as operators  # tensors get their operators
from convflow.ops.array.concat import concat
from convflow.ops.array.reshape import reshape
from convflow.ops.array.reverse import reverse
from convflow.ops.array.shape_ops import shape as shape_of


class Wrapper(Layer):
    """Holds another layer (API: tf.keras.layers.Wrapper).

    Args:
        layer: the layer.
        kwargs: what every layer takes (`name`, `dtype`, `trainable`, `input_shape` ...).

    Raises:
        ValueError: `layer` is no layer.
    """

    def __init__(self, layer: Layer, **kwargs: Any) -> None:
        if not isinstance(layer, Layer):
            raise ValueError(
                f"Please initialize `{type(self).__name__}` layer with a `tf.keras.layers.Layer` instance. "
                f"You passed: {layer!r}"
            )
        super().__init__(**kwargs)
        self.layer = layer

    def get_config(self) -> dict[str, Any]:
        inner = {"class_name": type(self.layer).__name__, "config": self.layer.get_config()}
        return super().get_config() | {"layer": inner}


class TimeDistributed(Wrapper):
    """A layer applied to each step of sequences (API: tf.keras.layers.TimeDistributed)."""

    supports_masking = True

    def call(self, inputs: Tensor, training: Any = None) -> Tensor:
        sizes: Any = shape_of(inputs)
        output = self.layer(
            reshape(inputs, concat([[-1], sizes[2:]], 0))
            if None in inputs.shape[2:].as_list()
            else reshape(inputs, [-1, *inputs.shape[2:].as_list()])
        )
        result = reshape(output, concat([sizes[:2], shape_of(output)[1:]], 0))
        result.set_shape(inputs.shape[:2].concatenate(output.shape[1:]))
        return result


class Bidirectional(Wrapper):
    """A recurrent layer forwards and a copy of it backwards (API: tf.keras.layers.Bidirectional).

    Args:
        layer: the one forwards.
        merge_mode: "concat", "sum", "mul", "ave", or None for both outputs.
    """

    def __init__(self, layer: Any, merge_mode: str | None = "concat", weights: Any = None, **kwargs: Any) -> None:
        if merge_mode not in ("sum", "mul", "ave", "concat", None):
            raise ValueError(f"Invalid merge mode: {merge_mode}. Expected sum, mul, ave, concat or None.")
        super().__init__(layer, weights=weights, **kwargs)
        config = layer.get_config()
        self.merge_mode = merge_mode
        self.forward_layer = layer
        del self.layer
        config |= {"name": f"backward_{layer.name}", "go_backwards": not layer.go_backwards}
        config.pop("batch_input_shape", None)
        self.backward_layer = _like(layer, config)
        self.stateful = layer.stateful
        self.forward_layer._name = f"forward_{layer.name}"
        if hasattr(layer, "_batch_input_shape"):
            self._batch_input_shape = layer._batch_input_shape

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        mask = mask[0] if isinstance(mask, (list, tuple)) else mask
        return mask if self.forward_layer.return_sequences else None

    def reset_states(self) -> None:
        """Both layers begin with zeros again."""
        self.forward_layer.reset_states()
        self.backward_layer.reset_states()

    def __call__(self, inputs: Any, initial_state: Any = None, **kwargs: Any) -> Any:
        """The outputs; `initial_state` has the states forwards, then those backwards."""
        if isinstance(inputs, (list, tuple)):
            inputs, initial_state = inputs[0], initial_state or list(inputs[1:]) or None
        if initial_state is not None:
            kwargs["initial_state"] = initial_state
        return super().__call__(inputs, **kwargs)

    def call(self, inputs: Tensor, mask: Any = None, training: Any = None, initial_state: Any = None) -> Any:
        half = len(initial_state) // 2 if initial_state else 0
        first, second = (initial_state[:half], initial_state[half:]) if half else (None, None)
        given = {} if mask is None else {"mask": mask}
        forwards = self.forward_layer(inputs, initial_state=first, **given)
        backwards = self.backward_layer(inputs, initial_state=second, **given)
        states: list[Any] = []
        if self.forward_layer.return_state:
            states = [*forwards[1:], *backwards[1:]]
            forwards, backwards = forwards[0], backwards[0]
        if self.forward_layer.return_sequences:
            backwards = reverse(backwards, [1])
        output = self._merged(forwards, backwards)
        if not states:
            return output
        return [*(output if isinstance(output, list) else [output]), *states]

    def _merged(self, forwards: Any, backwards: Any) -> Any:
        if self.merge_mode == "concat":
            return concat([forwards, backwards], -1)
        if self.merge_mode == "sum":
            return forwards + backwards
        if self.merge_mode == "mul":
            return forwards * backwards
        return (forwards + backwards) / 2 if self.merge_mode == "ave" else [forwards, backwards]

    def get_config(self) -> dict[str, Any]:
        inner = {"class_name": type(self.forward_layer).__name__, "config": self.forward_layer.get_config()}
        config = Layer.get_config(self)
        return config | {"layer": inner, "merge_mode": self.merge_mode}


def _like(layer: Any, config: dict[str, Any]) -> Any:
    """A layer of a changed configuration; a cell of the program's own is made of its own class."""
    if isinstance(config.get("cell"), dict):
        config = config | {"cell": type(layer.cell).from_config(config["cell"]["config"])}
    return type(layer).from_config(config)
