"""What layers have from Keras beside their variables: masks, signatures, layers within."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import convflow as tf


@pytest.fixture(autouse=True)
def _graph() -> Iterator[None]:
    with tf.Graph().as_default():
        yield


class Nested(tf.layers.Layer):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.first = tf.layers.Dense(2, name="first")
        self.others = [tf.layers.Dense(3, name="second")]

    def call(self, inputs: Any) -> Any:
        return self.others[0](self.first(inputs))


def test_layers_within() -> None:
    class Outer(Nested):
        def __init__(self) -> None:
            super().__init__(name="outer")
            self.inner = Nested(name="inner")

    assert [layer.name for layer in Nested(name="n").submodules] == ["first", "second"]
    assert {layer.name for layer in Outer().submodules} == {"first", "second", "inner"}
    assert tf.layers.Dense(2).submodules == ()


def test_what_plain_layers_leave_empty() -> None:
    layer = tf.layers.Dense(3)
    layer(tf.zeros([2, 4]))
    assert layer.inbound_nodes == [] and layer.outbound_nodes == [] and layer.metrics == []
    assert not layer.dynamic and not layer.stateful
    assert layer.input_mask is None and layer.get_output_mask_at(0) is None
    with pytest.raises(AttributeError, match=r"is not connected, no input to return: call it first"):
        print(tf.layers.Dense(1).input_mask)
    with pytest.raises(ValueError, match="was called 1 times: there is no input at 3"):
        layer.get_input_mask_at(3)


def test_masks() -> None:
    assert tf.layers.Dense(3).compute_mask(None, "mask") == "mask"
    assert tf.layers.Flatten().compute_mask(None) is None
    assert tf.layers.Flatten().compute_mask([None, None], [None, None]) is None
    with pytest.raises(TypeError, match="Layer flat does not support masking, but was passed an input_mask: 1"):
        tf.layers.Flatten(name="flat").compute_mask(None, 1)


def test_signatures() -> None:
    spec = tf.layers.Dense(3, dtype="float64").compute_output_signature(tf.TensorSpec([None, 4], tf.float64))
    assert spec == tf.TensorSpec([None, 3], tf.float64)
    plain = tf.layers.Flatten().compute_output_signature(tf.TensorSpec([2, 4, 5], tf.float16))
    assert plain == tf.TensorSpec([2, 20], tf.float16)
    with pytest.raises(NotImplementedError, match="Nested does not say what shape its output has"):
        Nested().compute_output_signature(tf.TensorSpec([None, 4]))
