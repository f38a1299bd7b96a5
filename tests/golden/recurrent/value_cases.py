"""Recurrent networks whose outputs, states and gradients are recorded: the same code under both libraries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

STEPS = 4


def cases() -> dict[str, Callable[[Any], Any]]:
    """Functions of the library that return (inputs, results)."""
    found: dict[str, Callable[[Any], Any]] = {}
    cells = {
        "basic": lambda rnn: rnn.BasicRNNCell(2),
        "gru": lambda rnn: rnn.GRUCell(2),
        "lstm_basic": lambda rnn: rnn.BasicLSTMCell(2),
        "lstm_joined": lambda rnn: rnn.BasicLSTMCell(2, state_is_tuple=False, forget_bias=0.3),
        "lstm_peepholes": lambda rnn: rnn.LSTMCell(2, use_peepholes=True),
        "lstm_projected": lambda rnn: rnn.LSTMCell(3, num_proj=2, proj_clip=0.2, cell_clip=0.4),
        "stacked": lambda rnn: rnn.MultiRNNCell([rnn.GRUCell(2), rnn.ResidualWrapper(rnn.LSTMCell(2))]),
    }
    for name, cell in cells.items():
        found[f"dynamic {name}"] = lambda tf, cell=cell: dynamic(tf, cell, {})
        found[f"dynamic lengths {name}"] = lambda tf, cell=cell: dynamic(tf, cell, {"sequence_length": [4, 1, 3]})
        found[f"static lengths {name}"] = lambda tf, cell=cell: static(tf, cell, [2, 0, 3])
    found["dynamic short"] = lambda tf: dynamic(tf, cells["gru"], {"sequence_length": [2, 0, 1]})
    found["dynamic major"] = lambda tf: dynamic(tf, cells["gru"], {"time_major": True, "swap_memory": True})
    found["static"] = lambda tf: static(tf, cells["lstm_basic"], None)
    found["two dynamic"] = lambda tf: both_dynamic(tf, cells["gru"], None)
    found["two dynamic lengths"] = lambda tf: both_dynamic(tf, cells["lstm_basic"], [4, 1, 2])
    found["two static"] = lambda tf: both_static(tf, cells["lstm_basic"], None)
    found["two static lengths"] = lambda tf: both_static(tf, cells["gru"], [4, 1, 2])
    found["raw"] = lambda tf: raw(tf, cells["gru"])
    return found


def sequences(tf: Any) -> Any:
    values = np.sin(np.arange(3 * STEPS * 2) * 0.7).reshape(3, STEPS, 2)
    return tf.constant(values, tf.float32)


def dynamic(tf: Any, cell: Any, arguments: Any) -> Any:
    inputs = sequences(tf)
    return inputs, tf.nn.dynamic_rnn(cell(tf.nn.rnn_cell), inputs, dtype=tf.float32, **arguments)


def static(tf: Any, cell: Any, lengths: Any) -> Any:
    inputs = sequences(tf)
    steps = tf.unstack(inputs, axis=1)
    return inputs, tf.nn.static_rnn(cell(tf.nn.rnn_cell), steps, dtype=tf.float32, sequence_length=lengths)


def both_dynamic(tf: Any, cell: Any, lengths: Any) -> Any:
    inputs = sequences(tf)
    cells = cell(tf.nn.rnn_cell), cell(tf.nn.rnn_cell)
    return inputs, tf.nn.bidirectional_dynamic_rnn(*cells, inputs, lengths, dtype=tf.float32)


def both_static(tf: Any, cell: Any, lengths: Any) -> Any:
    inputs = sequences(tf)
    cells = cell(tf.nn.rnn_cell), cell(tf.nn.rnn_cell)
    steps = tf.unstack(inputs, axis=1)
    return inputs, tf.nn.static_bidirectional_rnn(*cells, steps, dtype=tf.float32, sequence_length=lengths)


def raw(tf: Any, make: Any) -> Any:
    """Sequences of 4, 1 and 3 steps that emit twice the output."""
    inputs = sequences(tf)
    cell = make(tf.nn.rnn_cell)
    array = tf.TensorArray(tf.float32, STEPS, clear_after_read=False).unstack(tf.transpose(inputs, [1, 0, 2]))

    def loop(time: Any, output: Any, state: Any, loop_state: Any) -> Any:
        if output is None:
            state = cell.zero_state(3, tf.float32)
        emitted = tf.zeros([2]) if output is None else output * 2.0
        return time >= [4, 1, 3], array.read(tf.minimum(time, STEPS - 1)), state, emitted, None

    arrays, state, _ = tf.nn.raw_rnn(cell, loop)
    return inputs, (arrays.stack(), state)


def evaluate(tf: Any, build: Callable[[Any], Any]) -> dict[str, Any]:
    """Results, gradients of their weighted sum and the variables' names; variables hold small sines."""
    with tf.Graph().as_default(), tf.Session() as session:
        inputs, results = build(tf)
        results = tf.nest.flatten(results)
        total = tf.add_n([tf.reduce_sum(item * (1.0 + index)) for index, item in enumerate(results)])
        variables = tf.trainable_variables()
        gradients = tf.gradients(total, [inputs, *variables])
        for variable in variables:
            shape = variable.shape.as_list()
            variable.load(np.sin(np.arange(np.prod(shape)) * 1.3).reshape(shape).astype(np.float32), session)
        return {
            "results": [listed(item) for item in session.run(results)],
            "gradients": [listed(item) for item in session.run(gradients)],
            "variables": [variable.name for variable in variables],
        }


def listed(value: Any) -> Any:
    """An array's shape and the shortest decimals of its numbers."""
    return [list(value.shape), [float(str(item)) for item in value.ravel()]]
