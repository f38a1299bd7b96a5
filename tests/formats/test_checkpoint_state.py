import os

import pytest

from convflow.core import errors
from convflow.formats import checkpoint_state
from convflow.formats.messages import CheckpointState


def test_a_state_comes_back_with_paths_joined_to_the_folder(tmp_path):
    state = CheckpointState(
        model_checkpoint_path="m-2",
        all_model_checkpoint_paths=["m-1", "/elsewhere/m-2"],
        all_model_checkpoint_timestamps=[1.5, 2.5],
        last_preserved_timestamp=0.25,
    )
    checkpoint_state.write_checkpoint_state(tmp_path, state)
    assert (
        (tmp_path / "checkpoint")
        .read_text()
        .startswith('model_checkpoint_path: "m-2"\nall_model_checkpoint_paths: "m-1"\n')
    )
    found = checkpoint_state.read_checkpoint_state(tmp_path)
    assert found.model_checkpoint_path == f"{tmp_path}/m-2"
    assert list(found.all_model_checkpoint_paths) == [f"{tmp_path}/m-1", "/elsewhere/m-2"]
    assert list(found.all_model_checkpoint_timestamps) == [1.5, 2.5]
    assert found.last_preserved_timestamp == 0.25
    assert os.listdir(tmp_path) == ["checkpoint"]


def test_a_folder_without_state(tmp_path):
    assert checkpoint_state.read_checkpoint_state(tmp_path) is None


def test_another_file_name(tmp_path):
    state = CheckpointState(model_checkpoint_path="/m")
    checkpoint_state.write_checkpoint_state(tmp_path, state, "latest")
    assert checkpoint_state.read_checkpoint_state(tmp_path) is None
    assert checkpoint_state.read_checkpoint_state(tmp_path, "latest") == state


@pytest.mark.parametrize("contents", [b"", b"model_checkpoint_path: 3", b"\xff\xfe", b'nonsense: "x"'])
def test_a_damaged_state(tmp_path, contents):
    (tmp_path / "checkpoint").write_bytes(contents)
    with pytest.raises(errors.DataLossError, match=r"checkpoint is damaged: .* Restore from the checkpoint's own"):
        checkpoint_state.read_checkpoint_state(tmp_path)


def test_a_failing_write_keeps_the_old_state(tmp_path, monkeypatch):
    old = CheckpointState(model_checkpoint_path="/m-1")
    checkpoint_state.write_checkpoint_state(tmp_path, old)

    def refuse(source, target):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(errors.PermissionDeniedError, match="Could not write the file"):
        checkpoint_state.write_checkpoint_state(tmp_path, CheckpointState(model_checkpoint_path="/m-2"))
    assert checkpoint_state.read_checkpoint_state(tmp_path) == old
    assert os.listdir(tmp_path) == ["checkpoint"]
