from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from convflow.core import dtypes, errors
from convflow.formats.bundle import BundleWriter
from convflow.training import checkpoint_management as management
from convflow.training import checkpoint_reader as reading


def write(prefix: Path) -> str:
    with BundleWriter(prefix) as writer:
        writer.add("scope/w", np.ones((2, 3), np.float32))
        writer.add("step", np.array(7, np.int64))
        writer.add("text", np.array(b"hello", object))
    return str(prefix)


def test_the_latest_checkpoint_is_the_one_the_state_names(tmp_path: Path) -> None:
    old, new = write(tmp_path / "m-1"), write(tmp_path / "m-2")
    management.update_checkpoint_state(str(tmp_path), old, [new, old])
    assert management.latest_checkpoint(str(tmp_path)) == old
    state = management.get_checkpoint_state(str(tmp_path))
    assert list(state.all_model_checkpoint_paths) == [new, old]


def test_a_folder_without_state_has_none(tmp_path: Path) -> None:
    write(tmp_path / "m-1")
    assert management.get_checkpoint_state(str(tmp_path)) is None
    assert management.latest_checkpoint(str(tmp_path)) is None
    assert management.latest_checkpoint(str(tmp_path / "gone")) is None


def test_a_checkpoint_that_is_gone_is_none(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    management.update_checkpoint_state(str(tmp_path), str(tmp_path / "gone"))
    assert management.latest_checkpoint(str(tmp_path)) is None
    assert f"Couldn't match files for checkpoint {tmp_path / 'gone'}" in caplog.text


def test_a_damaged_state_is_named_and_counts_as_none(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "checkpoint").write_text("garbage {")
    assert management.get_checkpoint_state(str(tmp_path)) is None
    assert f"{tmp_path / 'checkpoint'} is damaged" in caplog.text
    assert "Checkpoint ignored" in caplog.text


def test_the_latest_is_added_to_all() -> None:
    state = management.generate_checkpoint_state_proto("/a", "/a/m-2", ["/a/m-1"])
    assert list(state.all_model_checkpoint_paths) == ["/a/m-1", "/a/m-2"]


def test_paths_in_a_relative_folder_are_relative_to_it() -> None:
    state = management.generate_checkpoint_state_proto("a/b", "a/b/m-2", ["/c/m-1", "a/b/m-2"])
    assert state.model_checkpoint_path == "m-2"
    assert list(state.all_model_checkpoint_paths) == ["/c/m-1", "m-2"]


def test_timestamps_belong_to_paths() -> None:
    state = management.generate_checkpoint_state_proto("/a", "/a/m", ["/a/m"], [3.0], 2.0)
    assert list(state.all_model_checkpoint_timestamps) == [3.0]
    assert state.last_preserved_timestamp == 2.0
    with pytest.raises(ValueError, match=r"got 1 paths and 2 timestamps\). Pass one for each path"):
        management.generate_checkpoint_state_proto("/a", "/a/m", ["/a/m"], [3.0, 4.0])


def test_a_checkpoint_called_like_the_state_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="conflicts with path used for checkpoint state"):
        management.update_checkpoint_state(str(tmp_path), str(tmp_path / "checkpoint"))


def test_existence_and_time(tmp_path: Path) -> None:
    prefix = write(tmp_path / "m-1")
    (tmp_path / "folder").mkdir()
    assert management.checkpoint_exists(prefix)
    assert not management.checkpoint_exists(str(tmp_path / "m-2"))
    assert not management.checkpoint_exists(str(tmp_path / "folder"))
    (time,) = management.get_checkpoint_mtimes([prefix, str(tmp_path / "m-2")])
    assert time == pytest.approx((tmp_path / "m-1.index").stat().st_mtime)


def test_removing_leaves_others(tmp_path: Path) -> None:
    prefix = write(tmp_path / "m-1")
    write(tmp_path / "m-10")
    (tmp_path / "m-1.meta").write_text("")
    management.remove_checkpoint(prefix)
    assert {path.name for path in tmp_path.iterdir()} == {"m-10.index", "m-10.data-00000-of-00001"}


def test_name_of_the_graphs_file() -> None:
    assert management.meta_graph_filename("a/m-7") == "a/m-7.meta"
    assert management.meta_graph_filename("a/m-?????-of-00002", "graph") == "a/m.graph"


def test_reader_lists_and_reads(tmp_path: Path) -> None:
    reader = reading.new_checkpoint_reader(write(tmp_path / "m"))
    assert reader.get_variable_to_shape_map() == {"scope/w": [2, 3], "step": [], "text": []}
    types = {"scope/w": dtypes.float32, "step": dtypes.int64, "text": dtypes.string}
    assert reader.get_variable_to_dtype_map() == types
    assert reader.has_tensor("step")
    assert not reader.has_tensor("gone")
    assert reader.get_tensor("scope/w").tolist() == [[1.0] * 3] * 2
    assert reader.get_tensor("step") == 7
    assert reader.get_tensor("text") == b"hello"
    wanted = b"scope/w (DT_FLOAT) [2,3]\nstep (DT_INT64) []\ntext (DT_STRING) []\n"
    assert reader.debug_string() == wanted


def test_reader_refuses_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(errors.NotFoundError, match="Failed to find any matching files for"):
        reading.new_checkpoint_reader(str(tmp_path / "gone"))
    reader = reading.new_checkpoint_reader(write(tmp_path / "m"))
    with pytest.raises(errors.NotFoundError, match="Key scope/v not found in checkpoint"):
        reader.get_tensor("scope/v")


def test_a_folder_stands_for_its_latest_checkpoint(tmp_path: Path) -> None:
    management.update_checkpoint_state(str(tmp_path), write(tmp_path / "m"))
    assert reading.list_variables(str(tmp_path)) == [("scope/w", [2, 3]), ("step", []), ("text", [])]
    assert reading.load_variable(str(tmp_path), "step:0") == 7
    assert reading.load_variable(str(tmp_path / "m"), "step") == 7


def test_a_folder_without_checkpoints_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Couldn't find 'checkpoint' file or checkpoints in given directory"):
        reading.load_checkpoint(str(tmp_path))
