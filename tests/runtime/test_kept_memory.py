"""A step in steady state asks the system for no memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from convflow.runtime import kept_memory

_PROGRAM = """
import json, resource
import numpy as np
import convflow as tf

image = tf.placeholder(tf.float32, [None, 32, 32, 3])
features = tf.layers.conv2d(image, 64, 5, padding="same", activation=tf.nn.relu)
loss = tf.reduce_mean(tf.square(tf.layers.max_pooling2d(features, 2, 2)))
step = tf.train.AdamOptimizer().minimize(loss)
images = np.ones([160, 32, 32, 3], np.float32)
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    for _ in range(30):
        session.run(step, {image: images})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        session.run(step, {image: images})
    print(json.dumps((resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / 10))
"""


def _faults_of_a_step(**variables: str) -> float:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", **variables}
    result = subprocess.run(
        [sys.executable, "-c", _PROGRAM], env=environment, capture_output=True, text=True, check=True
    )
    return float(json.loads(result.stdout))


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's allocator")
def test_a_training_step_touches_no_new_page():
    # Buffers of 42 MB, which glibc by itself never keeps: of some ten thousand pages each.
    assert _faults_of_a_step() < 1000
    assert _faults_of_a_step(CONVFLOW_KEEP_MEMORY="off") > 5000


_HUGE = """
import pathlib
import convflow as tf

with tf.Session() as session:
    session.run(tf.ones([64 << 20]))
    lines = pathlib.Path("/proc/self/smaps").read_text().splitlines()
print(sum(int(line.split()[1]) for line in lines if line.startswith("AnonHugePages")) >> 10)
"""


@pytest.mark.skipif(
    not kept_memory._may_ask_for_huge_pages(), reason="the system gives huge pages to all, to none, or is another one"
)
def test_large_values_lie_in_huge_pages():
    def megabytes(**variables: str) -> int:
        environment = {**os.environ, **variables}
        program = [sys.executable, "-c", _HUGE]
        return int(subprocess.run(program, env=environment, capture_output=True, text=True, check=True).stdout)

    # The value has 256; how many pages the system finds whole is its affair.
    assert megabytes() > 100
    assert megabytes(CONVFLOW_KEEP_MEMORY="off") < 100
