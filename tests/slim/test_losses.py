"""slim.losses: what is refused."""

from __future__ import annotations

import pytest

import convflow as tf

losses = tf.contrib.slim.losses


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        *[
            (name, "predictions", "labels")
            for name in ("absolute_difference", "mean_squared_error", "log_loss", "mean_pairwise_squared_error")
        ],
        ("hinge_loss", "logits", "labels"),
        ("sigmoid_cross_entropy", "logits", "multi_class_labels"),
        ("softmax_cross_entropy", "logits", "onehot_labels"),
        ("sparse_softmax_cross_entropy", "logits", "labels"),
    ],
)
def test_what_is_missing_is_named(name, first, second):
    tensor = tf.constant([[1.0, 2.0]])
    with pytest.raises(ValueError, match=f"Argument `{second}` must not be None"):
        getattr(losses, name)(tensor, None)
    with pytest.raises(ValueError, match=f"Argument `{first}` must not be None"):
        getattr(losses, name)(None, tensor)


def test_cosine_distance_without_labels():
    with pytest.raises(ValueError, match="Argument `labels` must not be None"):
        losses.cosine_distance(tf.constant([[1.0, 2.0]]), axis=1)
