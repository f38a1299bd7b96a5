"""`python -m benchmarks.flags`: what it costs to feed whether a network trains, against writing it into the program.

ResNet-20 for pictures of 32x32 in training, and MobileNet v1 in testing. Processor time of one thread: the least of
several runs, the two programs in turn.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

import convflow as tf
from benchmarks.winograd import least
from convflow.models.cifar_resnet import resnet20
from convflow.slim.nets import mobilenet_v1


def training_step(is_fed: bool) -> Callable[[], Any]:
    """A step of ResNet-20 with batches of 128."""
    with tf.Graph().as_default():
        images, labels = tf.placeholder(tf.float32, [None, 32, 32, 3]), tf.placeholder(tf.int32, [None])
        training = tf.placeholder(tf.bool, []) if is_fed else True
        logits, _ = resnet20(images, is_training=training)
        loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
        with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
            step = tf.train.MomentumOptimizer(0.01, 0.9).minimize(loss)
        rng = np.random.RandomState(0)
        feeds = {images: rng.rand(128, 32, 32, 3).astype(np.float32), labels: rng.randint(0, 10, 128)}
        return _runner([step, loss], feeds | ({training: True} if is_fed else {}))


def prediction(is_fed: bool) -> Callable[[], Any]:
    """MobileNet v1 of 8 pictures of 224x224."""
    with tf.Graph().as_default():
        images = tf.placeholder(tf.float32, [None, 224, 224, 3])
        training = tf.placeholder(tf.bool, []) if is_fed else False
        with tf.contrib.slim.arg_scope(mobilenet_v1.mobilenet_v1_arg_scope(is_training=training)):
            logits, _ = mobilenet_v1.mobilenet_v1(images, num_classes=1001, is_training=training)
        feeds = {images: np.random.RandomState(0).rand(8, 224, 224, 3).astype(np.float32)}
        return _runner(logits, feeds | ({training: False} if is_fed else {}))


def _runner(fetches: Any, feeds: dict[Any, Any]) -> Callable[[], Any]:
    """A function that runs it, once the plan for these feeds is made."""
    session = tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=1))
    session.run(tf.global_variables_initializer())
    for _ in range(3):
        session.run(fetches, feeds)
    return lambda: session.run(fetches, feeds)


def main() -> None:
    parser = argparse.ArgumentParser("benchmarks.flags", description=__doc__)
    parser.add_argument("--turns", type=int, default=10)
    turns = parser.parse_args().turns
    table = Table(title="a flag that is fed, as a part of one that is written")
    for heading in ("what", "written, ms", "fed, ms", "ratio"):
        table.add_column(heading)
    for name, made in {"ResNet-20, a step": training_step, "MobileNet v1, testing": prediction}.items():
        written, fed = least([made(False), made(True)], turns)
        table.add_row(name, f"{1e3 * written:.1f}", f"{1e3 * fed:.1f}", f"{fed / written:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
