"""Runs whose tensors are written to files, and what reads them (tensorflow.python.debug)."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import convflow as tf
from convflow.api.python import debug
from convflow.core import errors


@pytest.fixture(autouse=True)
def _graph() -> Any:
    with tf.Graph().as_default():
        yield


def dumped(root: Path) -> list[debug.DebugDumpDir]:
    return [debug.DebugDumpDir(path) for path in sorted(glob.glob(str(root / "run_*")))]


def test_every_tensor_of_every_run(tmp_path: Path) -> None:
    x = tf.placeholder(tf.float32, [2], name="x")
    v = tf.get_variable("s/v", initializer=[2.0, 3.0])
    y = tf.log(x * v + 0.5, name="s/y")
    text = tf.identity([b"a", b"bc"], name="text")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        watched = debug.DumpingDebugWrapperSession(session, str(tmp_path / "dump"))
        result = watched.run([y, text], {x: [1.0, -1.0]})
        watched.run(text)
    first, second = dumped(tmp_path / "dump")
    values = {datum.tensor_name: datum.get_tensor() for datum in first.dumped_tensor_data}
    assert {"x:0", "s/v:0", "s/v/read:0", "mul:0", "add/y:0", "add:0", "s/y:0", "text:0"} <= set(values)
    np.testing.assert_array_equal(values["s/y:0"], result[0])
    np.testing.assert_array_equal(values["mul:0"], [2, -3])
    assert values["text:0"].tolist() == [b"a", b"bc"]
    assert [datum.node_name for datum in first.find(debug.has_inf_or_nan)] == ["s/y"]
    assert first.find(debug.has_inf_or_nan, exclude_node_names="s/") == []
    assert first.run_fetches_info == repr([y, text]) and first.run_feed_keys_info == repr({x: 0}.keys())
    assert first.debug_watch_keys("s/y") == ["s/y:0:DebugIdentity"]
    assert first.get_tensors("add", 0, "DebugIdentity")[0].tolist() == [2.5, -2.5]
    assert first.node_exists("s/v") and not first.node_exists("s/w")
    assert second.run_feed_keys_info == "None" and "s/y" not in {d.node_name for d in second.dumped_tensor_data}


def test_rounds_of_a_loop_are_values_of_one_tensor(tmp_path: Path) -> None:
    total = tf.while_loop(lambda n: n < 3, lambda n: tf.add(n, 1, name="one_more"), [tf.constant(0)])
    with tf.Session() as session:
        debug.DumpingDebugWrapperSession(session, str(tmp_path)).run(total)
    (dump,) = dumped(tmp_path)
    assert [int(value) for value in dump.get_tensors("while/one_more", 0, "DebugIdentity")] == [1, 2, 3]


def test_a_hook_and_what_it_watches(tmp_path: Path) -> None:
    x = tf.placeholder(tf.float32, name="x")
    y = tf.sqrt(x + 1.0, name="root")
    hook = debug.DumpingDebugHook(
        str(tmp_path / "new"), lambda fetches, feeds: debug.WatchOptions(op_type_regex_whitelist="Sqrt")
    )
    with tf.train.MonitoredSession(hooks=[hook]) as session:
        assert session.run(y, {x: 8.0}) == 3.0
        session.run(y, {x: 3.0})
    assert [[datum.tensor_name for datum in dump.dumped_tensor_data] for dump in dumped(tmp_path / "new")] == [
        ["root:0"],
        ["root:0"],
    ]


def test_watches_of_run_options(tmp_path: Path) -> None:
    y = tf.add(1, 2, name="y")
    options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
    debug.add_debug_tensor_watch(options, "y", debug_urls=f"file://{tmp_path}")
    metadata = tf.RunMetadata()
    with tf.Session() as session:
        assert session.run(y, options=options, run_metadata=metadata) == 3
    assert [datum.watch_key for datum in debug.DebugDumpDir(str(tmp_path)).dumped_tensor_data] == ["y:0:DebugIdentity"]
    assert metadata.step_stats.dev_stats[0].node_stats[-1].node_name == "y"


def _run(**arguments: Any) -> None:
    options = tf.RunOptions()
    debug.add_debug_tensor_watch(options, "y", **arguments)
    with tf.Session() as session:
        session.run(tf.add(1, 2, name="y"), options=options)


def test_refusals(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ValueError, match="session_root path points to a non-empty directory"):
        debug.DumpingDebugHook(str(tmp_path))
    with pytest.raises(ValueError, match="session_root path points to a file"):
        debug.DumpingDebugHook(str(tmp_path / "file"))
    with pytest.raises(errors.NotFoundError, match=r"Dump root directory .*none does not exist"):
        debug.DebugDumpDir(str(tmp_path / "none"))
    with pytest.raises(errors.DataLossError, match=r"holds no tensor of a dump|is no file of a dump"):
        debug.load_tensor_from_event_file(str(tmp_path / "file"))
    with pytest.raises(ValueError, match='Watch key "y:1:DebugIdentity" does not exist in the debug dump'):
        debug.DebugDumpDir(str(tmp_path)).get_tensors("y", 1, "DebugIdentity")
    with pytest.raises(NotImplementedError, match=r"debug ops \['DebugNanCount'\]; only DebugIdentity"):
        _run(debug_ops="DebugNanCount", debug_urls=f"file://{tmp_path}")
    with pytest.raises(NotImplementedError, match="'grpc://localhost:6064'; they can be written to files only"):
        _run(debug_urls="grpc://localhost:6064")
    with pytest.raises(NotImplementedError, match=r"tensorflow\.python\.debug\.LocalCLIDebugHook is not here"):
        debug.LocalCLIDebugHook()
