"""Attention and the loss of sequences against plain NumPy."""

import numpy as np
import pytest

import convflow as tf

seq2seq = tf.contrib.seq2seq
RANDOM = np.random.default_rng(1)
MEMORY = RANDOM.normal(size=(3, 5, 4)).astype("float32")
LENGTHS = np.array([5, 3, 1])
WITHIN = np.arange(5) < LENGTHS[:, None]


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as opened:
        tf.set_random_seed(3)
        yield opened


def started(session):
    """The variables' values by name, none of them zero or one."""
    for variable in tf.trainable_variables():
        variable.initializer.run()
        variable.load(RANDOM.normal(size=variable.shape.as_list()).astype("float32"), session)
    return {variable.op.name: session.run(variable) for variable in tf.trainable_variables()}


def softmax(score):
    powers = np.exp(score - score.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def score(kind, values, query, extra):
    at = "attention_wrapper/"
    memory = MEMORY * WITHIN[..., None]
    keys = memory @ values["memory_layer/kernel"]
    if kind == "luong":
        scale = values[f"{at}luong_attention/attention_g"] if extra else 1
        return scale * np.einsum("bu,btu->bt", query, keys)
    asked = (query @ values[f"{at}bahdanau_attention/query_layer/kernel"])[:, None]
    v = values[f"{at}bahdanau_attention/attention_v"]
    if extra:
        v = v / np.linalg.norm(v) * values[f"{at}bahdanau_attention/attention_g"]
        asked = asked + values[f"{at}bahdanau_attention/attention_b"]
    return (v * np.tanh(keys + asked)).sum(2)


@pytest.mark.parametrize("layer", [None, 6])
@pytest.mark.parametrize("extra", [False, True])
@pytest.mark.parametrize("kind", ["bahdanau", "luong"])
def test_a_step_of_the_wrapper(session, kind, extra, layer):
    memory = tf.placeholder(tf.float32, [None, None, 4])
    fed = {memory: MEMORY}
    if kind == "luong":
        mechanism = seq2seq.LuongAttention(3, memory, LENGTHS, scale=extra)
    else:
        mechanism = seq2seq.BahdanauAttention(7, memory, LENGTHS, normalize=extra)
    cell = seq2seq.AttentionWrapper(
        tf.nn.rnn_cell.BasicRNNCell(3), mechanism, attention_layer_size=layer, alignment_history=True
    )
    assert cell.output_size == (layer or 4)
    inputs = RANDOM.normal(size=(2, 3, 2)).astype("float32")
    state = cell.zero_state(tf.shape(memory)[0], tf.float32)
    outputs = []
    for step in inputs:
        output, state = cell(tf.constant(step), state)
        outputs.append(output)
    values = started(session)

    hidden, attention, weighted = np.zeros((3, 3)), np.zeros((3, layer or 4)), []
    expected = []
    for step in inputs:
        joined = np.concatenate([step, attention, hidden], 1)
        at = "attention_wrapper/basic_rnn_cell/"
        hidden = np.tanh(joined @ values[f"{at}kernel"] + values[f"{at}bias"])
        weights = softmax(np.where(WITHIN, score(kind, values, hidden, extra), -np.inf))
        attention = np.einsum("bt,btd->bd", weights, MEMORY * WITHIN[..., None])
        if layer:
            attention = np.concatenate([hidden, attention], 1) @ values["attention_wrapper/attention_layer/kernel"]
        weighted.append(weights)
        expected.append(attention)
    got, last, history = session.run([outputs, state.cell_state, state.alignment_history.stack()], fed)
    np.testing.assert_allclose(got, expected, atol=1e-5)
    np.testing.assert_allclose(last, hidden, atol=1e-5)
    np.testing.assert_allclose(history, weighted, atol=1e-5)
    assert session.run(state.time) == 2


def test_variables_are_tensorflows():
    with tf.Graph().as_default(), tf.variable_scope("decode"):
        memory = tf.constant(MEMORY)
        both = [seq2seq.BahdanauAttention(7, memory, normalize=True), seq2seq.LuongAttention(3, memory, scale=True)]
        cell = seq2seq.AttentionWrapper(tf.nn.rnn_cell.GRUCell(3), both, attention_layer_size=[4, 5])
        assert cell.output_size == 9
        cell(tf.zeros([3, 2]), cell.zero_state(3, tf.float32))
        names = [variable.op.name for variable in tf.trainable_variables()]
    at = "decode/attention_wrapper/"
    assert sorted(names) == sorted(
        ["decode/memory_layer/kernel", "decode/memory_layer_1/kernel"]
        + [f"{at}gru_cell/{part}/{kind}" for part in ("gates", "candidate") for kind in ("kernel", "bias")]
        + [f"{at}bahdanau_attention/{name}" for name in ("query_layer/kernel", "attention_v", "attention_g")]
        + [f"{at}bahdanau_attention/attention_b", f"{at}luong_attention/attention_g"]
        + [f"{at}attention_layer/kernel", f"{at}attention_layer_1/kernel"]
    )


def test_gradients_are_finite_differences(session):
    memory = tf.placeholder(tf.float64, [None, None, 4])
    mechanism = seq2seq.BahdanauAttention(2, memory, LENGTHS, normalize=True, dtype=tf.float64)
    query = tf.placeholder(tf.float64, [3, 2])
    weights, _ = mechanism(query, None)
    total = tf.reduce_sum(tf.matmul(weights[:, None], mechanism.values) * tf.constant(RANDOM.normal(size=(3, 1, 4))))
    session.run(tf.global_variables_initializer())
    values = {memory: MEMORY.astype("float64"), query: RANDOM.normal(size=(3, 2))}
    for fed, gradient in zip(values, session.run(tf.gradients(total, list(values)), values), strict=True):
        numeric = np.zeros_like(values[fed])
        for place in np.ndindex(numeric.shape):
            step = np.zeros_like(numeric)
            step[place] = 1e-5
            ends = [session.run(total, values | {fed: values[fed] + sign * step}) for sign in (1, -1)]
            numeric[place] = (ends[0] - ends[1]) / 2e-5
        np.testing.assert_allclose(gradient, numeric, atol=1e-8)


def test_clone_takes_the_encoders_state(session):
    cell = seq2seq.AttentionWrapper(tf.nn.rnn_cell.LSTMCell(3), seq2seq.LuongAttention(3, tf.constant(MEMORY)))
    encoded = tf.nn.rnn_cell.LSTMStateTuple(tf.ones([3, 3]), 2 * tf.ones([3, 3]))
    state = cell.zero_state(3, tf.float32).clone(cell_state=encoded)
    assert isinstance(state, seq2seq.AttentionWrapperState)
    assert session.run(state.cell_state.h).tolist() == [[2.0] * 3] * 3
    with pytest.raises(ValueError, match=r"has shape \(2, 3\), the state's has \(3, 3\)"):
        state.clone(cell_state=tf.nn.rnn_cell.LSTMStateTuple(tf.ones([2, 3]), tf.ones([2, 3])))


def test_output_and_functions_of_the_program(session):
    mechanism = seq2seq.LuongAttention(3, tf.constant(MEMORY), probability_fn=seq2seq.hardmax)
    cell = seq2seq.AttentionWrapper(
        tf.nn.rnn_cell.BasicRNNCell(3), mechanism, output_attention=False, cell_input_fn=lambda inputs, _: inputs,
        initial_cell_state=tf.ones([3, 3]),
    )  # fmt: skip
    output, state = cell(tf.zeros([3, 2]), cell.zero_state(3, tf.float32))
    started(session)
    output, hidden, weights = session.run([output, state.cell_state, state.alignments])
    np.testing.assert_array_equal(output, hidden)
    assert sorted(weights.ravel().tolist()) == [0.0] * 12 + [1.0] * 3


def test_hardmax(session):
    got = session.run(seq2seq.hardmax(tf.constant([[1.0, 3.0, 3.0], [0.0, -1.0, -2.0]])))
    assert got.tolist() == [[0, 1, 0], [1, 0, 0]]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, lambda x, w: x.sum() / w.sum()),
        ({"average_across_batch": False}, lambda x, w: x.sum(1) / w.sum(1)),
        ({"average_across_timesteps": False}, lambda x, w: x.sum(0) / w.sum(0)),
        ({"average_across_timesteps": False, "average_across_batch": False}, lambda x, w: x),
        (
            {
                "average_across_timesteps": False, "average_across_batch": False,
                "sum_over_timesteps": True, "sum_over_batch": True,
            },
            lambda x, w: x.sum() / (w != 0).sum(),
        ),
        (
            {"average_across_timesteps": False, "average_across_batch": False, "sum_over_batch": True},
            lambda x, w: x.sum(0) / (w != 0).sum(0),
        ),
    ],
)  # fmt: skip
def test_sequence_loss(session, arguments, expected):
    logits = RANDOM.normal(size=(3, 4, 5))
    targets = RANDOM.integers(0, 5, size=(3, 4))
    weights = np.array([[1, 1, 1, 1], [1, 0.5, 0, 0], [2, 0, 0, 0]])
    unknown = tf.placeholder_with_default(logits, [None, None, 5])
    loss = seq2seq.sequence_loss(unknown, targets, weights, **arguments)
    each = -np.log(np.take_along_axis(softmax(logits), targets[..., None], 2))[..., 0] * weights
    with np.errstate(invalid="ignore"):
        np.testing.assert_allclose(session.run(loss), np.nan_to_num(expected(each, weights)), atol=1e-10)


def test_refusals(session):
    memory = tf.constant(MEMORY)
    rnn = tf.nn.rnn_cell.BasicRNNCell(3)
    with pytest.raises(ValueError, match=r"fully defined inner dims, but saw shape: \(3, 5, \?\)"):
        seq2seq.LuongAttention(3, tf.placeholder(tf.float32, [3, 5, None]))
    with pytest.raises(ValueError, match=r"2 units, the keys have 3.*num_units=2"):
        seq2seq.LuongAttention(3, memory)(tf.zeros([3, 2]), None)
    with pytest.raises(TypeError, match="instances, saw type: str"):
        seq2seq.AttentionWrapper(rnn, "luong")
    mechanism = seq2seq.LuongAttention(3, memory)
    with pytest.raises(ValueError, match="exactly one item per attention_mechanism, saw: 2 vs 1"):
        seq2seq.AttentionWrapper(rnn, mechanism, attention_layer_size=[1, 2])
    with pytest.raises(ValueError, match="Only one of attention_layer_size and attention_layer"):
        seq2seq.AttentionWrapper(rnn, mechanism, attention_layer_size=1, attention_layer=tf.layers.Dense(1))
    cell = seq2seq.AttentionWrapper(rnn, mechanism)
    with pytest.raises(TypeError, match=r"AttentionWrapperState\. Received type Tensor"):
        cell(tf.zeros([3, 2]), tf.zeros([3, 3]))
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"Non-matching batch sizes.*tile_batch"):
        session.run(cell.zero_state(tf.placeholder_with_default(2, []), tf.float32).cell_state)
    with pytest.raises(ValueError, match=r"Targets must be a .* tensor, got shape \(3,\)"):
        seq2seq.sequence_loss(tf.zeros([3, 2, 2]), tf.zeros([3], tf.int32), tf.zeros([3, 2]))
    with pytest.raises(ValueError, match="average_across_batch and sum_over_batch cannot be set to True"):
        seq2seq.sequence_loss(tf.zeros([3, 2, 2]), tf.zeros([3, 2], tf.int32), tf.zeros([3, 2]), sum_over_batch=True)


def test_an_empty_sequence_is_refused_in_the_run(session):
    mechanism = seq2seq.LuongAttention(3, tf.constant(MEMORY), tf.placeholder_with_default([2, 0, 1], [None]))
    session.run(tf.global_variables_initializer())
    with pytest.raises(tf.errors.InvalidArgumentError, match="memory_sequence_length must be greater than zero"):
        session.run(mechanism(tf.zeros([3, 3]), None)[0])


def test_tile_batch(session):
    known, unknown = tf.constant(MEMORY), tf.placeholder_with_default([4, 5], [None])
    tiled = seq2seq.tile_batch((known, unknown), multiplier=2)
    assert [part.shape.as_list() for part in tiled] == [[6, 5, 4], [None]]
    memory, numbers = session.run(tiled)
    np.testing.assert_array_equal(memory, np.repeat(MEMORY, 2, 0))
    assert numbers.tolist() == [4, 4, 5, 5]
    with pytest.raises(ValueError, match=r"must have a batch axis and a known rank, got shape \(\)"):
        seq2seq.tile_batch(tf.constant(1), 2)
