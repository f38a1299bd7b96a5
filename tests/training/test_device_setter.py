"""Devices of variables and other nodes; the expected ones are TensorFlow's."""

from __future__ import annotations

from typing import Any

import pytest

import convflow as tf

ONE_SERVER = ["/job:ps/task:0"] * 3
TWO_SERVERS = ["/job:ps/task:0", "/job:ps/task:1", "/job:ps/task:0"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"ps_tasks": 2}, [*TWO_SERVERS, "/job:worker/device:CPU:0", "/job:ps/task:1/device:CPU:0"]),
        (
            {"ps_tasks": 2, "worker_device": "/job:worker/task:3"},
            [*TWO_SERVERS, "/job:worker/task:3/device:CPU:0", "/job:ps/task:1/device:CPU:0"],
        ),
        ({"ps_tasks": 1, "merge_devices": False}, [*ONE_SERVER, "/device:CPU:0", "/device:CPU:0"]),
        (
            {"cluster": {"ps": ["a:1", "b:2"], "worker": ["c:1"]}},
            [*TWO_SERVERS, "/job:worker/device:CPU:0", "/job:ps/task:1/device:CPU:0"],
        ),
        ({"ps_tasks": 0}, ["", "", "", "/device:CPU:0", "/device:CPU:0"]),
        (
            {"ps_tasks": 2, "ps_strategy": lambda op: 1},
            [*["/job:ps/task:1"] * 3, "/job:worker/device:CPU:0", "/job:ps/task:1/device:CPU:0"],
        ),
    ],
)
def test_devices(options: dict[str, Any], expected: list[str]) -> None:
    with tf.Graph().as_default(), tf.device(tf.train.replica_device_setter(**options)):
        a, b, c = (tf.get_variable(name, [2]) for name in "abc")
        with tf.device("/cpu:0"):
            d, e = a + b, tf.get_variable("e", [1])
    assert [each.device for each in (a, b, c, d, e)] == expected


def test_bad_input() -> None:
    with pytest.raises(TypeError, match="ps_strategy must be callable"):
        tf.train.replica_device_setter(1, ps_strategy=3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="got int as cluster"):
        tf.train.replica_device_setter(cluster=3)
