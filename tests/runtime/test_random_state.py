from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import convflow as tf
from convflow.runtime.random_state import random_state, set_random_state


def _graph() -> tuple[Any, list[Any]]:
    graph = tf.Graph()
    with graph.as_default():
        tf.set_random_seed(3)
        flag = tf.placeholder_with_default(True, [])
        fetches = [
            tf.random_normal([5]),
            tf.random_uniform([3], seed=0),
            tf.nn.dropout(tf.ones([400, 30]), keep_prob=0.5),
            tf.cond(flag, lambda: tf.random_uniform([4]), lambda: tf.zeros([4])),
            tf.multinomial(tf.zeros([2, 3]), 5),
        ]
    return graph, fetches


def test_another_session_goes_on_where_the_first_one_stood() -> None:
    graph, fetches = _graph()
    with tf.Session(graph=graph) as unbroken:
        for _ in range(3):
            unbroken.run(fetches)
        state = json.loads(json.dumps(random_state(unbroken)))
        expected = [unbroken.run(fetches) for _ in range(2)]
    again, fetches = _graph()
    with tf.Session(graph=again) as resumed:
        set_random_state(resumed, state)
        found = [resumed.run(fetches) for _ in range(2)]
    for one, other in zip(expected, found, strict=True):
        for wanted, value in zip(one, other, strict=True):
            np.testing.assert_array_equal(value, wanted)


def test_a_session_that_has_drawn_is_refused() -> None:
    graph, fetches = _graph()
    with tf.Session(graph=graph) as session:
        session.run(fetches)
        with pytest.raises(ValueError, match=r"is in use already; set it before the session's first run\."):
            set_random_state(session, random_state(session))
