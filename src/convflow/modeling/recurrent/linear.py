"""Linear maps and cells that put one before or after another cell (API: tf.contrib.rnn.InputProjectionWrapper,
OutputProjectionWrapper, EmbeddingWrapper)."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import Any

from convflow.core import nest
from convflow.graph.operation import Tensor
from convflow.graph.scopes import device
from convflow.modeling.recurrent.cell import RNNCell, check_cell
from convflow.modeling.variables import initializers
from convflow.modeling.variables.scope import get_variable, get_variable_scope, variable_scope
from convflow.ops.array.concat import concat
from convflow.ops.array.reshape import reshape
from convflow.ops.bias import bias_add
from convflow.ops.embedding import embedding_lookup
from convflow.ops.math.matmul import matmul


class Linear:
    """x * kernel + bias, with variables "kernel" and "bias" of the scope that is open when it is made.

    Args:
        args: a tensor of shape (batch, size), or a list of them, which are put side by side.
        output_size: the number of columns of the result.
        build_bias: whether there is a bias.
        bias_initializer: zeros by default.
        kernel_initializer: the scope's by default.

    Raises:
        ValueError: a tensor that is no matrix, or whose second size is not known.
    """

    def __init__(
        self,
        args: Any,
        output_size: int,
        build_bias: bool = True,
        bias_initializer: Any = None,
        kernel_initializer: Any = None,
    ) -> None:
        tensors = _listed(args)
        width = sum(_width(tensor) for tensor in tensors)
        dtype = tensors[0].dtype.base_dtype
        with variable_scope(get_variable_scope()) as outer:
            self._weights = get_variable("kernel", [width, output_size], dtype=dtype, initializer=kernel_initializer)
            self._biases: Any = None
            if build_bias:
                with variable_scope(outer) as inner:
                    inner.set_partitioner(None)
                    if bias_initializer is None:
                        bias_initializer = initializers.Constant(0.0, dtype=dtype)
                    self._biases = get_variable("bias", [output_size], dtype=dtype, initializer=bias_initializer)

    def __call__(self, args: Any) -> Tensor:
        """The map of tensors with the sizes of those it was made for: (batch, output_size)."""
        tensors = _listed(args)
        product = matmul(tensors[0] if len(tensors) == 1 else concat(tensors, 1), self._weights)
        return product if self._biases is None else bias_add(product, self._biases)


def linear(
    args: Any, output_size: int, bias: bool, bias_initializer: Any = None, kernel_initializer: Any = None
) -> Tensor:
    """`Linear` made and called (API: tf.contrib.rnn.python.ops.core_rnn_cell, _linear).

    Args:
        args: a tensor of shape (batch, size), or a list of them.
        output_size: the number of columns of the result.
        bias: whether there is a bias.
        bias_initializer: zeros by default.
        kernel_initializer: the scope's by default.

    Returns:
        Shape (batch, output_size).

    Raises:
        ValueError: no tensor, one that is no matrix, or whose second size is not known.
    """
    if args is None or (nest.is_nested(args) and not args):
        raise ValueError(f"`args` must be specified, got {args}. Give a tensor of shape (batch, size), or several.")
    return Linear(args, output_size, bias, bias_initializer, kernel_initializer)(args)


def _listed(args: Any) -> list[Tensor]:
    return list(args) if nest.is_nested(args) else [args]


def _width(tensor: Tensor) -> int:
    shape = tensor.shape
    if shape.rank != 2:
        raise ValueError(f"linear is expecting 2D arguments: {tensor.name} has shape {shape}. Reshape it to 2-D.")
    width = shape.as_list()[1]
    if width is None:
        raise ValueError(
            f"linear expects shape[1] to be provided for shape {shape} of {tensor.name}, but saw None. Use set_shape."
        )
    return width


class _Around(RNNCell):
    """A cell around another, whose states it has."""

    def __init__(self, cell: Any, activation: Callable[[Any], Any] | None = None, reuse: Any = None) -> None:
        super().__init__(_reuse=reuse)
        check_cell("cell", cell)
        self._cell = cell
        self._activation = activation
        self._linear: Linear | None = None

    @property
    def state_size(self) -> Any:
        return self._cell.state_size

    @property
    def output_size(self) -> Any:
        return self._cell.output_size

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """The inner cell's zero state."""
        return self._cell.zero_state(batch_size, dtype)

    def _projected(self, tensor: Tensor, size: int) -> Tensor:
        if self._linear is None:
            self._linear = Linear(tensor, size)
        projected = self._linear(tensor)
        return self._activation(projected) if self._activation else projected


class OutputProjectionWrapper(_Around):
    """A cell whose output is mapped linearly to another size (API: tf.contrib.rnn.OutputProjectionWrapper).

    Args:
        cell: the cell.
        output_size: the size of the result, at least 1.
        activation: a function of the result; none by default.
        reuse: True to share variables that the scope has.

    Raises:
        TypeError: not a cell.
        ValueError: an output_size below 1.
    """

    def __init__(self, cell: Any, output_size: int, activation: Any = None, reuse: Any = None) -> None:
        super().__init__(cell, activation, reuse)
        if output_size < 1:
            raise ValueError(f"Parameter output_size must be > 0: {output_size}.")
        self._output_size = output_size

    @property
    def output_size(self) -> int:
        return self._output_size

    def call(self, inputs: Any, state: Any) -> tuple[Tensor, Any]:
        """One step: the output, shape (batch, output_size), and the inner cell's next state."""
        output, next_state = self._cell(inputs, state)
        return self._projected(output, self._output_size), next_state


class InputProjectionWrapper(_Around):
    """A cell whose inputs are mapped linearly first (API: tf.contrib.rnn.InputProjectionWrapper).

    Args:
        cell: the cell.
        num_proj: the size that the cell gets.
        activation: a function of the mapped inputs; none by default.
        input_size: of no effect.
        reuse: True to share variables that the scope has.
    """

    def __init__(
        self, cell: Any, num_proj: int, activation: Any = None, input_size: Any = None, reuse: Any = None
    ) -> None:
        super().__init__(cell, activation, reuse)
        self._num_proj = num_proj

    def call(self, inputs: Any, state: Any) -> tuple[Any, Any]:
        """One step of the inner cell on the mapped inputs."""
        return self._cell(self._projected(inputs, self._num_proj), state)


class EmbeddingWrapper(_Around):
    """A cell that takes symbols: each is looked up in a variable "embedding" (API: tf.contrib.rnn.EmbeddingWrapper).

    Args:
        cell: the cell.
        embedding_classes: how many symbols there are, at least 1.
        embedding_size: the numbers for each, at least 1.
        initializer: of the variable; by default that of the scope, or uniform with variance 1.
        reuse: True to share variables that the scope has.

    Raises:
        TypeError: not a cell.
        ValueError: no classes, or a size below 1.
    """

    def __init__(
        self, cell: Any, embedding_classes: int, embedding_size: int, initializer: Any = None, reuse: Any = None
    ) -> None:
        super().__init__(cell, reuse=reuse)
        if embedding_classes <= 0 or embedding_size <= 0:
            raise ValueError(
                f"Both embedding_classes and embedding_size must be > 0: {embedding_classes}, {embedding_size}."
            )
        self._embedding_classes = embedding_classes
        self._embedding_size = embedding_size
        self._initializer = initializer

    def call(self, inputs: Any, state: Any) -> tuple[Any, Any]:
        """One step for the symbols `inputs`, integers of shape (batch,) or (batch, 1)."""
        with device("/cpu:0"):
            bound = sqrt(3)  # the variance of a uniform distribution is a third of the bound squared
            chosen = self._initializer or get_variable_scope().initializer
            embedding = get_variable(
                "embedding",
                [self._embedding_classes, self._embedding_size],
                initializer=chosen or initializers.RandomUniform(-bound, bound),
                dtype=(state[0] if isinstance(state, tuple) else state).dtype,
            )
            embedded = embedding_lookup(embedding, reshape(inputs, [-1]))
        return self._cell(embedded, state)
