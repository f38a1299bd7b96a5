"""`python -m benchmarks.bfloat16_accuracy`: what bfloat16 costs in accuracy, on MNIST and CIFAR-10.

Each network is trained for the same steps in float32 and in bfloat16 (RewriterConfig.auto_mixed_precision), with the
same seeds of weights, dropout and order of pictures, and tested in float32 on the whole test set. The spread of the
seeds says how much of a difference is noise.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

import convflow as tf
from benchmarks.works import cifar, mnist
from benchmarks.works.program import cross_entropy
from convflow.datasets.cifar import load_cifar10
from convflow.datasets.mnist import load as load_mnist

PRECISIONS = ("float32", "bfloat16")


@dataclass(frozen=True)
class Task:
    """A network, what it learns, and how.

    Attributes:
        network: (images, whether in training) to logits [batch, 10].
        load: the set's training and test pictures, uint8, with labels.
        sizes: of one picture as the network takes it.
        batch: pictures in a step.
        rate: of Adam.
    """

    network: Callable[[Any, Any], Any]
    load: Callable[[], Any]
    sizes: tuple[int, ...]
    batch: int
    rate: float


TASKS = {
    "mnist": Task(lambda image, training: mnist.network(tf, image, training), load_mnist, (784,), 64, 1e-3),
    "cifar": Task(lambda image, training: cifar.network(tf, image), load_cifar10, (32, 32, 3), 128, 1e-3),
}


@dataclass(frozen=True)
class Pictures:
    """Attributes:
    images: float32 in [-0.5, 0.5], [count, ...].
    labels: [count], 0 to 9.
    """

    images: np.ndarray
    labels: np.ndarray

    def batches(self, size: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Without end, each epoch in an order of its own."""
        random = np.random.RandomState(seed)
        while True:
            order = random.permutation(len(self.labels))
            for start in range(0, len(order) - size + 1, size):
                chosen = order[start : start + size]
                yield self.images[chosen], self.labels[chosen]


def prepared(task: Task) -> tuple[Pictures, Pictures]:
    """The training and the test set."""
    train, test = (
        Pictures(images.reshape(-1, *task.sizes).astype(np.float32) / 255 - 0.5, labels.reshape(-1).astype(np.int64))
        for images, labels in task.load()
    )
    return train, test


def configuration(precision: str) -> Any:
    """Of a session whose convolutions and products run in `precision`."""
    result = tf.ConfigProto()
    rewrites = result.graph_options.rewrite_options
    rewrites.auto_mixed_precision = rewrites.ON if precision == "bfloat16" else rewrites.OFF
    return result


def accuracy(task: Task, data: tuple[Pictures, Pictures], precision: str, seed: int, steps: int) -> float:
    """Train that many steps and return the part of the test set that is recognized, tested in float32."""
    train, test = data
    with tf.Graph().as_default():
        tf.set_random_seed(seed)
        image, label = tf.placeholder(tf.float32, [None, *task.sizes]), tf.placeholder(tf.int64, [None])
        training = tf.placeholder_with_default(False, [])
        logits = task.network(image, training)
        step = tf.train.AdamOptimizer(task.rate).minimize(cross_entropy(tf, tf.one_hot(label, 10), logits))
        # A count, so that it is exact.
        right = tf.reduce_sum(tf.cast(tf.equal(tf.argmax(logits, 1), label), tf.int32))
        with tf.Session(config=configuration(precision)) as session:
            session.run(tf.global_variables_initializer())
            for _, (images, labels) in zip(range(steps), train.batches(task.batch, seed), strict=False):
                session.run(step, {image: images, label: labels, training: True})
            learned = session.run(tf.trainable_variables())
        with tf.Session(config=configuration("float32")) as session:
            for variable, value in zip(tf.trainable_variables(), learned, strict=True):
                variable.load(value, session)
            parts = [
                session.run(right, {image: test.images[start:end], label: test.labels[start:end]})
                for start in range(0, len(test.labels), 1000)
                for end in [start + 1000]
            ]
    return float(sum(parts)) / len(test.labels)


def described(values: list[float]) -> list[str]:
    """Accuracies in percent, their mean, and their standard deviation as a sample."""
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else float("nan")
    return [*(f"{100 * value:.2f}" for value in values), f"{100 * np.mean(values):.2f}", f"{100 * spread:.2f}"]


def main() -> None:
    parser = argparse.ArgumentParser("benchmarks.bfloat16_accuracy", description=__doc__)
    parser.add_argument("--tasks", nargs="+", choices=sorted(TASKS), default=sorted(TASKS))
    parser.add_argument("--steps", type=int, default=1000, help="of each run")
    parser.add_argument("--seeds", type=int, default=3, help="how many runs of each kind")
    options = parser.parse_args()
    headings = [f"seed {seed}" for seed in range(options.seeds)]
    table = Table(
        "network", "type", *headings, "mean", "spread", title=f"Test accuracy in % after {options.steps} steps"
    )
    for name in options.tasks:
        data = prepared(TASKS[name])
        for precision in PRECISIONS:
            found = [accuracy(TASKS[name], data, precision, seed, options.steps) for seed in range(options.seeds)]
            table.add_row(name, precision, *described(found))
    Console().print(table)


if __name__ == "__main__":
    main()
