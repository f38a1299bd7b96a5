"""Ops as TensorFlow's generated modules offer them."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import convflow as tf
from convflow.ops import raw_functions


@pytest.mark.parametrize(
    ("op_type", "name"),
    [
        ("Relu", "relu"),
        ("ReluGrad", "relu_grad"),
        ("Conv2DBackpropInput", "conv2d_backprop_input"),
        ("MaxPoolGrad", "max_pool_grad"),
        ("AvgPool3D", "avg_pool3d"),
        ("LRNGrad", "lrn_grad"),
        ("FFT2D", "fft2d"),
        ("L2Loss", "l2_loss"),
        ("SparseSoftmaxCrossEntropyWithLogits", "sparse_softmax_cross_entropy_with_logits"),
        ("QuantizeV2", "quantize_v2"),
    ],
)
def test_names(op_type: str, name: str) -> None:
    assert raw_functions.python_name(op_type) == name
    assert name in dir(raw_functions)


def test_arguments_stand_in_the_ops_order() -> None:
    names = list(inspect.signature(raw_functions.conv2d).parameters)
    assert names[:5] == ["input", "filter", "strides", "padding", "use_cudnn_on_gpu"]
    assert names[-1] == "name"


def test_a_node_is_made() -> None:
    with tf.Graph().as_default(), tf.Session() as sess:
        slope = raw_functions.relu_grad([1.0, 2.0], [3.0, -3.0], name="slope")
        assert (slope.op.type, slope.op.name) == ("ReluGrad", "slope")
        assert sess.run(slope).tolist() == [1.0, 0.0]
        old = raw_functions._relu_grad([1.0, 2.0], [3.0, -3.0])
        assert old.op.type == "ReluGrad"
        pooled = raw_functions.max_pool(np.ones([1, 2, 2, 1], np.float32), [1, 2, 2, 1], [1, 2, 2, 1], "VALID")
        assert pooled.shape.as_list() == [1, 1, 1, 1]


def test_what_is_missing_is_named() -> None:
    with pytest.raises(AttributeError, match="no op whose function is called 'no_such_op'"):
        raw_functions.no_such_op  # noqa: B018
