"""Sequence to sequence models of unrolled steps, against plain NumPy."""

import numpy as np
import pytest

import convflow as tf
from convflow.modeling.recurrent.legacy_seq2seq.decoders import embed_largest

seq2seq = tf.contrib.legacy_seq2seq
GRU = ["gates/kernel", "gates/bias", "candidate/kernel", "candidate/bias"]


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as opened:
        tf.set_random_seed(3)
        yield opened


def symbols(*rows):
    return [tf.constant(row) for row in rows]


def names():
    return [variable.op.name for variable in tf.global_variables()]


def started(session):
    session.run(tf.global_variables_initializer())
    return {variable.op.name: session.run(variable) for variable in tf.global_variables()}


def softmax(x):
    powers = np.exp(x - x.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def rnn_step(values, scope, x, state):
    kernel, bias = values[f"{scope}/kernel"], values[f"{scope}/bias"]
    return np.tanh(np.concatenate([x, state], 1) @ kernel + bias)


@pytest.mark.parametrize("first_looks", [False, True])
def test_attention_decoder(session, first_looks):
    random = np.random.default_rng(0)
    inputs = random.normal(size=(3, 2, 4)).astype("float32")
    states = random.normal(size=(2, 5, 6)).astype("float32")
    state = random.normal(size=(2, 3)).astype("float32")
    cell = tf.nn.rnn_cell.BasicRNNCell(3)
    outputs, last = seq2seq.attention_decoder(
        list(map(tf.constant, inputs)), tf.constant(state), tf.constant(states), cell, output_size=7, num_heads=2,
        initial_state_attention=first_looks,
    )  # fmt: skip
    values = started(session)

    def looked(query):
        sums = []
        for head in range(2):
            at = f"attention_decoder/Attention_{head}"
            asked = query @ values[f"{at}/kernel"] + values[f"{at}/bias"]
            seen = states @ values[f"attention_decoder/AttnW_{head}"][0, 0]
            weights = softmax((values[f"attention_decoder/AttnV_{head}"] * np.tanh(seen + asked[:, None])).sum(2))
            sums.append((weights[:, :, None] * states).sum(1))
        return sums

    sums = looked(state) if first_looks else [np.zeros((2, 6), "float32")] * 2
    expected = []
    for x in inputs:
        joined = np.concatenate([x, *sums], 1)
        x = joined @ values["attention_decoder/kernel"] + values["attention_decoder/bias"]
        state = rnn_step(values, "attention_decoder/basic_rnn_cell", x, state)
        sums = looked(state)
        seen = np.concatenate([state, *sums], 1)
        at = "attention_decoder/AttnOutputProjection"
        expected.append(seen @ values[f"{at}/kernel"] + values[f"{at}/bias"])
    np.testing.assert_allclose(session.run(outputs), expected, atol=2e-6)
    np.testing.assert_allclose(session.run(last), state, atol=2e-6)


@pytest.mark.parametrize("feeds", [False, True])
@pytest.mark.parametrize("as_tensor", [False, True])
def test_embedding_rnn_seq2seq(session, feeds, as_tensor):
    encoded, decoded = [[1, 2], [0, 4]], [[3, 1], [2, 2], [0, 5]]
    outputs, _ = seq2seq.embedding_rnn_seq2seq(
        symbols(*encoded), symbols(*decoded), tf.nn.rnn_cell.BasicRNNCell(4), 5, 6, 3,
        feed_previous=tf.placeholder_with_default(feeds, []) if as_tensor else feeds,
    )  # fmt: skip
    values = started(session)
    at, state = "embedding_rnn_seq2seq/rnn/embedding_wrapper", np.zeros((2, 4), "float32")
    for row in encoded:
        state = rnn_step(values, f"{at}/basic_rnn_cell", values[f"{at}/embedding"][row], state)
    at = "embedding_rnn_seq2seq/embedding_rnn_decoder"
    wrapper = f"{at}/rnn_decoder/output_projection_wrapper"
    expected, fed = [], decoded[0]
    for row in decoded:
        taken = fed if feeds else row
        state = rnn_step(values, f"{wrapper}/basic_rnn_cell", values[f"{at}/embedding"][taken], state)
        expected.append(state @ values[f"{wrapper}/kernel"] + values[f"{wrapper}/bias"])
        fed = expected[-1].argmax(1)
    np.testing.assert_allclose(session.run(outputs), expected, atol=2e-6)


def test_names_of_attention(session):
    seq2seq.embedding_attention_seq2seq(symbols([1], [2]), symbols([1]), tf.nn.rnn_cell.GRUCell(4), 5, 6, 3)
    encoder = "embedding_attention_seq2seq/rnn/embedding_wrapper"
    decoder = "embedding_attention_seq2seq/embedding_attention_decoder"
    inner = f"{decoder}/attention_decoder"
    wrapper = f"{inner}/output_projection_wrapper"
    assert names() == [
        f"{encoder}/embedding",
        *(f"{encoder}/gru_cell/{name}" for name in GRU),
        f"{decoder}/embedding",
        f"{inner}/AttnW_0",
        f"{inner}/AttnV_0",
        f"{inner}/kernel",
        f"{inner}/bias",
        *(f"{wrapper}/gru_cell/{name}" for name in GRU),
        f"{wrapper}/kernel",
        f"{wrapper}/bias",
        f"{inner}/Attention_0/kernel",
        f"{inner}/Attention_0/bias",
        f"{inner}/AttnOutputProjection/kernel",
        f"{inner}/AttnOutputProjection/bias",
    ]


def test_tied_models_share_variables(session):
    inputs = [tf.ones([2, 3])] * 2
    seq2seq.tied_rnn_seq2seq(inputs, inputs, tf.nn.rnn_cell.GRUCell(4))
    assert names() == [f"combined_tied_rnn_seq2seq/tied_rnn_seq2seq/gru_cell/{name}" for name in GRU]


def test_basic_models_do_not(session):
    inputs = [tf.ones([2, 3])] * 2
    seq2seq.basic_rnn_seq2seq(inputs, inputs, tf.nn.rnn_cell.GRUCell(4))
    assert names() == [f"basic_rnn_seq2seq/{part}/gru_cell/{name}" for part in ("rnn", "rnn_decoder") for name in GRU]


def test_embedding_tied(session):
    outputs, state = seq2seq.embedding_tied_rnn_seq2seq(
        symbols([1, 2]), symbols([1, 2], [0, 0]), tf.nn.rnn_cell.BasicLSTMCell(4), 5, 3, num_decoder_symbols=2
    )
    started(session)
    assert [output.shape.as_list() for output in outputs] == [[2, 2]] * 2
    assert type(state) is tf.nn.rnn_cell.LSTMStateTuple
    assert sum(name.endswith("/embedding") for name in names()) == 1


def test_one_encoder_and_several_decoders(session):
    outputs, states = seq2seq.one2many_rnn_seq2seq(
        symbols([1, 2]),
        {"a": symbols([1, 2]), "b": symbols([0, 1], [1, 1])},
        tf.nn.rnn_cell.GRUCell(4),
        {"a": tf.nn.rnn_cell.GRUCell(4), "b": tf.nn.rnn_cell.GRUCell(4)},
        5,
        {"a": 6, "b": 7},
        3,
    )
    started(session)
    assert [value.shape for value in session.run(outputs["b"])] == [(2, 7)] * 2
    assert session.run(states["a"]).shape == (2, 4)
    assert "one2many_rnn_seq2seq/one2many_decoder_b/embedding_rnn_decoder/embedding" in names()


def _loss_arguments():
    random = np.random.default_rng(1)
    logits = random.normal(size=(3, 2, 4)).astype("float32")
    targets = random.integers(0, 4, (3, 2))
    weights = np.array([[1, 1], [0.5, 1], [0, 0]], "float32")
    return logits, targets, weights


@pytest.mark.parametrize("by_step", [True, False])
def test_losses(session, by_step):
    logits, targets, weights = _loss_arguments()
    tensors = [list(map(tf.constant, part)) for part in (logits, targets, weights)]
    likely = np.array([np.log(softmax(step))[range(2), row] for step, row in zip(logits, targets, strict=True)])
    expected = -(likely * weights).sum(0) / (weights.sum(0) if by_step else 1)
    each = seq2seq.sequence_loss_by_example(*tensors, average_across_timesteps=by_step)
    np.testing.assert_allclose(session.run(each), expected, rtol=1e-5)
    for by_batch in (True, False):
        total = seq2seq.sequence_loss(*tensors, average_across_timesteps=by_step, average_across_batch=by_batch)
        np.testing.assert_allclose(session.run(total), expected.sum() / (2 if by_batch else 1), rtol=1e-5)


def test_loss_function_of_the_program(session):
    logits, targets, weights = ([tf.constant(part[0])] for part in _loss_arguments())
    loss = seq2seq.sequence_loss(
        logits, targets, weights, softmax_loss_function=lambda labels, logits: tf.cast(labels, tf.float32)
    )
    assert session.run(loss) == pytest.approx(_loss_arguments()[1][0].mean(), rel=1e-5)


def test_buckets_share_variables(session):
    encoder, decoder = symbols([1, 2], [0, 3], [1, 1]), symbols([1, 1], [2, 0], [0, 0], [3, 3])
    weights = [tf.ones([2])] * 3
    outputs, losses = seq2seq.model_with_buckets(
        encoder, decoder, decoder[1:], weights, [(1, 2), (3, 3)],
        lambda x, y: seq2seq.embedding_attention_seq2seq(x, y, tf.nn.rnn_cell.GRUCell(4), 5, 6, 3),
        per_example_loss=True,
    )  # fmt: skip
    started(session)
    assert [len(output) for output in outputs] == [2, 3]
    assert [loss.shape for loss in session.run(losses)] == [(2,), (2,)]
    assert len(names()) == len(set(names())) == 20
    assert all(grad is not None for grad in tf.gradients(losses[1], tf.trainable_variables()))


def test_gradients_stop_at_symbols_fed_back(session):
    def encoder_free(update):
        embedding = tf.get_variable("e", [4, 4], initializer=tf.initializers.identity())
        first = tf.constant([[1.0, 0, 0, 0]])
        taken = embed_largest(embedding, None, update)(first, 1)
        return tf.gradients(taken, embedding)[0]

    with tf.variable_scope("a"):
        assert encoder_free(True) is not None
    with tf.variable_scope("b"):
        assert encoder_free(False) is None


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda s: s.attention_decoder([], None, tf.zeros([1, 2, 3]), None), "Must provide at least 1 input"),
        (
            lambda s: s.attention_decoder([tf.zeros([1, 1])], None, tf.zeros([1, 2, 3]), None, num_heads=0),
            "With less than 1 heads, use a non-attention decoder: num_heads=0",
        ),
        (
            lambda s: s.attention_decoder([tf.zeros([1, 1])], None, tf.placeholder(tf.float32, [1, 2, None]), None),
            r"Shape\[2\] of attention_states must be known",
        ),
        (lambda s: s.sequence_loss([1.0], [1, 2], [1.0]), "must be the same 1, 1, 2"),
        (
            lambda s: s.model_with_buckets([], [], [], [], [(1, 1)], None),
            r"Length of encoder_inputs \(0\) must be at least that of last bucket \(1\)",
        ),
        (
            lambda s: s.embedding_rnn_decoder(
                [], None, None, 5, 3, output_projection=(tf.zeros([2, 4]), tf.zeros([5]))
            ),
            "incompatible",
        ),
    ],
)
def test_refusals(session, call, text):
    with pytest.raises(ValueError, match=text):
        call(seq2seq)


def test_wrappers(session):
    cell = tf.contrib.rnn.InputProjectionWrapper(tf.nn.rnn_cell.BasicRNNCell(3), 2, activation=tf.nn.relu)
    x, state = np.ones((2, 5), "float32"), np.zeros((2, 3), "float32")
    output, _ = cell(tf.constant(x), tf.constant(state))
    values = started(session)
    at = "input_projection_wrapper"
    mapped = np.maximum(x @ values[f"{at}/kernel"] + values[f"{at}/bias"], 0)
    np.testing.assert_allclose(session.run(output), rnn_step(values, f"{at}/basic_rnn_cell", mapped, state), atol=2e-6)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda cell: tf.contrib.rnn.OutputProjectionWrapper(cell, 0), "output_size must be > 0: 0"),
        (lambda cell: tf.contrib.rnn.EmbeddingWrapper(cell, 0, 3), "must be > 0: 0, 3"),
    ],
)
def test_wrappers_refuse_sizes(session, make, text):
    with pytest.raises(ValueError, match=text):
        make(tf.nn.rnn_cell.BasicRNNCell(3))
