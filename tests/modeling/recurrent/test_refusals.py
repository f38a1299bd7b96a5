"""What recurrent networks refuse, and what they say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convflow as tf


@pytest.fixture(autouse=True)
def _own_graph() -> Any:
    with tf.Graph().as_default():
        yield


def inputs(*shape: Any) -> Any:
    return tf.placeholder(tf.float32, shape)


def gru(units: int = 2) -> Any:
    return tf.nn.rnn_cell.GRUCell(units)


@pytest.mark.parametrize(
    ("build", "error", "text"),
    [
        (lambda: tf.nn.dynamic_rnn("lstm", inputs(2, 3, 4)), TypeError, "'cell' .* is not an RNNCell: 'output_size'"),
        (lambda: tf.nn.static_rnn(3, [inputs(2, 3)]), TypeError, "is not callable. Pass an instance"),
        (lambda: tf.nn.dynamic_rnn(gru(), inputs(2, 3, 4)), ValueError, "argument `dtype` must be specified"),
        (lambda: tf.nn.dynamic_rnn(gru(), inputs(2, 3, None), dtype=tf.float32), ValueError, "depth of inputs"),
        (lambda: tf.nn.dynamic_rnn(gru(), inputs(3), dtype=tf.float32), ValueError, "rank >= 2"),
        (lambda: tf.nn.dynamic_rnn(gru(), inputs(2, 3, 4), [[1]], dtype=tf.float32), ValueError, "must be a vector"),
        (
            lambda: tf.nn.dynamic_rnn(gru(), (inputs(2, 3, 4), inputs(2, 5, 4)), dtype=tf.float32),
            ValueError,
            "Time steps is not the same .* time steps=5 .* expected 3",
        ),
        (lambda: tf.nn.static_rnn(gru(), inputs(2, 3), dtype=tf.float32), TypeError, "must be a sequence.*tf.unstack"),
        (lambda: tf.nn.static_rnn(gru(), [], dtype=tf.float32), ValueError, "must not be empty"),
        (lambda: tf.nn.static_rnn(gru(), [inputs(2, None)], dtype=tf.float32), ValueError, "dimension 0 of input"),
        (lambda: tf.nn.static_bidirectional_rnn(gru(), gru(), []), ValueError, "must not be empty"),
        (lambda: tf.nn.raw_rnn(gru(), 3), TypeError, "`loop_fn` must be a callable"),
        (lambda: gru()(inputs(2, 3, 4), inputs(2, 2)), ValueError, "expected ndim=2, found ndim=3"),
        (lambda: gru()(inputs(2, None), inputs(2, 2)), ValueError, "Expected inputs.shape.-1. to be known"),
        (lambda: gru()(tf.ones([2, 3], tf.int32), tf.ones([2, 2], tf.int32)), ValueError, "floating point inputs"),
        (lambda: gru()(inputs(2, 3), inputs(2, 5)), ValueError, "."),
        (lambda: tf.nn.rnn_cell.LSTMCell(2, dtype=tf.int32), ValueError, "floating point inputs"),
        (lambda: tf.nn.rnn_cell.LSTMCell(2, unknown=1), TypeError, "unknown"),
        (lambda: tf.nn.rnn_cell.MultiRNNCell([]), ValueError, "at least one cell"),
        (lambda: tf.nn.rnn_cell.MultiRNNCell(gru()), TypeError, "must be a list or tuple"),
        (
            lambda: tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.LSTMCell(2)], state_is_tuple=False),
            ValueError,
            "flag state_is_tuple is not set",
        ),
        (
            lambda: tf.nn.rnn_cell.MultiRNNCell([gru(), gru()])(inputs(2, 3), inputs(2, 4)),
            ValueError,
            "tuple of length 2",
        ),
        (lambda: tf.nn.rnn_cell.DropoutWrapper(gru(), 1.5), ValueError, "input_keep_prob must be between 0 and 1"),
        (
            lambda: tf.nn.rnn_cell.DropoutWrapper(gru(), variational_recurrent=True),
            ValueError,
            "dtype must be provided",
        ),
        (
            lambda: tf.nn.rnn_cell.DropoutWrapper(gru(), 0.5, variational_recurrent=True, dtype=tf.float32),
            ValueError,
            "input_size must be provided",
        ),
        (
            lambda: tf.nn.rnn_cell.DropoutWrapper(gru(), dropout_state_filter_visitor=1),
            TypeError,
            "must be callable",
        ),
        (lambda: tf.nn.rnn_cell.DeviceWrapper(None, "/cpu:0"), TypeError, "is not an RNNCell"),
        (lambda: tf.nn.rnn_cell.ResidualWrapper(gru(3))(inputs(2, 2), inputs(2, 3)), ValueError, "2.*3"),
        (lambda: gru().get_initial_state(batch_size=3), ValueError, "batch_size=3, dtype=None"),
        (lambda: gru().get_initial_state(inputs(2, 3), batch_size=3), ValueError, "Input tensor batch: 2"),
        (lambda: gru().get_initial_state(inputs(2, 3), dtype=tf.float64), ValueError, "Input tensor dtype"),
        (lambda: tf.nn.rnn_cell.RNNCell().state_size, NotImplementedError, "RNNCell does not say"),
        (
            lambda: tf.nn.static_state_saving_rnn(gru(), [inputs(2, 3)], None, ("a", "b")),
            ValueError,
            "should be the same type",
        ),
    ],
)
def test_refused(build: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        build()


def test_one_length_per_sequence() -> None:
    lengths = tf.placeholder(tf.int32, [None])
    outputs, _ = tf.nn.dynamic_rnn(gru(), tf.ones([2, 3, 4]), lengths, dtype=tf.float32)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        with pytest.raises(tf.errors.InvalidArgumentError, match="Expected shape for Tensor rnn/sequence_length:0"):
            session.run(outputs, {lengths: [1, 2, 3]})


def test_state_tuple_of_two_types() -> None:
    state = tf.nn.rnn_cell.LSTMStateTuple(tf.ones([1, 2]), tf.ones([1, 2], tf.float64))
    with pytest.raises(TypeError, match="Inconsistent dtypes for internal state"):
        _ = state.dtype


def test_the_same_mask_in_all_steps() -> None:
    class Echo(tf.nn.rnn_cell.RNNCell):
        state_size = 1
        output_size = 4

        def call(self, inputs: Any, state: Any) -> Any:
            return inputs, state

    cell = tf.nn.rnn_cell.DropoutWrapper(
        Echo(), output_keep_prob=0.5, variational_recurrent=True, dtype=tf.float32, seed=1
    )
    outputs, _ = tf.nn.dynamic_rnn(cell, tf.ones([1, 6, 4]), dtype=tf.float32)
    with tf.Session() as session:
        steps = session.run(outputs)[0]
    assert np.all(steps == steps[0])
    assert set(steps.ravel()) <= {0.0, 2.0}


def test_weights_of_stacked_and_wrapped_cells() -> None:
    inner = tf.nn.rnn_cell.LSTMCell(2)
    stack = tf.contrib.rnn.MultiRNNCell([tf.contrib.rnn.DropoutWrapper(inner), gru(3)])
    tf.nn.static_rnn(stack, [inputs(2, 3)], dtype=tf.float32)
    assert [variable.name for variable in stack.trainable_weights] == [
        "rnn/multi_rnn_cell/cell_0/lstm_cell/kernel:0",
        "rnn/multi_rnn_cell/cell_0/lstm_cell/bias:0",
        "rnn/multi_rnn_cell/cell_1/gru_cell/gates/kernel:0",
        "rnn/multi_rnn_cell/cell_1/gru_cell/gates/bias:0",
        "rnn/multi_rnn_cell/cell_1/gru_cell/candidate/kernel:0",
        "rnn/multi_rnn_cell/cell_1/gru_cell/candidate/bias:0",
    ]
    stack.trainable = False
    assert stack.trainable_weights == []
    assert len(stack.non_trainable_weights) == 6


def test_configurations_make_equal_cells() -> None:
    cell = tf.nn.rnn_cell.LSTMCell(3, use_peepholes=True, num_proj=2)
    again = tf.nn.rnn_cell.LSTMCell.from_config(cell.get_config())
    assert again.get_config() == cell.get_config()
    wrapped = tf.nn.rnn_cell.DropoutWrapper.from_config(tf.nn.rnn_cell.DropoutWrapper(cell, 0.5).get_config())
    assert wrapped.wrapped_cell is cell
    assert wrapped.get_config()["input_keep_prob"] == 0.5
