"""The base of Keras layers (API: tf.keras.layers.Layer): their names, variables and connections.

Layer classes put it before a class of tf.layers, whose computation they use: `class Dense(Layer, core.Dense)`.
Variables are resources whose names begin with the name scope of the first call, which is the layer's name.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, NamedTuple

import numpy as np

from convflow.core import dtypes
from convflow.core.shape import TensorShape, as_shape
from convflow.graph.eager_tensor import EagerTensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import executing_eagerly, graph_of, name_scope
from convflow.modeling import tracking
from convflow.modeling.keras import activations, backend
from convflow.modeling.layers import base, structure, utils
from convflow.modeling.layers.input_spec import check_input
from convflow.modeling.variables import by_name
from convflow.modeling.variables.base import are_made_eagerly
from convflow.modeling.variables.variable import Variable, VariableAggregation, VariableSynchronization
from convflow.ops.array.identity import identity

# What the calls around say about learning, the innermost last; None where nobody says.
_learning: list[Any] = []


class Node(NamedTuple):
    """One call of a layer."""

    layer: Any
    inputs: Any
    outputs: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    @property
    def input_tensors(self) -> list[Tensor]:
        values = [*structure.flat(self.inputs), *structure.flat(list(self.args)), *structure.flat(self.kwargs)]
        return [value for value in values if isinstance(value, Tensor)]

    @property
    def output_tensors(self) -> list[Tensor]:
        return list(structure.flat(self.outputs))


def history(tensor: Any) -> tuple[Any, int, int] | None:
    """The layer that made a tensor, by which of its calls, and which output it is; None for other tensors."""
    return getattr(tensor, "_keras_history", None)


def mask_of(tensor: Any) -> Any:
    """Which steps of a tensor count, (batch, steps) of bool; None if all do."""
    return getattr(tensor, "_keras_mask", None)


@contextmanager
def learning(training: Any) -> Iterator[None]:
    """Layers called within take this `training` unless they are given another."""
    _learning.append(training)
    try:
        yield
    finally:
        _learning.pop()


class Layer(base.Layer):
    """Variables and the function that uses them (API: tf.keras.layers.Layer). Subclasses give `build` and `call`.

    Args:
        trainable: whether its variables are trained.
        name: the class's name, numbered, if None.
        dtype: of its variables; by default that of its first input.
        input_shape, batch_input_shape, input_dim, batch_size: of a model's first layer: without and with the batch's
            axis, the only size, or the batch's.
        weights: the variables' first values.

    Raises:
        TypeError: an unknown keyword argument.
    """

    # Whether `training=None` means the graph's learning phase.
    _asks_learning_phase: ClassVar[bool] = False
    # Whether the mask of the inputs is that of the outputs.
    supports_masking: bool = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        batch_size = kwargs.pop("batch_size", None)
        shape, size = kwargs.pop("input_shape", None), kwargs.pop("input_dim", None)
        batch_shape, self._first_weights = kwargs.pop("batch_input_shape", None), kwargs.pop("weights", None)
        length = kwargs.pop("input_length", None)
        if shape is None and size is not None:
            shape = (size,) if length is None else (length, size)
        if batch_shape is None and shape is not None:
            batch_shape = (batch_size, *as_shape(shape).as_list())
        super().__init__(*args, **kwargs)
        if batch_shape is not None:
            self._batch_input_shape = tuple(batch_shape)
        self._inbound_nodes: list[Node] = []
        # In eager mode: regularizers and their variables, which change.
        self._penalties: list[tuple[Any, Variable]] = []

    def __setattr__(self, name: str, value: Any) -> None:
        value = tracking.assigned(self, name, value)
        super().__setattr__(name, value)
        if isinstance(value, (Variable, list, tuple, dict)) and name not in base.OWN_ATTRIBUTES:
            self._adopt(value)

    def _adopt(self, value: Any) -> None:
        """Variables that a program makes itself and sets as attributes are the layer's too."""
        for item in structure.flat(value):
            if isinstance(item, Variable) and "_trainable_weights" in vars(self):
                known = (*self._trainable_weights, *self._non_trainable_weights)
                if all(item is not other for other in known):
                    (self._trainable_weights if item.trainable else self._non_trainable_weights).append(item)
                    backend.track(item)

    def _set_names(self, name: Any) -> None:
        self._base_name = name or utils.snake_case(type(self).__name__)
        self._name = name or backend.unique_name(self._base_name)

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """The layer's output for a tensor or a structure of tensors; the first call makes the variables."""
        inputs = structure.converted(inputs)
        tensors = list(structure.flat(inputs))
        graph = _graph_of(tensors)
        given = dict(kwargs)
        if graph.executes_eagerly and not _learning:
            self._forget_losses()
        with graph.as_default(), name_scope(self._name):
            kwargs = self._with_mask(args, self._with_training(args, kwargs), inputs)
            with learning(kwargs.get("training", _learning[-1] if _learning else None)):
                check_input(self._input_spec, tensors, self._name)
                self._build_once(inputs, tensors)
                self._call_inputs = tensors
                outputs = self.call(inputs, *args, **kwargs)
                self._call_inputs = []
                self._regularize_activity(inputs, outputs)
            if backend.is_symbolic():
                outputs = self._connected(inputs, outputs, tensors, args, given)
            self._set_mask(inputs, outputs, kwargs)
        return outputs

    def _with_mask(self, args: Any, kwargs: dict[str, Any], inputs: Any) -> dict[str, Any]:
        masks = _mapped(mask_of, inputs)
        names = self._call_names()
        if all(mask is None for mask in structure.flat(masks)) or kwargs.get("mask") is not None:
            return kwargs
        if "mask" not in names or len(args) > names.index("mask") - 1:
            return kwargs
        return {**kwargs, "mask": masks}

    def _call_names(self) -> list[str]:
        return list(inspect.signature(self.call).parameters)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the outputs: which steps count (API: tf.keras.layers.Layer.compute_mask).

        Args:
            inputs: a tensor or a list of them.
            mask: theirs, None where all steps count.
        """
        return mask if self.supports_masking else None

    def _set_mask(self, inputs: Any, outputs: Any, kwargs: dict[str, Any]) -> None:
        if not self.supports_masking and type(self).compute_mask is Layer.compute_mask:
            return
        given = kwargs["mask"] if kwargs.get("mask") is not None else _mapped(mask_of, inputs)
        masks = self.compute_mask(inputs, given)
        flat = list(masks) if isinstance(masks, (list, tuple)) else [masks]
        for output, mask in zip(structure.flat(outputs), flat, strict=False):
            if mask is not None and getattr(output, "_keras_mask", None) is None:
                output._keras_mask = mask

    def _with_training(self, args: Any, kwargs: dict[str, Any]) -> dict[str, Any]:
        names = self._call_names()
        if "training" not in names or len(args) > names.index("training") - 1 or kwargs.get("training") is not None:
            return kwargs
        said = _learning[-1] if _learning else None
        if said is None and self._asks_learning_phase:
            said = backend.learning_phase()
        return kwargs if said is None else {**kwargs, "training": said}

    def _build_once(self, inputs: Any, tensors: list[Tensor]) -> None:
        if self.built:
            return
        if self._dtype is None and tensors:
            kind = tensors[0].dtype.base_dtype
            self._dtype = kind.name if kind.is_floating or kind.is_complex else backend.floatx()
        self.build(structure.shapes(inputs))
        self.built = True
        tracking.objects_made()
        if self._first_weights is not None:
            self.set_weights(self._first_weights)

    def _connected(self, inputs: Any, outputs: Any, tensors: list[Tensor], args: Any, kwargs: Any) -> Any:
        """The outputs, which know from now on where they come from."""
        if any(output is tensor for output in structure.flat(outputs) for tensor in tensors):
            outputs = _mapped(lambda output: identity(output) if output in tensors else output, outputs)
        node = Node(self, inputs, outputs, args, kwargs)
        self._inbound_nodes.append(node)
        self._calls.append((inputs, outputs))
        for index, output in enumerate(node.output_tensors):
            made: Any = output
            made._keras_history = (self, len(self._inbound_nodes) - 1, index)
        return outputs

    def add_weight(
        self,
        name: Any = None,
        shape: Any = None,
        dtype: Any = None,
        initializer: Any = None,
        regularizer: Any = None,
        trainable: bool | None = None,
        constraint: Any = None,
        use_resource: bool | None = None,
        synchronization: VariableSynchronization = VariableSynchronization.AUTO,
        aggregation: VariableAggregation = VariableAggregation.NONE,
        partitioner: Any = None,
        **kwargs: Any,
    ) -> Variable:
        """A new variable (API: tf.keras.layers.Layer.add_weight).

        Args:
            name: within the layer's scope.
            shape: a scalar if None.
            dtype: the layer's by default.
            initializer, regularizer, constraint: or their names; Glorot uniform by default.
            trainable: whether it is trained.

        Raises:
            TypeError: `partitioner`, or an unknown argument.
        """
        unknown = [key for key in kwargs if key not in ("getter", "collections", "experimental_autocast")]
        if unknown or partitioner is not None:
            raise TypeError(f"Unknown keyword argument: {unknown[0] if unknown else 'partitioner'}")
        kind = dtypes.as_dtype(dtype or self._dtype or backend.floatx())
        sizes = [] if shape is None else as_shape(shape).as_list()
        made_by = utils.initializer(initializer if initializer is not None else _default_initializer(kind))
        variable = Variable(
            lambda: made_by(sizes, dtype=kind),
            trainable=trainable is None or bool(trainable),
            dtype=kind,
            name=name or "variable",
            constraint=utils.checked_function(constraint, "constraint", "tf.nn.relu"),
            use_resource=True if use_resource is None else use_resource,
        )
        backend.track(variable)
        penalty = utils.checked_function(regularizer, "regularizer", "tf.nn.l2_loss")
        if penalty is not None:
            if are_made_eagerly():
                self._penalties.append((penalty, variable))
            else:
                self._regularize(variable.op.name.rpartition("/")[2], variable, penalty)
        weights = self._non_trainable_weights if trainable is False else self._trainable_weights
        weights.append(variable)
        self._weights_by_name[name or "variable"] = variable
        return variable

    def add_loss(self, losses: Any, inputs: Any = None) -> None:
        """Losses that join the model's (API: tf.keras.layers.Layer.add_loss).

        Args:
            losses: tensors, or functions that return them; one or a list.
            inputs: what they depend on; None if on nothing that is fed.
        """
        items = losses if isinstance(losses, (list, tuple)) else [losses]
        values = [item() if callable(item) else item for item in items]
        if inputs is None and self._call_inputs:
            inputs = self._call_inputs
        self._losses += [(structure.converted(value), inputs) for value in values if value is not None]

    @property
    def losses(self) -> list[Any]:
        """The losses of the last call and of the variables' regularizers; in a graph those of all calls."""
        of_calls = [loss for loss, _ in self._losses]
        if are_made_eagerly():
            # Those of this mode: a model of eager mode has some of its graph and some of its last call.
            of_calls = [loss for loss in of_calls if isinstance(loss, EagerTensor) == executing_eagerly()]
            of_calls += [penalty(variable) for penalty, variable in self._penalties]
        return structure.once(of_calls, *(layer.losses for layer in self._sublayers()))

    def _forget_losses(self) -> None:
        """In eager mode losses are those of the last call."""
        self._losses = [(loss, inputs) for loss, inputs in self._losses if not isinstance(loss, EagerTensor)]
        for layer in self._sublayers():
            if isinstance(layer, Layer):
                layer._forget_losses()

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The output's shape for an input's."""
        known = super().compute_output_shape
        return known(input_shape)

    def get_weights(self) -> list[np.ndarray]:
        """The values of `weights`."""
        with self.graph.as_default():
            return backend.batch_get_value(self.weights)

    def set_weights(self, weights: list[Any]) -> None:
        """Write values into `weights`, in their order; ValueError where they do not fit."""
        own = self.weights
        if len(weights) != len(own):
            raise ValueError(
                f'You called `set_weights(weights)` on layer "{self._name}" with a weight list of length '
                f"{len(weights)}, but the layer was expecting {len(own)} weights."
            )
        for variable, value in zip(own, weights, strict=True):
            if not variable.shape.is_compatible_with(np.shape(value)):
                raise ValueError(
                    f"Layer weight shape {variable.shape} of {variable.name} not compatible with provided weight "
                    f"shape {np.shape(value)}."
                )
        if own:
            with self.graph.as_default():
                backend.batch_set_value(zip(own, weights, strict=True))

    @property
    def graph(self) -> Any:
        if are_made_eagerly():
            return backend.graph()
        return self.weights[0].graph if self.weights else super().graph

    @property
    def input_mask(self) -> Any:
        """The mask of `input` (API: tf.keras.layers.Layer.input_mask)."""
        return _mapped(mask_of, self.input)

    @property
    def output_mask(self) -> Any:
        """The mask of `output` (API: tf.keras.layers.Layer.output_mask)."""
        return _mapped(mask_of, self.output)

    @property
    def input_shape(self) -> Any:
        return _as_tuples(structure.shapes(self.input))

    @property
    def output_shape(self) -> Any:
        return _as_tuples(structure.shapes(self.output))

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal layer, as JSON can hold them."""
        shape = getattr(self, "_batch_input_shape", None)
        own = {"name": self._name, "trainable": self._trainable}
        first = {} if shape is None else {"batch_input_shape": shape}
        rest = {key: _plain(key, value) for key, value in super().get_config().items() if key not in own}
        return {**own, **first, "dtype": self._dtype or backend.floatx(), **rest}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A layer of what `get_config` returned."""
        return cls(**config)


def _graph_of(tensors: list[Tensor]) -> Any:
    """The graph that a layer works in: in eager mode that of tensors without values, where there are any."""
    if executing_eagerly():
        symbolic = [tensor for tensor in tensors if not isinstance(tensor, EagerTensor)]
        if symbolic:
            return symbolic[0].graph
    return graph_of(tensors)


def _default_initializer(kind: dtypes.DType) -> str:
    return "glorot_uniform" if kind.is_floating else "zeros"


def _mapped(function: Any, nested: Any) -> Any:
    if isinstance(nested, dict):
        return {key: _mapped(function, item) for key, item in nested.items()}
    if isinstance(nested, (list, tuple)):
        return type(nested)(_mapped(function, item) for item in nested)
    return function(nested)


mapped = _mapped


def _as_tuples(shapes: Any) -> Any:
    if isinstance(shapes, TensorShape):
        return None if shapes.rank is None else tuple(shapes.as_list())
    return [_as_tuples(shape) for shape in shapes]


def _plain(key: str, value: Any) -> Any:
    if key.endswith("activation"):
        return activations.serialize(value)
    if callable(value):
        return by_name.serialize(value)
    return value
