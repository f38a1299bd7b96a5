"""What a recurrent cell is (API: tf.nn.rnn_cell.RNNCell): (inputs, state) -> (output, next state)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes, nest
from convflow.core.shape import as_shape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import is_tensor, name_scope
from convflow.graph.static_value import constant_value
from convflow.modeling.layers import utils
from convflow.modeling.layers.base import Layer
from convflow.modeling.recurrent.sizes import zero_states
from convflow.modeling.variables.scope import get_variable_scope, variable_scope
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.math.elementwise import tanh


class RNNCell(Layer):
    """The base class of cells (API: tf.nn.rnn_cell.RNNCell).

    A subclass gives `state_size`, `output_size` and `call(inputs, state)` that returns the output, shape
    (batch, output_size), and the next state, in the structure and shapes of `state`. `call` may make its variables
    with `tf.get_variable`.

    Args:
        trainable: whether the variables join the TRAINABLE_VARIABLES.
        name: the cell's name and scope; by default the class's name.
        dtype: the type of the variables; by default that of the first input.
    """

    def __init__(self, trainable: bool = True, name: Any = None, dtype: Any = None, **kwargs: Any) -> None:
        super().__init__(trainable=trainable, name=name, dtype=dtype, **kwargs)
        self._rnncell_scope: variable_scope | None = None

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        """One step.

        Args:
            inputs: shape (batch, input size).
            state: tensors of shape (batch, size) for each size in `state_size`, in its structure.
            scope: the variable scope to make the variables in, by default one named after the class.

        Returns:
            The output, shape (batch, output_size), and the next state.
        """
        if scope is not None:
            with variable_scope(scope, custom_getter=self._rnn_get_variable) as opened:
                return super().__call__(inputs, state, scope=opened)
        if self._rnncell_scope is None:
            self._rnncell_scope = variable_scope(get_variable_scope(), custom_getter=self._rnn_get_variable)
        with self._rnncell_scope:
            return super().__call__(inputs, state)

    def _rnn_get_variable(self, getter: Any, *args: Any, **kwargs: Any) -> Any:
        variable = getter(*args, **kwargs)
        parts = list(variable) if hasattr(variable, "_get_variable_list") else [variable]
        self._track(variable, all(utils.is_trained(part) for part in parts))
        return variable

    @property
    def state_size(self) -> Any:
        """The size of the state: an integer, a TensorShape, or a structure of them."""
        raise NotImplementedError(f"{type(self).__name__} does not say what state_size it has: define the property.")

    @property
    def output_size(self) -> Any:
        """The size of the output: an integer or a TensorShape."""
        raise NotImplementedError(f"{type(self).__name__} does not say what output_size it has: define the property.")

    def get_initial_state(self, inputs: Any = None, batch_size: Any = None, dtype: Any = None) -> Any:
        """Zeros for a batch, described by its inputs or by size and type.

        Raises:
            ValueError: they contradict each other, or neither says the size and the type.
        """
        if inputs is not None:
            inputs = convert_to_tensor(inputs, name="inputs")
            _check_batch(inputs, batch_size, dtype)
            batch_size = inputs.shape.as_list()[0] or shape_of(inputs)[0]
            dtype = inputs.dtype
        if batch_size is None or dtype is None:
            raise ValueError(
                "batch_size and dtype cannot be None while constructing initial state: "
                f"batch_size={batch_size}, dtype={dtype}. Pass both, or `inputs`."
            )
        return self.zero_state(batch_size, dtype)

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """Zeros in the structure of `state_size`, each of shape (batch_size, size).

        Args:
            batch_size: an integer or a scalar tensor.
            dtype: the type of the state.
        """
        with name_scope(type(self).__name__ + "ZeroState"):
            return zero_states(self.state_size, batch_size, dtype)


class LayerRNNCell(RNNCell):
    """A cell that makes its variables in `build`, as layers do (API: tf.contrib.rnn.LayerRNNCell)."""

    def __call__(self, inputs: Any, state: Any, scope: Any = None, *args: Any, **kwargs: Any) -> Any:
        """One step, as `RNNCell`; further arguments go to `call`."""
        return Layer.__call__(self, inputs, state, *args, scope=scope, **kwargs)

    def _set_activation(self, activation: Any) -> None:
        self._activation: Any = tanh
        if activation:
            self._activation = utils.activation_function(activation) or _unchanged


def _unchanged(x: Any) -> Any:
    return x


def _check_batch(inputs: Tensor, batch_size: Any, dtype: Any) -> None:
    size = inputs.shape.as_list()[0]
    if batch_size is not None:
        value = constant_value(batch_size) if is_tensor(batch_size) else batch_size
        if size != value:
            raise ValueError(
                "batch size from input tensor is different from the input param. "
                f"Input tensor batch: {size}, batch_size: {batch_size}. Leave out one of them."
            )
    if dtype is not None and inputs.dtype != dtypes.as_dtype(dtype):
        raise ValueError(
            "dtype from input tensor is different from the input param. "
            f"Input tensor dtype: {inputs.dtype}, dtype: {dtype}. Leave out one of them."
        )


def input_depth(input_shape: Any) -> int:
    """The size of the inputs' last axis; ValueError if it is not known."""
    depth = as_shape(input_shape).as_list()[-1]
    if depth is None:
        raise ValueError(
            f"Expected inputs.shape[-1] to be known, received shape: {input_shape}. Use set_shape on the inputs."
        )
    return depth


def check_dtype(dtype: Any) -> None:
    """ValueError for a type that the gates' functions do not take."""
    if dtype is None:
        return
    dtype = dtypes.as_dtype(dtype)
    if not (dtype.is_floating or dtype.is_complex):
        raise ValueError(
            f"RNN cell only supports floating point inputs, but received dtype: {dtype}. Cast them with tf.cast."
        )


def check_input_dtypes(*structures: Any) -> None:
    """The same for every tensor of the structures."""
    for item in nest.flatten(structures):
        check_dtype(item.dtype)


def _has(item: Any, name: str) -> bool:
    try:
        getattr(item, name)
    except AttributeError:
        return False
    return True


def check_cell(argument: str, cell: Any) -> None:
    """TypeError, naming what is missing, unless `cell` can be used as a cell."""
    missing = [f"'{name}' property is missing" for name in ("output_size", "state_size") if not _has(cell, name)]
    if not (_has(cell, "get_initial_state") or _has(cell, "zero_state")):
        missing.append("either 'zero_state' or 'get_initial_state' method is required")
    if not callable(cell):
        missing.append("is not callable")
    if missing:
        raise TypeError(
            f"The argument {argument!r} ({cell}) is not an RNNCell: {', '.join(missing)}. "
            "Pass an instance, such as tf.nn.rnn_cell.LSTMCell(128)."
        )
