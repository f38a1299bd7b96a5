"""CTC: losses against all paths written out, what the decoders refuse, and gradients. Values: test_against_oracle."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import convflow as tf

BLANK = 2


def _collapsed(path: tuple[int, ...], merge: bool = True) -> list[int]:
    kept = [label for number, label in enumerate(path) if not merge or number == 0 or label != path[number - 1]]
    return [label for label in kept if label != BLANK]


def _by_all_paths(logits: np.ndarray, labels: list[int], merge: bool) -> float:
    probs = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    paths = itertools.product(range(logits.shape[1]), repeat=len(logits))
    likely = [
        np.prod([probs[step, label] for step, label in enumerate(path)])
        for path in paths
        if _collapsed(path, merge) == labels
    ]
    return -np.log(sum(likely))


def _sparse(*rows: list[int]) -> tf.SparseTensor:
    places = [[row, column] for row, items in enumerate(rows) for column in range(len(items))]
    return tf.SparseTensor(
        tf.constant(places, tf.int64), tf.constant([item for row in rows for item in row], tf.int32), [len(rows), 9]
    )


@pytest.mark.parametrize("merge", [True, False])
@pytest.mark.parametrize("labels", [[0], [0, 1], [1, 1], [0, 1, 0]])
def test_loss_is_that_of_all_paths(labels: list[int], merge: bool) -> None:
    logits = np.random.RandomState(1).randn(5, 1, 3)
    loss = tf.nn.ctc_loss(_sparse(labels), tf.constant(logits), [5], ctc_merge_repeated=merge)
    with tf.Session() as session:
        assert session.run(loss) == pytest.approx([_by_all_paths(logits[:, 0], labels, merge)], rel=1e-9)


@pytest.mark.parametrize("merge", [True, False])
def test_gradient_is_the_slope(merge: bool) -> None:
    values = np.random.RandomState(2).randn(5, 2, 4)
    logits = tf.placeholder(tf.float64, [5, 2, 4])
    loss = tf.nn.ctc_loss(_sparse([0, 2, 2], [1]), logits, [5, 3], ctc_merge_repeated=merge)
    slope = tf.gradients(loss, logits)[0]
    with tf.Session() as session:
        found = session.run(slope, {logits: values})
        for place in np.ndindex(*values.shape):
            near = [values.copy(), values.copy()]
            near[0][place] += 1e-5
            near[1][place] -= 1e-5
            above, below = (session.run(loss, {logits: value}).sum() for value in near)
            assert found[place] == pytest.approx((above - below) / 2e-5, abs=1e-7)


def test_second_derivative_is_refused() -> None:
    logits = tf.placeholder(tf.float32, [5, 1, 4])
    slope = tf.gradients(tf.nn.ctc_loss(_sparse([0]), logits, [5]), logits)[0]
    with pytest.raises(LookupError, match="no way to take the second derivative of ctc_loss"):
        tf.gradients(slope, logits)


def test_half_precision_is_computed_in_single() -> None:
    logits = np.random.RandomState(3).randn(4, 1, 3)
    loss = tf.nn.ctc_loss(_sparse([0]), tf.constant(logits, tf.float16), [4])
    assert loss.dtype is tf.float16
    with tf.Session() as session:
        assert session.run(loss) == pytest.approx([_by_all_paths(logits[:, 0], [0], True)], rel=2e-3)


def test_a_wide_beam_finds_the_likeliest_labels() -> None:
    logits = np.random.RandomState(4).randn(4, 1, 3)
    [found], score = tf.nn.ctc_beam_search_decoder(tf.constant(logits), [4], merge_repeated=False)
    by_labels = {
        tuple(_collapsed(path)): _by_all_paths(logits[:, 0], _collapsed(path), True)
        for path in itertools.product(range(3), repeat=4)
    }
    best = min(by_labels, key=lambda labels: by_labels[labels])
    with tf.Session() as session:
        labels, scores = session.run([found, score])
    assert tuple(labels.values) == best
    assert -scores[0, 0] == pytest.approx(by_labels[best])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda x: tf.nn.ctc_loss(_sparse([0, 1]), x, [1]), r"required: 2, available: 1\) in batch 0"),
        (lambda x: tf.nn.ctc_loss(_sparse([0, 2, 1]), x, [3]), "non-null label .* following a null label, batch: 0"),
        (lambda x: tf.nn.ctc_loss(_sparse([-1]), x, [3]), "must be nonnegative integers, batch: 0 labels: -1"),
        (lambda x: tf.nn.ctc_loss(_sparse([0]), x, [4]), r"sequence_length\(0\) is 4: it must be from 0 to 3"),
        (lambda x: tf.nn.ctc_loss_v2([[3]], x, [1], [3]), "Labels must be from 1 to 2, the blank being 0; batch: 0"),
        (
            lambda x: tf.nn.ctc_beam_search_decoder(x, [3], beam_width=1, top_paths=2)[1],
            "Requested more paths than the beam width: top_paths 2, beam_width 1",
        ),
        (
            lambda x: tf.nn.ctc_beam_search_decoder(x, [0], top_paths=2)[1],
            "Less leaves .* 1 in batch 0, top_paths is 2",
        ),
        (lambda x: tf.nn.ctc_greedy_decoder(x, [3], blank_index=5)[1], "blank_index must be from -3 to 2, got 5"),
    ],
)
def test_refused_in_the_run(make: Any, message: str) -> None:
    fetched = make(tf.placeholder_with_default(np.zeros([3, 1, 3], np.float32), [3, 1, 3]))
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match=message):
        session.run(fetched)


def test_refused_while_building() -> None:
    with pytest.raises(TypeError, match="`labels` to be a SparseTensor"):
        tf.nn.ctc_loss([[1]], tf.zeros([3, 1, 3]), [3])
    with pytest.raises(ValueError, match="`blank_index` must be provided"):
        tf.nn.ctc_loss_v2(_sparse([0]), tf.zeros([3, 1, 3]), None, [3])
    with pytest.raises(TypeError, match="Truth must be a SparseTensor"):
        tf.edit_distance(_sparse([0]), [1])
