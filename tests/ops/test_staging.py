"""tf.contrib.staging.StagingArea."""

from __future__ import annotations

import threading

import pytest

import convflow as tf

StagingArea = tf.contrib.staging.StagingArea


def test_elements_come_out_in_their_order() -> None:
    x = tf.placeholder(tf.float32, [2])
    area = StagingArea([tf.float32, tf.int32], [[2], []])
    put, (row, number), size, clear = area.put([x, 3]), area.get(), area.size(), area.clear()
    assert (row.shape.as_list(), number.shape.as_list()) == ([2], [])
    assert [node.name for node in (put, row.op, size.op, clear)] == [
        f"StagingArea_{what}" for what in ("put", "get", "size", "clear")
    ]
    with tf.Session() as session:
        session.run(put, {x: [1, 2]})
        session.run(put, {x: [3, 4]})
        assert session.run(size) == 2
        assert session.run([row, number])[0].tolist() == [1, 2]
        session.run(clear)
        assert session.run(size) == 0


def test_names_and_capacity() -> None:
    area = StagingArea([tf.int32], names=["step"], capacity=1)
    put, taken = area.put({"step": tf.constant(7)}), area.get()
    with tf.Session() as session:
        session.run(put)
        waiting = threading.Thread(target=session.run, args=(put,))
        waiting.start()
        assert session.run(taken) == {"step": 7}
        waiting.join()
        assert session.run(area.size()) == 1


def test_refusals() -> None:
    area = StagingArea([tf.float32], [[2]])
    with pytest.raises(ValueError, match=r"takes a component of shape \(2,\), got \(3,\)"):
        area.put(tf.zeros([3]))
    with pytest.raises(ValueError, match="takes 1 components, got 2"):
        area.put([tf.zeros([2]), 1])
    with pytest.raises(ValueError, match=r"has the names None, got a dictionary of \['x'\]"):
        area.put({"x": 1})
    with pytest.raises(NotImplementedError, match=r"no limit in bytes here, got 8. Use capacity"):
        StagingArea([tf.float32], memory_limit=8)
    with pytest.raises(ValueError, match="StagingArea shapes must be as many as dtypes: 2, 1"):
        StagingArea([tf.float32], [[], []])
