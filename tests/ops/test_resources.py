"""Resources beside variables."""

from __future__ import annotations

import convflow as tf
from convflow.ops import resources


def test_none() -> None:
    with tf.Graph().as_default(), tf.Session() as sess:
        assert resources.shared_resources() == [] == resources.local_resources()
        assert resources.initialize_resources(resources.shared_resources()).type == "NoOp"
        assert sess.run(resources.report_uninitialized_resources()).tolist() == []


def test_what_is_registered_is_initialized_and_reported() -> None:
    with tf.Graph().as_default(), tf.Session() as sess:
        v = tf.get_variable("v", initializer=1.0)
        resources.register_resource(tf.constant("h", name="handle"), v.initializer, tf.is_variable_initialized(v))
        report = resources.report_uninitialized_resources()
        assert sess.run(report).tolist() == [b"handle:0"]
        sess.run(resources.initialize_resources(resources.shared_resources()))
        assert sess.run(report).tolist() == []
        assert sess.run(v) == 1.0
