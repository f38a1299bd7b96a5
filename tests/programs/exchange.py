"""Exchange checkpoints with TensorFlow, both ways.

    python tests/programs/exchange.py --oracle ORACLE_PYTHON

trains `low_level_cnn` for a few steps here and saves it, restores it under TensorFlow, and compares every
variable (Adam's slots included) and the loss of the next step; then the same from TensorFlow to here. Exit
status 1 if anything differs. MNIST is looked for in `$CONVFLOW_DATA`, then in `../shared/data`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

import extract
import training
import under_oracle

PROGRAM = "low_level_cnn"
STEPS = 5
# The checkpoint holds the very bits; the next loss is computed by other kernels.
LOSS_TOLERANCE = 1e-5


def library(name: str) -> Any:
    if name == "tensorflow":
        return under_oracle.load()
    import convflow

    return convflow


def describe(tf: Any, action: str, prefix: str) -> dict[str, Any]:
    """Save after STEPS steps to `prefix`, or restore from it; the variables and the loss of the next step."""
    program = training.load_program(PROGRAM)
    folder = extract.data_folder()
    if folder is None:
        raise SystemExit("found no MNIST: set CONVFLOW_DATA to the folder that holds the four .gz files")
    batches = list(zip(range(STEPS + 1), training.batches(*training.centred_digits(folder)), strict=False))
    graph = tf.Graph()
    with graph.as_default():
        program.build(tf)
        saver = tf.train.Saver()
        initialize = tf.global_variables_initializer()
    with tf.Session(graph=graph) as sess:
        if action == "restore":
            saver.restore(sess, prefix)
        else:
            sess.run(initialize)
            for _, (images, labels) in batches[:STEPS]:
                sess.run(program.FETCHES, feed_dict=program.feeds(images, labels))
            saver.save(sess, prefix)
        with graph.as_default():
            variables = {v.name: sess.run(v) for v in tf.global_variables()}
        _, (images, labels) = batches[STEPS]
        feeds = {**program.feeds(images, labels), "fc_keep_prob:0": 1.0}
        loss = float(sess.run("cross_entropy_loss:0", feed_dict=feeds))
    values = {name: np.asarray(value, np.float64).tobytes().hex()[:64] for name, value in variables.items()}
    sums = {name: float(np.sum(np.asarray(value, np.float64))) for name, value in variables.items()}
    return {"values": values, "sums": sums, "loss": loss}


def run(python: str, name: str, action: str, prefix: str) -> dict[str, Any]:
    done = subprocess.run(
        [python, __file__, "--as", name, action, prefix], stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def exchange(oracle: str) -> bool:
    pythons = {"convflow": sys.executable, "tensorflow": oracle}
    agree = True
    for source, target in (("convflow", "tensorflow"), ("tensorflow", "convflow")):
        with tempfile.TemporaryDirectory() as folder:
            prefix = str(Path(folder) / "model.ckpt")
            saved = run(pythons[source], source, "save", prefix)
            restored = run(pythons[target], target, "restore", prefix)
        same = saved["values"] == restored["values"] and saved["sums"] == restored["sums"]
        difference = abs(saved["loss"] - restored["loss"]) / abs(saved["loss"])
        agree = agree and same and difference < LOSS_TOLERANCE
        print(
            f"{source} -> {target}: {len(saved['values'])} variables {'equal' if same else 'DIFFERENT'}, "
            f"next loss {saved['loss']:.7f} and {restored['loss']:.7f} (relative difference {difference:.1e})"
        )
    return agree


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--oracle", metavar="PYTHON")
    parser.add_argument("--as", dest="library", choices=("convflow", "tensorflow"))
    parser.add_argument("action", nargs="?", choices=("save", "restore"))
    parser.add_argument("prefix", nargs="?")
    options = parser.parse_args()
    if options.library:
        print(json.dumps(describe(library(options.library), options.action, options.prefix)))
    else:
        raise SystemExit(0 if exchange(options.oracle) else 1)


if __name__ == "__main__":
    main()
