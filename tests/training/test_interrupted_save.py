"""A save that is killed, or finds the disk full, loses nothing that was there before."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

import convflow as tf
from convflow.core import errors

SIZE = 200_000
# Saves without end; each checkpoint holds one number everywhere, the step, so that a mixture would be seen.
PROGRAM = f"""
import sys
import convflow as tf

prefix, named = sys.argv[1], sys.argv[2] == "steps"
step = tf.Variable(0, dtype=tf.int64, trainable=False, name="step")
parts = [tf.Variable(tf.zeros([{SIZE}], tf.int64), name=f"part_{{n}}") for n in range(3)]
more = tf.group(*[part.assign_add(tf.ones([{SIZE}], tf.int64)) for part in parts], step.assign_add(1))
saver = tf.train.Saver(max_to_keep=2)
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    while True:
        session.run(more)
        saver.save(session, prefix, global_step=step if named else None)
        print("saved", flush=True)
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    return path


@pytest.mark.parametrize("kind", ["steps", "one_name"])
@pytest.mark.parametrize("wait", [0.0, 0.004])
def test_a_killed_save_leaves_the_last_good_checkpoint(program: Path, tmp_path: Path, kind: str, wait: float) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    command = [sys.executable, str(program), str(folder / "model"), kind]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        saved = [process.stdout.readline() for _ in range(3)]
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        saved += process.stdout.readlines()
    count = saved.count(b"saved\n")
    assert count >= 3
    latest = tf.train.latest_checkpoint(folder)
    assert latest is not None
    reader = tf.train.load_checkpoint(latest)
    step = int(reader.get_tensor("step"))
    # The save that was killed may have been done already.
    assert step in (count, count + 1)
    for name in ("part_0", "part_1", "part_2"):
        np.testing.assert_array_equal(reader.get_tensor(name), np.full(SIZE, step))


@pytest.fixture
def saved(tmp_path: Path) -> Iterator[tuple[tf.Session, tf.train.Saver, str]]:
    with tf.Graph().as_default(), tf.Session() as session:
        value = tf.Variable(tf.ones([100_000]), name="value")
        session.run(value.initializer)
        saver = tf.train.Saver()
        path = saver.save(session, str(tmp_path / "model"), global_step=1)
        session.run(value.assign(tf.zeros([100_000])))
        yield session, saver, path


@pytest.mark.parametrize("name", [2, 1])
def test_a_full_disk_is_resource_exhausted_and_leaves_no_parts(
    saved: tuple[tf.Session, tf.train.Saver, str], name: int, tmp_path: Path
) -> None:
    """A real limit of the operating system: no file of this process may grow beyond 64 KiB."""
    resource = pytest.importorskip("resource")
    session, saver, path = saved
    before = {item.name: item.read_bytes() for item in tmp_path.iterdir()}
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, limits[1]))
    try:
        with pytest.raises(errors.ResourceExhaustedError, match=rf"model-{name}; File too large.*Could not write"):
            saver.save(session, str(tmp_path / "model"), global_step=name)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert {item.name: item.read_bytes() for item in tmp_path.iterdir()} == before
    assert tf.train.latest_checkpoint(tmp_path) == path
    saver.restore(session, path)
    assert session.run("value:0").sum() == 100_000


@pytest.mark.parametrize("failing", ["index", "checkpoint", "meta"])
def test_a_disk_that_fills_up_late(
    saved: tuple[tf.Session, tf.train.Saver, str], failing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The data still fit, what is written after them does not."""
    import builtins

    if not os.path.exists("/dev/full"):
        pytest.skip("needs a device that is always full")
    session, saver, path = saved
    real_open = builtins.open

    def full(file: object, mode: str = "r", *args: object, **kwargs: object) -> object:
        is_hit = isinstance(file, str) and f"{failing}.tempstate" in file and "r" not in mode
        if is_hit:
            real_open(file, mode).close()  # type: ignore[call-overload]
            return real_open("/dev/full", "wb", 0)
        return real_open(file, mode, *args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(builtins, "open", full)
    with pytest.raises(errors.ResourceExhaustedError, match="No space left on device"):
        saver.save(session, str(tmp_path / "model"), global_step=2)
    monkeypatch.undo()
    assert not [item.name for item in tmp_path.iterdir() if "tempstate" in item.name]
    state = tf.train.get_checkpoint_state(tmp_path)
    assert tf.train.checkpoint_exists(state.model_checkpoint_path)
    saver.restore(session, path)
    assert session.run("value:0").sum() == 100_000


def _overwritten(folder: Path, replaced: int) -> str:
    """A checkpoint whose overwriting stopped after so many of the renames of its two files."""
    prefix = str(folder / "model")
    for value in (1.0, 2.0):
        with tf.Graph().as_default(), tf.Session() as session:
            v = tf.Variable(tf.fill([5], value), name="v")
            session.run(v.initializer)
            if value == 2.0:
                _stop_after(replaced, lambda: tf.train.Saver().save(session, prefix))
            else:
                tf.train.Saver().save(session, prefix)
    return prefix


def _stop_after(replaced: int, save: Callable[[], object]) -> None:
    """Run in a process of its own, which ends without any clearing up."""
    child = os.fork()
    if child == 0:
        real, left = os.replace, [replaced]

        def replace(source: str, target: str) -> None:
            if not left[0]:
                os._exit(0)
            left[0] -= 1
            real(source, target)

        os.replace = replace  # type: ignore[assignment]
        save()
        os._exit(1)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a second process")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork")
@pytest.mark.parametrize(("replaced", "value"), [(0, 1.0), (1, 1.0), (2, 2.0)])
def test_each_step_of_overwriting_leaves_a_whole_checkpoint(replaced: int, value: float, tmp_path: Path) -> None:
    prefix = _overwritten(tmp_path, replaced)
    np.testing.assert_array_equal(tf.train.load_variable(prefix, "v"), np.full(5, value, np.float32))
    # The next save clears up, and so does one that is stopped at the same place.
    with tf.Graph().as_default(), tf.Session() as session:
        v = tf.Variable(tf.fill([5], 3.0), name="v")
        session.run(v.initializer)
        saver = tf.train.Saver()
        _stop_after(1, lambda: saver.save(session, prefix))
        np.testing.assert_array_equal(tf.train.load_variable(prefix, "v"), np.full(5, value, np.float32))
        saver.save(session, prefix)
    np.testing.assert_array_equal(tf.train.load_variable(prefix, "v"), np.full(5, 3.0, np.float32))
    assert not list(tmp_path.glob("*.before"))
