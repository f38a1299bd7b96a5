"""A cell that looks at a memory (API: tf.contrib.seq2seq.AttentionWrapper)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from convflow.core import nest
from convflow.core.shape import TensorShape
from convflow.graph.operation import Tensor
from convflow.graph.scopes import control_dependencies, name_scope
from convflow.modeling.layers.core import Dense
from convflow.modeling.recurrent.cell import RNNCell, check_cell
from convflow.modeling.recurrent.seq2seq.attention import AttentionMechanism
from convflow.modeling.recurrent.seq2seq.memory import static_or_shape
from convflow.modeling.recurrent.sizes import zero_states
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import zeros
from convflow.ops.array.identity import identity
from convflow.ops.array.reshape import expand_dims, squeeze
from convflow.ops.assert_compare import assert_equal
from convflow.ops.math.matmul import matmul
from convflow.ops.tensor_array import TensorArray


class AttentionWrapperState(NamedTuple):
    """The state of an `AttentionWrapper` (API: tf.contrib.seq2seq.AttentionWrapperState).

    `cell_state` is the wrapped cell's; `attention` what the step before looked at, shape (batch, size); `time` the
    step, an int32 scalar; `alignments` the weights, shape (batch, alignments_size); `alignment_history` a
    `tf.TensorArray` of all weights, or (); `attention_state` the mechanism's. With several mechanisms the last three
    are tuples.
    """

    cell_state: Any
    attention: Any
    time: Any
    alignments: Any
    alignment_history: Any
    attention_state: Any

    def clone(self, **kwargs: Any) -> AttentionWrapperState:
        """The state with other parts: `zero_state(...).clone(cell_state=encoder_state)`.

        Raises:
            ValueError: a part of another structure, or whose shape cannot be that of the old one.
        """

        def with_shape(old: Any, new: Any) -> Any:
            if isinstance(old, Tensor) and isinstance(new, Tensor):
                if not old.shape.is_compatible_with(new.shape):
                    raise ValueError(
                        f"A part of the cloned AttentionWrapperState has shape {new.shape}, the state's has "
                        f"{old.shape}. Give the state of the same batch and the same sizes."
                    )
                new.set_shape(old.shape)
            return new

        return nest.map_structure(with_shape, self, self._replace(**kwargs))


def compute_attention(
    attention_mechanism: Any, cell_output: Tensor, attention_state: Any, attention_layer: Any
) -> tuple[Tensor, Tensor, Any]:
    """What the mechanism looks at, its weights and its next state (API: tf.contrib.seq2seq, _compute_attention).

    Args:
        attention_mechanism: the mechanism.
        cell_output: the query, shape (batch, size).
        attention_state: the mechanism's state.
        attention_layer: a layer for the query joined with the weighted sum of the memory, or None for the sum.
    """
    alignments, next_state = attention_mechanism(cell_output, state=attention_state)
    context = squeeze(matmul(expand_dims(alignments, 1), attention_mechanism.values), [1])
    attention = context if attention_layer is None else attention_layer(concat([cell_output, context], 1))
    return attention, alignments, next_state


class AttentionWrapper(RNNCell):
    """A cell whose inputs are joined with what it looked at (API: tf.contrib.seq2seq.AttentionWrapper).

    Each step joins the inputs with the attention of the step before, calls the cell, asks the mechanism for weights
    with the cell's output as the query, and sums the memory with them; with a layer, the attention is that of the
    output joined with the sum.

    Args:
        cell: the cell.
        attention_mechanism: a mechanism, or a list of them, whose attentions are joined.
        attention_layer_size: the size of a layer without bias, or a list with one for each mechanism; None for none.
        alignment_history: whether the state keeps the weights of all steps.
        cell_input_fn: (inputs, attention) -> the cell's inputs, instead of joining them.
        output_attention: whether the output is the attention (Luong) or the cell's output (Bahdanau).
        initial_cell_state: the cell's state to begin with, instead of zeros.
        name: the cell's name and scope, "attention_wrapper" by default.
        attention_layer: a layer, or a list with one for each mechanism, instead of a size.
        attention_fn: (mechanism, cell_output, attention_state, attention_layer) -> (attention, alignments, next
            attention_state), instead of the sum above.
        dtype: the type of the layers' variables.

    Raises:
        TypeError: not a cell, not a mechanism, or a function that cannot be called.
        ValueError: both kinds of layers, or not one for each mechanism.
        InvalidArgumentError: in the run, memory and query of different batch sizes.
    """

    def __init__(
        self,
        cell: Any,
        attention_mechanism: Any,
        attention_layer_size: Any = None,
        alignment_history: bool = False,
        cell_input_fn: Callable[[Any, Any], Any] | None = None,
        output_attention: bool = True,
        initial_cell_state: Any = None,
        name: str | None = None,
        attention_layer: Any = None,
        attention_fn: Callable[..., Any] | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        check_cell("cell", cell)
        self._is_multi = isinstance(attention_mechanism, (list, tuple))
        self._attention_mechanisms = tuple(attention_mechanism) if self._is_multi else (attention_mechanism,)
        for mechanism in self._attention_mechanisms:
            if not isinstance(mechanism, AttentionMechanism):
                raise TypeError(
                    "attention_mechanism must be an AttentionMechanism or list of multiple AttentionMechanism "
                    f"instances, saw type: {type(mechanism).__name__}. Pass e.g. tf.contrib.seq2seq.LuongAttention."
                )
        if cell_input_fn is not None and not callable(cell_input_fn):
            raise TypeError(f"cell_input_fn must be callable, saw type: {type(cell_input_fn).__name__}.")
        self._attention_layers = self._layers_of(attention_layer_size, attention_layer)
        self._cell = cell
        self._cell_input_fn = cell_input_fn or (lambda inputs, attention: concat([inputs, attention], -1))
        self._attention_fn = attention_fn or compute_attention
        self._output_attention = output_attention
        self._alignment_history = alignment_history
        self._attention_layer_size = self._find_attention_size()
        self._initial_cell_state = self._checked_initial(initial_cell_state)

    def _layers_of(self, sizes: Any, layers: Any) -> tuple[Any, ...]:
        if sizes is not None and layers is not None:
            raise ValueError("Only one of attention_layer_size and attention_layer should be set, got both.")
        count = len(self._attention_mechanisms)
        given = layers if sizes is None else sizes
        if given is None:
            return (None,) * count
        items = tuple(given) if isinstance(given, (list, tuple)) else (given,)
        if len(items) != count:
            argument = "attention_layer" if sizes is None else "attention_layer_size"
            raise ValueError(
                f"If provided, {argument} must contain exactly one item per attention_mechanism, "
                f"saw: {len(items)} vs {count}."
            )
        if sizes is None:
            return items
        return tuple(Dense(size, name="attention_layer", use_bias=False, dtype=self._dtype) for size in items)

    def _find_attention_size(self) -> Any:
        total = 0
        for layer, mechanism in zip(self._attention_layers, self._attention_mechanisms, strict=True):
            values = mechanism.values.shape.as_list()[-1]
            if layer is None:
                total += values
            else:
                total += layer.compute_output_shape([None, self._cell.output_size + values]).as_list()[-1]
        return total

    def _checked_initial(self, state: Any) -> Any:
        if state is None:
            return None
        with name_scope(None, "AttentionWrapperInit", nest.flatten(state)):
            return self._same_batch(state, static_or_shape(nest.flatten(state)[-1], 0), "checked_initial_cell_state")

    def _same_batch(self, structure: Any, batch_size: Any, name: str) -> Any:
        """The structure, refused in the run if its batch is not the memory's."""
        with control_dependencies(self._batch_checks(batch_size)):
            return nest.map_structure(lambda part: identity(part, name=name), structure)

    def _batch_checks(self, batch_size: Any) -> list[Any]:
        message = (
            f"When calling AttentionWrapper {self.name}: Non-matching batch sizes between the memory (encoder output) "
            "and the state or query (decoder). For a BeamSearchDecoder, repeat the memory with "
            "tf.contrib.seq2seq.tile_batch(memory, multiplier=beam_width)."
        )
        return [assert_equal(one.batch_size, batch_size, message=message) for one in self._attention_mechanisms]

    def _item_or_tuple(self, items: Any) -> Any:
        found = tuple(items)
        return found if self._is_multi else found[0]

    def _as_tuple(self, item: Any) -> tuple[Any, ...]:
        return tuple(item) if self._is_multi else (item,)

    @property
    def output_size(self) -> Any:
        return self._attention_layer_size if self._output_attention else self._cell.output_size

    @property
    def state_size(self) -> AttentionWrapperState:
        sizes = [mechanism.alignments_size for mechanism in self._attention_mechanisms]
        return AttentionWrapperState(
            cell_state=self._cell.state_size,
            time=TensorShape([]),
            attention=self._attention_layer_size,
            alignments=self._item_or_tuple(sizes),
            alignment_history=self._item_or_tuple(size if self._alignment_history else () for size in sizes),
            attention_state=self._item_or_tuple(mechanism.state_size for mechanism in self._attention_mechanisms),
        )

    def zero_state(self, batch_size: Any, dtype: Any) -> AttentionWrapperState:
        """The state before the first step, for a batch of `batch_size`, with zeros of `dtype`.

        Raises:
            InvalidArgumentError: in the run, the memory has another batch size.
        """
        with name_scope(type(self).__name__ + "ZeroState"):
            cell_state = self._initial_cell_state
            if cell_state is None:
                cell_state = self._cell.zero_state(batch_size, dtype)
            cell_state = self._same_batch(cell_state, batch_size, "checked_cell_state")
            mechanisms = self._attention_mechanisms
            alignments = [mechanism.initial_alignments(batch_size, dtype) for mechanism in mechanisms]
            return AttentionWrapperState(
                cell_state=cell_state,
                time=zeros([], dtype="int32"),
                attention=zero_states(self._attention_layer_size, batch_size, dtype),
                alignments=self._item_or_tuple(alignments),
                alignment_history=self._item_or_tuple(
                    TensorArray(dtype, size=0, dynamic_size=True, element_shape=each.shape)
                    if self._alignment_history
                    else ()
                    for each in alignments
                ),
                attention_state=self._item_or_tuple(
                    mechanism.initial_state(batch_size, dtype) for mechanism in mechanisms
                ),
            )

    def call(self, inputs: Any, state: Any) -> tuple[Tensor, AttentionWrapperState]:
        """One step.

        Args:
            inputs: shape (batch, input size).
            state: an `AttentionWrapperState`.

        Returns:
            The attention or the cell's output, shape (batch, output_size), and the next state.

        Raises:
            TypeError: another state.
        """
        if not isinstance(state, AttentionWrapperState):
            raise TypeError(
                "Expected state to be instance of AttentionWrapperState. "
                f"Received type {type(state).__name__} instead. Begin with zero_state(batch_size, dtype)."
            )
        output, cell_state = self._cell(self._cell_input_fn(inputs, state.attention), state.cell_state)
        output = self._same_batch(output, static_or_shape(output, 0), "checked_cell_output")
        seen, alignments, states, histories = [], [], [], []
        for index, mechanism in enumerate(self._attention_mechanisms):
            attention, weights, next_state = self._attention_fn(
                mechanism, output, self._as_tuple(state.attention_state)[index], self._attention_layers[index]
            )
            history = self._as_tuple(state.alignment_history)[index]
            histories.append(history.write(state.time, weights) if self._alignment_history else ())
            seen.append(attention)
            alignments.append(weights)
            states.append(next_state)
        attention = seen[0] if len(seen) == 1 else concat(seen, 1)
        next_wrapper_state = AttentionWrapperState(
            time=state.time + 1,
            cell_state=cell_state,
            attention=attention,
            attention_state=self._item_or_tuple(states),
            alignments=self._item_or_tuple(alignments),
            alignment_history=self._item_or_tuple(histories),
        )
        return (attention if self._output_attention else output), next_wrapper_state
