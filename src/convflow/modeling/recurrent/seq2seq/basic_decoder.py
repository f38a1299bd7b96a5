"""A cell, what feeds it, and a layer behind it (API: tf.contrib.seq2seq.BasicDecoder)."""

from __future__ import annotations

from typing import Any, NamedTuple

from convflow.core import nest
from convflow.core.shape import TensorShape
from convflow.graph.scopes import name_scope
from convflow.modeling.layers.base import Layer
from convflow.modeling.recurrent.cell import check_cell
from convflow.modeling.recurrent.seq2seq.decoder import Decoder
from convflow.modeling.recurrent.seq2seq.helpers import Helper


class BasicDecoderOutput(NamedTuple):
    """A step's outputs (API: tf.contrib.seq2seq.BasicDecoderOutput): the cell's or layer's, and the helper's sample."""

    rnn_output: Any
    sample_id: Any


def layer_output_size(cell: Any, layer: Any) -> Any:
    """The size of the cell's outputs, or of those of the layer behind it."""
    if layer is None:
        return cell.output_size

    def behind(size: Any) -> Any:
        shape = TensorShape([None]).concatenate(size if isinstance(size, TensorShape) else TensorShape([size]))
        return layer.compute_output_shape(shape)[1:]

    return nest.map_structure(behind, cell.output_size)


def check_layer(layer: Any) -> None:
    """TypeError unless it is a layer or None."""
    if layer is not None and not isinstance(layer, Layer):
        raise TypeError(
            f"output_layer must be a Layer, received: {type(layer).__name__}. Pass e.g. tf.layers.Dense(symbols)."
        )


class BasicDecoder(Decoder):
    """Decoding by what a helper samples and feeds (API: tf.contrib.seq2seq.BasicDecoder).

    Args:
        cell: the cell.
        helper: a `Helper`, such as `TrainingHelper` or `GreedyEmbeddingHelper`.
        initial_state: the state before the first step, in the structure of the cell's.
        output_layer: a layer for the cell's outputs, before anything is sampled from them.

    Raises:
        TypeError: not a cell, a helper or a layer.
    """

    def __init__(self, cell: Any, helper: Any, initial_state: Any, output_layer: Any = None) -> None:
        check_cell("cell", cell)
        if not isinstance(helper, Helper):
            raise TypeError(
                f"helper must be a Helper, received: {type(helper).__name__}. "
                "Pass e.g. tf.contrib.seq2seq.TrainingHelper(inputs, lengths)."
            )
        check_layer(output_layer)
        self._cell, self._helper = cell, helper
        self._initial_state, self._output_layer = initial_state, output_layer

    @property
    def batch_size(self) -> Any:
        return self._helper.batch_size

    @property
    def output_size(self) -> BasicDecoderOutput:
        return BasicDecoderOutput(layer_output_size(self._cell, self._output_layer), self._helper.sample_ids_shape)

    @property
    def output_dtype(self) -> BasicDecoderOutput:
        # The outputs' type is that of the state: the first is not known before the cell is called.
        dtype = nest.flatten(self._initial_state)[0].dtype
        sizes = layer_output_size(self._cell, self._output_layer)
        return BasicDecoderOutput(nest.map_structure(lambda _: dtype, sizes), self._helper.sample_ids_dtype)

    def initialize(self, name: str | None = None) -> tuple[Any, Any, Any]:
        finished, inputs = self._helper.initialize()
        return finished, inputs, self._initial_state

    def step(self, time: Any, inputs: Any, state: Any, name: str | None = None) -> tuple[Any, Any, Any, Any]:
        with name_scope(name, "BasicDecoderStep", [time, inputs, state]):
            outputs, state = self._cell(inputs, state)
            if self._output_layer is not None:
                outputs = self._output_layer(outputs)
            sample_ids = self._helper.sample(time=time, outputs=outputs, state=state)
            finished, next_inputs, next_state = self._helper.next_inputs(
                time=time, outputs=outputs, state=state, sample_ids=sample_ids
            )
        return BasicDecoderOutput(outputs, sample_ids), next_state, next_inputs, finished
