"""Monotonic attention against TensorFlow Addons' and against plain NumPy."""

import json
from pathlib import Path

import numpy as np
import pytest

import convflow as tf
from convflow.api.contrib.rnn.python.ops import core_rnn_cell
from convflow.api.contrib.seq2seq.python.ops import attention_wrapper

seq2seq = tf.contrib.seq2seq
GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "recurrent" / "beam_search.json"
ATTENTIONS = json.loads(GOLDEN.read_text(encoding="utf-8"))["attentions"]
RANDOM = np.random.default_rng(5)
MEMORY = RANDOM.normal(size=(3, 5, 4)).astype("float32")
LENGTHS = np.array([5, 3, 1])
WITHIN = np.arange(5) < LENGTHS[:, None]


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as opened:
        tf.set_random_seed(3)
        yield opened


@pytest.mark.parametrize("case", ATTENTIONS, ids=lambda case: case["mode"])
@pytest.mark.parametrize("known", [True, False])
def test_weights(session, case, known):
    p, previous = (tf.constant(case[name], tf.float32) for name in ("p", "previous"))
    if not known:
        p, previous = (tf.placeholder_with_default(value, [None, None]) for value in (p, previous))
    weights = seq2seq.monotonic_attention(p, previous, case["mode"])
    assert weights.shape.as_list() == ([3, 5] if known else [None, None])
    np.testing.assert_allclose(session.run(weights), case["weights"], rtol=2e-6, atol=1e-7)


@pytest.mark.parametrize("mode", ["recursive", "parallel"])
def test_gradients_are_finite_differences(session, mode):
    p = tf.constant(RANDOM.uniform(0.1, 0.9, (2, 4)))
    previous = tf.constant(RANDOM.dirichlet(np.ones(4), 2))
    weights = seq2seq.monotonic_attention(p, previous, mode)
    assert tf.test.compute_gradient_error([p, previous], [[2, 4]] * 2, weights, [2, 4], delta=1e-6) < 1e-7


def test_running_products_have_gradients_at_zero(session):
    x = tf.constant([[0.5, 0.0, 0.25, 1.0]])
    products = seq2seq.safe_cumprod(x, axis=1, exclusive=True)
    values, slopes = session.run([products, tf.gradients(products, x)[0]])
    np.testing.assert_allclose(values, [[1, 0.5, 0, 0]], atol=1e-30)
    assert np.isfinite(slopes).all()
    reverse = session.run(seq2seq.safe_cumprod(x, 1, reverse=True))
    np.testing.assert_allclose(reverse, [[0, 0, 0.25, 1]], atol=1e-30)


def recursive(p, previous):
    weights = np.zeros_like(p)
    for time in range(p.shape[1]):
        for before in range(time + 1):
            weights[:, time] += previous[:, before] * np.prod(1 - p[:, before:time], axis=1) * p[:, time]
    return weights


@pytest.mark.parametrize("mode", ["recursive", "parallel", "hard"])
@pytest.mark.parametrize("extra", [False, True])
@pytest.mark.parametrize("kind", ["bahdanau", "luong"])
def test_a_step_of_the_wrapper(session, kind, extra, mode):
    memory = tf.constant(MEMORY)
    if kind == "luong":
        mechanism = seq2seq.LuongMonotonicAttention(3, memory, LENGTHS, scale=extra, score_bias_init=0.5, mode=mode)
    else:
        mechanism = seq2seq.BahdanauMonotonicAttention(
            7, memory, LENGTHS, normalize=extra, score_bias_init=0.5, mode=mode
        )
    query = RANDOM.normal(size=(3, 3)).astype("float32")
    before = mechanism.initial_state(3, tf.float32)
    first, state = mechanism(tf.constant(query), before)
    at = f"{kind}_monotonic_attention/"
    names = {"memory_layer/kernel", f"{at}attention_score_bias"}
    if kind == "bahdanau":
        names |= {f"{at}query_layer/kernel", f"{at}attention_v"}
    if extra:
        names |= {f"{at}attention_g"} | ({f"{at}attention_b"} if kind == "bahdanau" else set())
    assert {variable.op.name for variable in tf.trainable_variables()} == names
    session.run(tf.global_variables_initializer())
    values = {variable.op.name: session.run(variable) for variable in tf.trainable_variables()}
    assert values[f"{at}attention_score_bias"] == 0.5
    keys = (MEMORY * WITHIN[..., None]) @ values["memory_layer/kernel"]
    if kind == "luong":
        score = values.get(f"{at}attention_g", 1) * np.einsum("bu,btu->bt", query, keys)
    else:
        v = values[f"{at}attention_v"]
        if extra:
            v = v / np.linalg.norm(v) * values[f"{at}attention_g"]
        score = (v * np.tanh(keys + (query @ values[f"{at}query_layer/kernel"])[:, None])).sum(2)
    score = np.where(WITHIN, score + 0.5, -np.inf)
    p = (score > 0) * 1.0 if mode == "hard" else 1 / (1 + np.exp(-score))
    start = np.eye(5)[[0, 0, 0]]
    got_before, got_first, got_state = session.run([before, first, state])
    np.testing.assert_array_equal(got_before, start)
    np.testing.assert_allclose(got_first, recursive(p, start), atol=1e-6)
    np.testing.assert_array_equal(got_state, got_first)


def test_noise_is_drawn_anew(session):
    mechanism = seq2seq.LuongMonotonicAttention(3, tf.constant(MEMORY), sigmoid_noise=2.0, sigmoid_noise_seed=4)
    weights, _ = mechanism(tf.ones([3, 3]), mechanism.initial_state(3, tf.float32))
    session.run(tf.global_variables_initializer())
    assert not np.allclose(session.run(weights), session.run(weights))


def test_a_wrapped_cell_runs(session):
    mechanism = seq2seq.BahdanauMonotonicAttention(4, tf.constant(MEMORY), LENGTHS)
    cell = seq2seq.AttentionWrapper(tf.nn.rnn_cell.GRUCell(3), mechanism, alignment_history=True)
    helper = seq2seq.TrainingHelper(tf.ones([3, 6, 2]), [6, 6, 6])
    decoder = seq2seq.BasicDecoder(cell, helper, cell.zero_state(3, tf.float32))
    _, state, _ = seq2seq.dynamic_decode(decoder)
    session.run(tf.global_variables_initializer())
    history = session.run(state.alignment_history.stack())
    # What is looked at moves forward only.
    middles = (history * np.arange(5)).sum(2) / history.sum(2)
    assert (np.diff(middles[:, 0]) >= 0).all()
    assert (history[:, ~WITHIN] == 0).all()


class LocationSensitive(seq2seq.BahdanauAttention):
    """As programs derive mechanisms: the weights before are a part of the score."""

    def __call__(self, query, state):
        with tf.variable_scope(None, "location", [query]):
            score = attention_wrapper._bahdanau_score(
                self.query_layer(query), self.keys, tf.get_variable("attention_v", [self._num_units])
            )
            alignments = self._probability_fn(score + state, state)
            return alignments, alignments


def test_programs_derive_mechanisms(session):
    mechanism = LocationSensitive(4, tf.constant(MEMORY), LENGTHS, probability_fn=tf.nn.softmax)
    weights, _ = mechanism(tf.ones([3, 2]), mechanism.initial_state(3, tf.float32))
    session.run(tf.global_variables_initializer())
    found = session.run(weights)
    np.testing.assert_allclose(found.sum(1), 1, rtol=1e-6)
    assert (found[~WITHIN] == 0).all()


def test_refusals():
    with tf.Graph().as_default():
        with pytest.raises(ValueError, match=r"mode must be 'recursive', 'parallel', or 'hard'\. Received: 'soft'"):
            seq2seq.monotonic_attention(tf.ones([1, 2]), tf.ones([1, 2]), "soft")
        base = attention_wrapper._BaseAttentionMechanism
        with pytest.raises(TypeError, match="probability_fn must be callable, saw type: str"):
            base(None, tf.constant(MEMORY), "softmax")
        with pytest.raises(ValueError, match="`args` must be specified, got None"):
            core_rnn_cell._linear(None, 3, True)


def test_linear_maps_have_the_names_of_checkpoints(session):
    with tf.variable_scope("map"):
        result = core_rnn_cell._linear(
            [tf.ones([2, 3]), tf.ones([2, 1])], 5, True, bias_initializer=tf.ones_initializer()
        )
    assert [variable.op.name for variable in tf.global_variables()] == ["map/kernel", "map/bias"]
    session.run(tf.global_variables_initializer())
    kernel = session.run(tf.global_variables()[0])
    np.testing.assert_allclose(session.run(result), np.tile(kernel.sum(0) + 1, (2, 1)), rtol=1e-6)
