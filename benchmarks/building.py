"""How long networks take to build: python -m benchmarks.building --research FOLDER --oracle PYTHON.

TF-Slim's networks as a program for training makes them, here and in TensorFlow: the network, its loss, the gradients of
all weights, momentum, batch normalization's updates, a saver. Nothing is run. The two libraries take turns, each turn
in a process of its own that builds the network in two new graphs and tells the second one's seconds of processor time,
so that imports and whatever a process does once are left out. One thread each.

`--oracle` is the Python of an environment with TensorFlow 2.21, tf-keras and tf-slim (see tests/golden); `--research`
the folder `research/slim` of the public repository tensorflow/models as it was for TensorFlow 1: it has Inception v4.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# Module, network, scope of defaults, size of the pictures.
NETWORKS = {
    "resnet_v1_152": ("tf_slim.nets.resnet_v1", "resnet_v1_152", "resnet_arg_scope", 224),
    "resnet_v2_152": ("tf_slim.nets.resnet_v2", "resnet_v2_152", "resnet_arg_scope", 224),
    "inception_v4": ("nets.inception_v4", "inception_v4", "inception_v4_arg_scope", 299),
}


def build(tf: Any, name: str) -> None:
    """Add the network and its training step to the default graph."""
    import importlib

    slim = tf.contrib.slim
    place, function, scope, size = NETWORKS[name]
    module = importlib.import_module(place)
    images = tf.placeholder(tf.float32, [32, size, size, 3])
    labels = tf.placeholder(tf.int64, [32])
    with slim.arg_scope(getattr(module, scope)()):
        logits, _ = getattr(module, function)(images, 1001, is_training=True)
    tf.losses.sparse_softmax_cross_entropy(labels, tf.reshape(logits, [32, 1001]))
    optimizer = tf.train.MomentumOptimizer(0.1, 0.9)
    slim.learning.create_train_op(tf.losses.get_total_loss(), optimizer)
    tf.train.Saver()


def seconds(tf: Any, name: str) -> float:
    """Processor time of the second building in this process."""
    taken = 0.0
    for _ in range(2):
        with tf.Graph().as_default():
            begun = time.process_time()
            build(tf, name)
            taken = time.process_time() - begun
    return taken


def _there(research: str) -> Any:
    sys.path.insert(0, str(ROOT / "tests" / "golden"))
    import research_oracle

    return research_oracle.load(research)


def _here(research: str) -> Any:
    from convflow.tools import alias

    alias.install()
    import convflow

    return convflow


_LIBRARIES: dict[str, Callable[[str], Any]] = {"convflow": _here, "tensorflow": _there}


def _turn(python: str, library: str, name: str, research: str) -> float:
    """Seconds of one process."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"}
    environment |= dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"), "1")
    command = [python, "-m", "benchmarks.building", "--turn", library, name, "--research", research]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{library} did not build {name}:\n{done.stderr[-2000:]}")
    return float(json.loads(done.stdout.splitlines()[-1]))


def compare(names: list[str], pythons: dict[str, str], research: str, rounds: int) -> None:
    """Print a row for each network: medians over the turns, their ratio, the turns' least and largest."""
    print("network        convflow s         TensorFlow s       ratio")
    for name in names:
        turns: dict[str, list[float]] = {library: [] for library in pythons}
        for _ in range(rounds):
            for library, python in pythons.items():
                turns[library].append(_turn(python, library, name, research))
        here, there = (statistics.median(turns[library]) for library in ("convflow", "tensorflow"))
        spans = {library: f"{min(taken):.2f} to {max(taken):.2f}" for library, taken in turns.items()}
        print(
            f"{name:14} {here:5.2f} ({spans['convflow']}) {there:5.2f} ({spans['tensorflow']})  {here / there:.2f}",
            flush=True,
        )


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--research", required=True, help="the research models' folder slim")
    parser.add_argument("--oracle", help="the interpreter that has TensorFlow")
    parser.add_argument("--networks", nargs="+", default=list(NETWORKS), choices=NETWORKS)
    parser.add_argument("--rounds", type=int, default=3, help="turns of each library")
    parser.add_argument("--turn", nargs=2, metavar=("LIBRARY", "NETWORK"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.turn:
        library, name = options.turn
        print(json.dumps(seconds(_LIBRARIES[library](options.research), name)))
        return
    if not options.oracle:
        parser.error("--oracle: name the Python of an environment with TensorFlow 2.21")
    pythons = {"convflow": sys.executable, "tensorflow": options.oracle}
    compare(options.networks, pythons, options.research, options.rounds)


if __name__ == "__main__":
    main()
