"""Records tests/golden/training/: what optimizers, savers and summaries do under TensorFlow 2's compat.v1.

    ORACLE_PYTHON tests/golden/record_training.py

`<program>.graph.json`: the graphs of tests/training/programs. `trajectories.npz`: variables after each of 20 steps
with given gradients and 10 with given slices. `schedules.npz`: learning rates at some steps.
`checkpoint/`: a checkpoint, its state file and its `.meta` file. `tables/`: the same of tables.
"""

import shutil
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "programs"), str(HERE / "training")]

import cases
import under_oracle

PROGRAMS = HERE.parent / "training" / "programs"
OUT = HERE / "training"


def record_graphs(tf, parity_dump):
    for source in sorted(PROGRAMS.glob("*.py")):
        parity_dump.write(parity_dump.dump_program(source, tf), OUT / f"{source.stem}.graph.json")


def record_trajectories(tf):
    recorded = {}
    for name, make in cases.optimizers(tf).items():
        for dtype in cases.DTYPES:
            recorded[f"{name}/{dtype}"] = cases.dense_path(tf, make, dtype)
            recorded[f"{name}/{dtype}/rows"] = cases.sparse_path(tf, make, dtype)
    np.savez_compressed(OUT / "trajectories.npz", **recorded)


def record_schedules(tf):
    np.savez_compressed(OUT / "schedules.npz", **cases.rates_at_times(tf))


def checkpoint_variables(tf):
    tf.Variable(np.arange(6, dtype=np.float32).reshape(2, 3), name="scope/weights")
    tf.Variable(np.array([0.5, -0.5]), name="wide", trainable=False)
    tf.Variable(np.array([b"text", b""], object), name="texts", trainable=False)
    tf.Variable([True, False], name="flags", trainable=False)
    tf.get_variable("global_step", initializer=np.int64(7), trainable=False)


def record_checkpoint(tf):
    folder = OUT / "checkpoint"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with tf.Graph().as_default(), tf.Session() as session:
        checkpoint_variables(tf)
        saver = tf.train.Saver(max_to_keep=3, save_relative_paths=True)
        session.run(tf.global_variables_initializer())
        saver.save(session, str(folder / "model.ckpt"), global_step=7)


def record_tables(tf):
    from tensorflow.python.ops import lookup_ops

    folder = OUT / "tables"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with tf.Graph().as_default(), tf.Session() as session:
        words = lookup_ops.MutableHashTable(tf.string, tf.int64, -1)
        places = {"empty_key": 0, "deleted_key": -1, "initial_num_buckets": 4}
        dense = lookup_ops.DenseHashTable(tf.int64, tf.float32, [0.0, 0.0], name="dense", **places)
        words.insert(["a", "b"], tf.constant([1, 2], tf.int64), name="fill_words")
        dense.insert(tf.constant([5], tf.int64), [[2.0, 3.0]], name="fill_dense")
        saver = tf.train.Saver(save_relative_paths=True)
        session.run(["fill_words/LookupTableInsertV2", "fill_dense/LookupTableInsertV2"])
        saver.save(session, str(folder / "model.ckpt"))


if __name__ == "__main__":
    parity_dump = under_oracle.parity_dump()
    tensorflow = parity_dump.load_oracle()
    OUT.mkdir(exist_ok=True)
    record_graphs(tensorflow, parity_dump)
    record_trajectories(tensorflow)
    record_schedules(tensorflow)
    record_checkpoint(tensorflow)
    record_tables(tensorflow)
