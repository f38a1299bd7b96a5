"""Decoding in a loop of the graph, batch and time unknown, against plain NumPy."""

import numpy as np
import pytest

import convflow as tf

seq2seq = tf.contrib.seq2seq
RANDOM = np.random.default_rng(2)
INPUTS = RANDOM.normal(size=(3, 5, 4)).astype("float32")
LENGTHS = [5, 2, 0]
SYMBOLS = 6


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as opened:
        tf.set_random_seed(3)
        yield opened


def unknown(value, *shape):
    return tf.placeholder_with_default(value, shape)


def decoded(helper, batch, reuse=None, **options):
    with tf.variable_scope("decode", reuse=reuse):
        cell = tf.nn.rnn_cell.BasicRNNCell(3)
        layer = tf.layers.Dense(SYMBOLS, use_bias=False)
        decoder = seq2seq.BasicDecoder(cell, helper, cell.zero_state(batch, tf.float32), layer)
        return seq2seq.dynamic_decode(decoder, **options)


def values_of(session):
    session.run(tf.global_variables_initializer())
    at = "decode/decoder/"
    names = [f"{at}basic_rnn_cell/kernel", f"{at}basic_rnn_cell/bias", f"{at}dense/kernel"]
    assert [variable.op.name for variable in tf.trainable_variables("decode")] == names
    return session.run(tf.trainable_variables("decode"))


def step(values, inputs, state):
    kernel, bias, layer = values
    state = np.tanh(np.concatenate([inputs, state], 1) @ kernel + bias)
    return state @ layer, state


@pytest.mark.parametrize("time_major", [False, True])
@pytest.mark.parametrize("impute", [False, True])
def test_training(session, impute, time_major):
    given = INPUTS.transpose(1, 0, 2) if time_major else INPUTS
    helper = seq2seq.TrainingHelper(unknown(given, None, None, 4), unknown(LENGTHS, None), time_major=time_major)
    outputs, last, lengths = decoded(helper, helper.batch_size, impute_finished=impute, output_time_major=time_major)
    assert isinstance(outputs, seq2seq.BasicDecoderOutput)
    assert outputs.rnn_output.shape.as_list() == [None, None, SYMBOLS]
    values = values_of(session)
    state, expected = np.zeros((3, 3)), []
    for time in range(5):
        output, following = step(values, INPUTS[:, time], state)
        runs = (time < np.array(LENGTHS))[:, None]
        state = np.where(runs, following, state) if impute else following
        expected.append(np.where(runs, output, 0) if impute else output)
    outputs, last, lengths = session.run([outputs, last, lengths])
    got = outputs.rnn_output if time_major else outputs.rnn_output.transpose(1, 0, 2)
    np.testing.assert_allclose(got, expected, atol=1e-6)
    np.testing.assert_allclose(last, state, atol=1e-6)
    assert lengths.tolist() == LENGTHS
    if not impute:
        np.testing.assert_array_equal(outputs.sample_id, outputs.rnn_output.argmax(2))


@pytest.mark.parametrize("function", [False, True])
def test_greedy(session, function):
    table = tf.constant(RANDOM.normal(size=(SYMBOLS, 4)).astype("float32"))
    embedding = (lambda ids: tf.nn.embedding_lookup(table, ids)) if function else table
    helper = seq2seq.GreedyEmbeddingHelper(embedding, unknown([1, 2, 3, 4], None), 0)
    outputs, _, lengths = decoded(helper, helper.batch_size, maximum_iterations=unknown(7))
    values, table = values_of(session), session.run(table)
    symbols, state, expected = np.array([1, 2, 3, 4]), np.zeros((4, 3)), []
    ended, counted = np.zeros(4, bool), np.zeros(4, int)
    while not ended.all() and len(expected) < 7:
        output, state = step(values, table[symbols], state)
        symbols = output.argmax(1)
        expected.append(symbols)
        counted += ~ended
        ended |= symbols == 0
    ids, lengths = session.run([outputs.sample_id, lengths])
    np.testing.assert_array_equal(ids, np.transpose(expected))
    np.testing.assert_array_equal(lengths, counted)


def test_training_and_inference_share_variables(session):
    helper = seq2seq.TrainingHelper(tf.constant(INPUTS), LENGTHS)
    trained, _, _ = decoded(helper, 3)
    table = tf.constant(INPUTS[0])
    decoded(seq2seq.GreedyEmbeddingHelper(table, [1, 2], 0), 2, reuse=True, maximum_iterations=2)
    assert len(values_of(session)) == 3
    assert all(gradient is not None for gradient in tf.gradients(trained.rnn_output, tf.trainable_variables()))


def test_gradients_are_finite_differences(session):
    helper = seq2seq.TrainingHelper(tf.constant(INPUTS), LENGTHS)
    outputs, _, lengths = decoded(helper, 3, impute_finished=True)
    weights = tf.sequence_mask(lengths, dtype=tf.float32)
    loss = seq2seq.sequence_loss(outputs.rnn_output, np.ones((3, 5), "int32"), weights)
    values = values_of(session)
    for variable, value in zip(tf.trainable_variables(), values, strict=True):
        direction = RANDOM.normal(size=value.shape).astype("float32")
        slope = (session.run(tf.gradients(loss, variable)[0]) * direction).sum()
        ends = [session.run(loss, {variable: value + sign * 1e-2 * direction}) for sign in (1, -1)]
        np.testing.assert_allclose(slope, (ends[0] - ends[1]) / 2e-2, rtol=2e-2, atol=1e-4)


def test_sampling_with_a_cold_softmax_is_greedy(session):
    table = tf.constant(RANDOM.normal(size=(SYMBOLS, 4)).astype("float32"))
    greedy, _, _ = decoded(seq2seq.GreedyEmbeddingHelper(table, [1, 2], 0), 2, maximum_iterations=4)
    helper = seq2seq.SampleEmbeddingHelper(table, [1, 2], 0, softmax_temperature=1e-6, seed=1)
    sampled, _, _ = decoded(helper, 2, reuse=True, maximum_iterations=4)
    values_of(session)
    np.testing.assert_array_equal(*session.run([greedy.sample_id, sampled.sample_id]))


@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_scheduled_sampling(session, probability):
    table = tf.constant(RANDOM.normal(size=(SYMBOLS, 4)).astype("float32"))
    inputs = tf.constant(INPUTS)
    helper = seq2seq.ScheduledEmbeddingTrainingHelper(inputs, [5, 5, 5], table, unknown(probability), seed=1)
    outputs, _, _ = decoded(helper, 3)
    values = values_of(session)
    outputs, table = session.run([outputs, table])
    assert (outputs.sample_id == -1).all() == (probability == 0.0)
    state, fed = np.zeros((3, 3)), INPUTS[:, 0]
    for time in range(5):
        output, state = step(values, fed, state)
        np.testing.assert_allclose(outputs.rnn_output[:, time], output, atol=1e-5)
        if time < 4:
            fed = table[outputs.sample_id[:, time]] if probability else INPUTS[:, time + 1]


def test_scheduled_outputs(session):
    helper = seq2seq.ScheduledOutputTrainingHelper(
        tf.constant(INPUTS), [3, 3, 3], 1.0, next_inputs_fn=lambda x: x[:, :4]
    )
    outputs, _, _ = decoded(helper, 3)
    values = values_of(session)
    outputs = session.run(outputs)
    assert outputs.sample_id.all()
    state, fed = np.zeros((3, 3)), INPUTS[:, 0]
    for time in range(3):
        output, state = step(values, fed, state)
        np.testing.assert_allclose(outputs.rnn_output[:, time], output, atol=1e-5)
        fed = output[:, :4]


def test_helpers_of_functions(session):
    custom = seq2seq.CustomHelper(
        lambda: (tf.fill([2], False), tf.ones([2, SYMBOLS])),
        lambda time, outputs, state: tf.cast(tf.argmax(outputs, 1), tf.int32),
        lambda time, outputs, state, sample_ids: (tf.fill([2], time >= 2), outputs, state),
    )
    with pytest.raises(ValueError, match="before initialize was called"):
        custom.batch_size  # noqa: B018
    inference = seq2seq.InferenceHelper(
        lambda outputs: outputs, [SYMBOLS], tf.float32, tf.ones([2, SYMBOLS]), lambda sample: tf.fill([2], False)
    )
    first, _, lengths = decoded(custom, 2)
    second, _, _ = decoded(inference, 2, reuse=True, maximum_iterations=3)
    values_of(session)
    first, second, lengths = session.run([first.rnn_output, second.sample_id, lengths])
    np.testing.assert_array_equal(first, second)
    assert lengths.tolist() == [3, 3]


def test_refusals():
    with tf.Graph().as_default():
        cell = tf.nn.rnn_cell.BasicRNNCell(3)
        with pytest.raises(TypeError, match="Expected decoder to be type Decoder, but saw: BasicRNNCell"):
            seq2seq.dynamic_decode(cell)
        with pytest.raises(TypeError, match="helper must be a Helper, received: str"):
            seq2seq.BasicDecoder(cell, "greedy", None)
        helper = seq2seq.TrainingHelper(tf.constant(INPUTS), LENGTHS)
        with pytest.raises(TypeError, match="output_layer must be a Layer, received: int"):
            seq2seq.BasicDecoder(cell, helper, None, 5)
        with pytest.raises(ValueError, match=r"maximum_iterations must be a scalar, got shape \(1,\)"):
            decoded(helper, 3, maximum_iterations=[3])
        with pytest.raises(ValueError, match=r"sequence_length to be a vector, but received shape: \(\)"):
            seq2seq.TrainingHelper(tf.constant(INPUTS), 5)
        with pytest.raises(ValueError, match=r"start_tokens must be a vector, got shape \(\)"):
            seq2seq.GreedyEmbeddingHelper(tf.zeros([3, 2]), 1, 0)
        with pytest.raises(ValueError, match=r"end_token must be a scalar, got shape \(1,\)"):
            seq2seq.GreedyEmbeddingHelper(tf.zeros([3, 2]), [1], [0])
