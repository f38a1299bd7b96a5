"""tf.contrib.rnn beyond tf.nn.rnn_cell: values against plain NumPy or the cells they equal, and names of variables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convflow as tf

rnn = tf.contrib.rnn
X = np.random.RandomState(0).randn(3, 4, 5).astype(np.float32)


@pytest.fixture(autouse=True)
def _fresh_graph() -> Any:
    with tf.Graph().as_default():
        tf.set_random_seed(1)
        yield


def _run(*fetches: Any) -> Any:
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(fetches)


def _names() -> list[str]:
    return [variable.op.name for variable in tf.global_variables()]


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def test_stack_bidirectional_dynamic_rnn() -> None:
    cells = [[tf.nn.rnn_cell.BasicLSTMCell(size) for size in (2, 3)] for _ in range(2)]
    lengths = [4, 2, 3]
    outputs, fw, bw = rnn.stack_bidirectional_dynamic_rnn(*cells, X, dtype=tf.float32, sequence_length=lengths)
    assert outputs.shape.as_list() == [3, 4, 6]
    assert len(fw) == len(bw) == 2
    assert _names()[::4] == [
        "stack_bidirectional_rnn/cell_0/bidirectional_rnn/fw/basic_lstm_cell/kernel",
        "stack_bidirectional_rnn/cell_1/bidirectional_rnn/fw/basic_lstm_cell/kernel",
    ]
    found, last_fw, first_bw = _run(outputs, fw[1].h, bw[1].h)
    for row, length in enumerate(lengths):
        np.testing.assert_array_equal(found[row, length - 1, :3], last_fw[row])
        np.testing.assert_array_equal(found[row, 0, 3:], first_bw[row])
        assert not found[row, length:].any()


def test_stack_bidirectional_rnn_of_steps_is_the_same() -> None:
    ones = tf.ones_initializer()
    with tf.variable_scope("s", initializer=ones):
        cells = [[tf.nn.rnn_cell.GRUCell(2) for _ in range(2)] for _ in range(2)]
        static, *_ = rnn.stack_bidirectional_rnn(*cells, tf.unstack(X, axis=1), dtype=tf.float32)
    with tf.variable_scope("d", initializer=ones):
        cells = [[tf.nn.rnn_cell.GRUCell(2) for _ in range(2)] for _ in range(2)]
        dynamic, *_ = rnn.stack_bidirectional_dynamic_rnn(*cells, X, dtype=tf.float32)
    one, other = _run(tf.stack(static, 1), dynamic)
    np.testing.assert_allclose(one, other, rtol=1e-6)


def test_stack_refuses() -> None:
    cell = tf.nn.rnn_cell.GRUCell(2)
    with pytest.raises(ValueError, match="must have the same depth: 1 and 2"):
        rnn.stack_bidirectional_dynamic_rnn([cell], [cell, cell], X)
    with pytest.raises(TypeError, match="cells_fw must be a list"):
        rnn.stack_bidirectional_dynamic_rnn(cell, [cell], X)
    with pytest.raises(ValueError, match="initial_states_bw must be a list of states, one for each of 1 layers"):
        rnn.stack_bidirectional_dynamic_rnn([cell], [cell], X, initial_states_bw=[1, 2])


@pytest.mark.parametrize("skip", [False, True])
def test_conv_lstm_over_one_pixel_is_an_lstm(skip: bool) -> None:
    cell = rnn.Conv2DLSTMCell(
        input_shape=[1, 1, 5], output_channels=3, kernel_shape=[1, 1], skip_connection=skip, use_bias=True
    )
    assert cell.output_size.as_list() == [1, 1, 8 if skip else 3]
    pictures = X.reshape(3, 4, 1, 1, 5)
    outputs, state = tf.nn.dynamic_rnn(cell, pictures, dtype=tf.float32)
    assert _names() == ["rnn/conv_2d_lstm_cell/kernel", "rnn/conv_2d_lstm_cell/biases"]
    found, memory, kernel = _run(outputs, state.c, tf.global_variables()[0])
    c = h = np.zeros([3, 3], np.float32)
    for step in range(4):
        i, j, f, o = np.split(np.concatenate([X[:, step], h], 1) @ kernel[0, 0], 4, 1)
        c = _sigmoid(f + 1) * c + _sigmoid(i) * np.tanh(j)
        h = np.tanh(c) * _sigmoid(o)
        np.testing.assert_allclose(found[:, step, 0, 0, :3], h, rtol=2e-5, atol=1e-6)
        if skip:
            np.testing.assert_array_equal(found[:, step, 0, 0, 3:], X[:, step])
    np.testing.assert_allclose(memory[:, 0, 0], c, rtol=2e-5, atol=1e-6)


def test_conv_lstm_refuses_another_rank() -> None:
    with pytest.raises(ValueError, match="for conv_ndims=2: it has 2 sizes and then the channels"):
        rnn.ConvLSTMCell(2, [3, 4], 2, [3, 3])


@pytest.mark.parametrize("settings", [{}, {"use_peephole": True, "cell_clip": 0.3}])
def test_block_cell_is_an_lstm_cell(settings: dict[str, Any]) -> None:
    state = rnn.LSTMStateTuple(tf.constant(X[:, 0, :2]), tf.constant(X[:, 1, :2]))
    block = rnn.LSTMBlockCell(2, **settings)
    plain = tf.nn.rnn_cell.LSTMCell(
        2, use_peepholes=settings.get("use_peephole", False), cell_clip=settings.get("cell_clip"), reuse=True,
        name="lstm_cell",
    )  # fmt: skip
    one = block(tf.constant(X[:, 2]), state)
    assert _names()[:2] == ["lstm_cell/kernel", "lstm_cell/bias"]
    other = plain(tf.constant(X[:, 2]), state)
    (output, (c, h)), (expected, (expected_c, expected_h)) = _run(one, other)
    np.testing.assert_allclose(output, expected, rtol=1e-6)
    np.testing.assert_allclose([c, h], [expected_c, expected_h], rtol=1e-6)


def test_fused_cell_runs_all_steps() -> None:
    cell = rnn.LSTMBlockFusedCell(2)
    steps = np.transpose(X, [1, 0, 2])
    outputs, state = cell(steps, dtype=tf.float32, sequence_length=[4, 2, 3])
    assert _names() == ["lstm_fused_cell/kernel", "lstm_fused_cell/bias"]
    found, last = _run(outputs, state)
    assert found.shape == (4, 3, 2)
    np.testing.assert_array_equal(last.h[1], found[1, 1])
    assert not found[2:, 1].any()


def test_gru_block_cell_is_a_gru() -> None:
    state = tf.constant(X[:, 0, :2])
    block = rnn.GRUBlockCellV2(2)(tf.constant(X[:, 2]), state)
    plain = tf.nn.rnn_cell.GRUCell(2, reuse=True, name="gru_cell")(tf.constant(X[:, 2]), state)
    np.testing.assert_array_equal(*_run(block[0], plain[0]))
    assert _names()[0] == "gru_cell/gates/kernel"
    with pytest.raises(ValueError, match="either num_units or cell_size"):
        rnn.GRUBlockCellV2()


@pytest.mark.parametrize("layer_norm", [True, False])
def test_layer_norm_cell(layer_norm: bool) -> None:
    cell = rnn.LayerNormBasicLSTMCell(2, layer_norm=layer_norm)
    state = rnn.LSTMStateTuple(tf.constant(X[:, 0, :2]), tf.constant(X[:, 1, :2]))
    output, _ = cell(tf.constant(X[:, 2]), state)
    names = _names()
    assert names[0] == "layer_norm_basic_lstm_cell/kernel"
    if layer_norm:
        assert names[1:3] == ["layer_norm_basic_lstm_cell/input/gamma", "layer_norm_basic_lstm_cell/input/beta"]
        assert names[-1] == "layer_norm_basic_lstm_cell/state/beta"
    else:
        assert names[1:] == ["layer_norm_basic_lstm_cell/bias"]
    found, kernel, *rest = _run(output, *tf.global_variables()[: 1 if layer_norm else 2])
    gates = np.concatenate([X[:, 2], X[:, 1, :2]], 1) @ kernel + (0 if layer_norm else rest[0])

    def norm(x: Any) -> Any:
        if not layer_norm:
            return x
        return (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-12)

    i, j, f, o = map(norm, np.split(gates, 4, 1))
    c = norm(X[:, 0, :2] * _sigmoid(f + 1) + _sigmoid(i) * np.tanh(j))
    np.testing.assert_allclose(found, np.tanh(c) * _sigmoid(o), rtol=1e-4)


def test_layer_norm_cell_drops_new_input() -> None:
    cell = rnn.LayerNormBasicLSTMCell(2, dropout_keep_prob=0.5, dropout_prob_seed=3)
    outputs, _ = tf.nn.dynamic_rnn(cell, X, dtype=tf.float32)
    assert any(op.type == "RandomUniform" for op in tf.get_default_graph().get_operations())
    assert np.isfinite(_run(outputs)[0]).all()
