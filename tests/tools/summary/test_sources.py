"""`convflow summary` on programs and folders."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import convflow as tf
from convflow.core import errors
from convflow.runtime.session import BaseSession
from convflow.tools.summary import layers, source

NETWORK = """
import tensorflow as tf
print("hello from the program")
x = tf.placeholder(tf.float32, [None, 8, 8, 3])
y = tf.layers.dense(tf.layers.flatten(tf.layers.conv2d(x, 4, 3, name="conv")), 10, name="logits")
"""
ROWS = [("conv", 112), ("logits", 1450)]


def in_a_process(*arguments: object) -> subprocess.CompletedProcess[str]:
    """A program changes its interpreter for good: each has one of its own."""
    command = [sys.executable, "-m", "convflow", "summary", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=os.environ.copy())


def parameters(text: str) -> list[tuple[str, int]]:
    return [(row["name"], row["parameters"]) for row in json.loads(text)["layers"]]


def test_a_program_up_to_its_first_run(tmp_path: Path) -> None:
    program = tmp_path / "train.py"
    program.write_text(
        "import sys\n" + NETWORK + "import atexit\n"
        "with tf.Graph().as_default(), tf.Session() as early:\n"
        "    print(early.run(tf.constant('first a greeting')))\n"
        "units = int(sys.argv[2])\n"
        "loss = tf.reduce_mean(tf.layers.dense(y, units, name='more'))\n"
        "step = tf.train.AdamOptimizer().minimize(loss)\n"
        "with tf.Session() as session:\n"
        "    session.run(tf.global_variables_initializer())\n"
        "    open('it_ran', 'w').close()\n"
    )
    done = in_a_process(program, "--json", "--", "--units", 5)
    assert done.returncode == 0, done.stderr
    assert parameters(done.stdout) == [*ROWS, ("more", 55)]
    # What the program says is not among the rows.
    assert "hello from the program" in done.stderr and "first a greeting" in done.stderr
    assert f"The graph of {program} as it is before its first Session.run (train.py, line 14)." in done.stderr
    assert not (tmp_path / "it_ran").exists() and not Path("it_ran").exists()


def test_a_program_that_runs_no_session(tmp_path: Path) -> None:
    program = tmp_path / "net.py"
    program.write_text(NETWORK)
    done = in_a_process(program, "--json")
    assert parameters(done.stdout) == ROWS
    assert f"The graph of {program} as it is at the program's end." in done.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import tensorflow as tf\ntf.constant(1)\n", "its default graph has 1 nodes and no layer. Expected a network"),
        (
            "import tensorflow as tf\ntf.enable_eager_execution()\n",
            "net.py runs eagerly: it has no graph to summarise.",
        ),
        ("raise ValueError('a mistake')\n", "net.py ended with status 1 before it ran a session"),
        ("import sys\nsys.exit('give --data')\n", "pass its arguments after"),
    ],
    ids=["no layers", "eager", "fails", "wants arguments"],
)
def test_programs_without_a_network(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "net.py").write_text(text)
    done = in_a_process(tmp_path / "net.py")
    assert done.returncode == 1 and done.stdout == ""
    assert message in done.stderr, done.stderr


def _write_checkpoints(folder: Path) -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [None, 8, 8, 3])
        tf.layers.dense(tf.layers.flatten(tf.layers.conv2d(x, 4, 3, name="conv")), 10, name="logits")
        session.run(tf.global_variables_initializer())
        saver = tf.train.Saver()
        for step in (1, 2):
            saver.save(session, str(folder / "model.ckpt"), global_step=step)


def _rows(what: object) -> list[tuple[str, int]]:
    return [(row.name, row.parameters) for row in layers.summarise(source.read(str(what)).graph)]


def test_a_folder_of_checkpoints(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    _write_checkpoints(folder)
    assert _rows(folder) == ROWS
    assert source.read(str(folder)).note == f"The graph of {folder / 'model.ckpt-2.meta'}."
    assert _rows(folder / "model.ckpt-1") == ROWS
    shutil.move(folder, tmp_path / "moved")
    assert source.read(str(tmp_path / "moved")).note == f"The graph of {tmp_path / 'moved' / 'model.ckpt-2.meta'}."
    (tmp_path / "moved" / "checkpoint").unlink()
    assert _rows(tmp_path / "moved") == ROWS


def test_a_saved_model(tmp_path: Path) -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [None, 8, 8, 3])
        y = tf.layers.dense(tf.layers.flatten(tf.layers.conv2d(x, 4, 3, name="conv")), 10, name="logits")
        session.run(tf.global_variables_initializer())
        tf.saved_model.simple_save(session, str(tmp_path / "saved"), {"x": x}, {"y": y})
    assert _rows(tmp_path / "saved") == ROWS


@pytest.mark.parametrize(
    ("what", "arguments", "error", "message"),
    [
        (
            "",
            [],
            errors.NotFoundError,
            "holds no graph. Expected a SavedModel (saved_model.pb or saved_model.pbtxt), a",
        ),
        ("gone.py", [], errors.NotFoundError, "gone.py is no file; a Python program or a notebook was expected."),
        ("vgg_16", ["--a"], errors.InvalidArgumentError, "was given the arguments --a; only a program (.py, .ipynb)"),
    ],
)
def test_what_cannot_be_summarised(tmp_path: Path, what: str, arguments: list[str], error: Any, message: str) -> None:
    with pytest.raises(error) as caught:
        source.read(str(tmp_path / what), arguments)
    assert message in caught.value.message


def test_sessions_run_again_afterwards(tmp_path: Path) -> None:
    plain = BaseSession.run
    with pytest.raises(errors.NotFoundError):
        source.read(str(tmp_path / "gone.py"))
    assert BaseSession.run is plain
