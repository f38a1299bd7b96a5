"""Conditional random fields against the sum over all tag sequences."""

import itertools

import numpy as np
import pytest

import convflow as tf

crf = tf.contrib.crf
LENGTHS = [4, 2, 1, 0]
RANDOM = np.random.default_rng(0)
INPUTS = RANDOM.normal(size=(4, 4, 3))
TRANSITIONS = RANDOM.normal(size=(3, 3))
TAGS = RANDOM.integers(0, 3, size=(4, 4)).astype("int32")


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as opened:
        yield opened


def score(inputs, tags, transitions):
    pairs = itertools.pairwise(tags)
    return sum(inputs[t, tag] for t, tag in enumerate(tags)) + sum(transitions[a, b] for a, b in pairs)


def all_scores(inputs, length, transitions):
    return {tags: score(inputs, tags, transitions) for tags in itertools.product(range(inputs.shape[1]), repeat=length)}


def log_norm(inputs, transitions=TRANSITIONS):
    return [
        np.log(sum(np.exp(value) for value in all_scores(x, n, transitions).values()))
        for x, n in zip(inputs, LENGTHS, strict=True)
    ]


def unknown_sizes():
    """Inputs, tags and lengths of unknown batch and time, and what feeds them."""
    inputs = tf.placeholder(tf.float64, [None, None, 3])
    tags, lengths = tf.placeholder(tf.int32, [None, None]), tf.placeholder(tf.int64, [None])
    return (inputs, tags, lengths), {inputs: INPUTS, tags: TAGS, lengths: LENGTHS}


def test_scores(session):
    (inputs, tags, lengths), fed = unknown_sizes()
    expected = [score(x, y[:n], TRANSITIONS) for x, y, n in zip(INPUTS, TAGS, LENGTHS, strict=True)]
    unary = [score(x, y[:n], 0 * TRANSITIONS) for x, y, n in zip(INPUTS, TAGS, LENGTHS, strict=True)]
    got = session.run(
        [
            crf.crf_sequence_score(inputs, tags, lengths, TRANSITIONS),
            crf.crf_unary_score(tags, lengths, inputs),
            crf.crf_binary_score(tags, lengths, TRANSITIONS),
        ],
        fed,
    )
    np.testing.assert_allclose(got, [expected, unary, np.subtract(expected, unary)], atol=1e-12)


def test_what_stands_behind_the_end_need_not_be_a_tag(session):
    padded = np.where(np.arange(4) < np.array(LENGTHS)[:, None], TAGS, -1)
    (inputs, tags, lengths), fed = unknown_sizes()
    got = crf.crf_sequence_score(inputs, tags, lengths, TRANSITIONS)
    np.testing.assert_array_equal(session.run(got, fed | {tags: padded}), session.run(got, fed))


def test_log_norm_and_likelihood(session):
    (inputs, tags, lengths), fed = unknown_sizes()
    likelihood, transitions = crf.crf_log_likelihood(inputs, tags, lengths, tf.constant(TRANSITIONS))
    norm, got = session.run([crf.crf_log_norm(inputs, lengths, transitions), likelihood], fed)
    np.testing.assert_allclose(norm, log_norm(INPUTS), atol=1e-12)
    expected = [score(x, y[:n], TRANSITIONS) for x, y, n in zip(INPUTS, TAGS, LENGTHS, strict=True)]
    np.testing.assert_allclose(got, np.subtract(expected, log_norm(INPUTS)), atol=1e-12)


def test_multitag_score_sums_over_the_allowed_tags(session):
    allowed = RANDOM.random(INPUTS.shape) < 0.6
    allowed[..., 0] = True
    got = session.run(crf.crf_multitag_sequence_score(INPUTS, allowed, LENGTHS, TRANSITIONS))
    np.testing.assert_allclose(got, log_norm(np.where(allowed, INPUTS, -np.inf)), atol=1e-12)


def test_gradients_are_finite_differences(session):
    inputs, transitions = tf.placeholder(tf.float64, [4, 4, 3]), tf.placeholder(tf.float64, [3, 3])
    likelihood, _ = crf.crf_log_likelihood(inputs, TAGS, LENGTHS, transitions)
    total = tf.reduce_sum(likelihood)
    values = {inputs: INPUTS, transitions: TRANSITIONS}
    for fed, gradient in zip(values, session.run(tf.gradients(total, list(values)), values), strict=True):
        numeric = np.zeros_like(values[fed])
        for place in np.ndindex(numeric.shape):
            step = np.zeros_like(numeric)
            step[place] = 1e-5
            ends = [session.run(total, values | {fed: values[fed] + sign * step}) for sign in (1, -1)]
            numeric[place] = (ends[0] - ends[1]) / 2e-5
        np.testing.assert_allclose(gradient, numeric, atol=1e-8)


def test_decode_finds_the_best_tags(session):
    (inputs, _, lengths), fed = unknown_sizes()
    tags, best = session.run(crf.crf_decode(inputs, TRANSITIONS, lengths), fed)
    assert tags.dtype == np.int32
    for row, n in enumerate(LENGTHS[:-1]):
        scores = all_scores(INPUTS[row], n, TRANSITIONS)
        wanted = max(scores, key=scores.__getitem__)
        assert tags[row].tolist() == [*wanted] + [0] * (4 - n)
        np.testing.assert_allclose(best[row], scores[wanted])
        found, value = crf.viterbi_decode(INPUTS[row, :n], TRANSITIONS)
        assert found == [*wanted]
        np.testing.assert_allclose(value, scores[wanted])


def test_a_single_step(session):
    one = INPUTS[:, :1]
    tags, best = session.run(crf.crf_decode(one, TRANSITIONS, [1] * 4))
    np.testing.assert_array_equal(tags, one.argmax(2))
    np.testing.assert_array_equal(best, one[:, 0].max(1))
    norm = session.run(crf.crf_log_norm(one, [1] * 4, TRANSITIONS))
    np.testing.assert_allclose(norm, np.log(np.exp(one[:, 0]).sum(1)))


def test_transitions_are_a_variable(session):
    _, transitions = crf.crf_log_likelihood(tf.zeros([2, 3, 5]), tf.zeros([2, 3], tf.int32), [3, 2])
    assert (transitions.op.name, transitions.shape.as_list()) == ("transitions", [5, 5])


def test_refusals(session):
    with pytest.raises(ValueError, match=r"number of tags must be known: inputs has shape \(\?, \?, \?\)"):
        crf.crf_log_likelihood(tf.placeholder(tf.float32, [None] * 3), [[0]], [1])
    with pytest.raises(ValueError, match=r"square matrix of a known size, got shape \(2, 3\)"):
        crf.crf_log_norm(tf.zeros([1, 2, 3]), [2], tf.zeros([2, 3]))
