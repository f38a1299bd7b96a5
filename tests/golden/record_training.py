"""Records tests/golden/training/: what optimizers, savers and summaries do under TensorFlow 2's compat.v1.

    ORACLE_PYTHON tests/golden/record_training.py

`<program>.graph.json`: the graphs of tests/training/programs. `trajectories.npz`: variables after each of 20 steps
with given gradients. `checkpoint/`: a checkpoint, its state file and its `.meta` file.
"""

import shutil
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "programs"))

import under_oracle

PROGRAMS = HERE.parent / "training" / "programs"
OUT = HERE / "training"
STEPS = 20


def record_graphs(tf, parity_dump):
    for source in sorted(PROGRAMS.glob("*.py")):
        parity_dump.write(parity_dump.dump_program(source, tf), OUT / f"{source.stem}.graph.json")


def gradients():
    rng = np.random.RandomState(0)
    values = rng.randn(STEPS, 3, 5) * 10.0 ** rng.randint(-4, 2, (STEPS, 3, 5))
    values[:, 0, 0] = 0.0
    return values


def optimizers(tf):
    return {
        "gradient_descent": tf.train.GradientDescentOptimizer(0.05),
        "adam": tf.train.AdamOptimizer(0.01),
        "adam_large_epsilon": tf.train.AdamOptimizer(0.1, beta1=0.5, beta2=0.9, epsilon=0.1),
    }


def record_trajectories(tf):
    recorded = {"gradients": gradients()}
    for name in optimizers(tf):
        for dtype in ("float32", "float64"):
            with tf.Graph().as_default(), tf.Session() as session:
                optimizer = optimizers(tf)[name]
                variable = tf.Variable(np.ones([3, 5], dtype))
                gradient = tf.placeholder(dtype, [3, 5])
                train_op = optimizer.apply_gradients([(gradient, variable)])
                session.run(tf.global_variables_initializer())
                path = []
                for value in gradients().astype(dtype):
                    session.run(train_op, {gradient: value})
                    path.append(session.run(variable))
            recorded[f"{name}/{dtype}"] = np.array(path)
    np.savez_compressed(OUT / "trajectories.npz", **recorded)


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


if __name__ == "__main__":
    parity_dump = under_oracle.parity_dump()
    tensorflow = parity_dump.load_oracle()
    OUT.mkdir(exist_ok=True)
    record_graphs(tensorflow, parity_dump)
    record_trajectories(tensorflow)
    record_checkpoint(tensorflow)
