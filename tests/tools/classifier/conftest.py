"""A run that several tests use."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from convflow.tools.classifier.settings import make_run
from convflow.tools.classifier.train import train_model
from tests.tools.classifier.rows import named_rows


@pytest.fixture(scope="session")
def trained_on_rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run; to be left as it is."""
    out = tmp_path_factory.mktemp("rows") / "run"
    with named_rows():
        train_model(make_run("mnist_cnn", "rows", out=out, epochs=4, batch_size=16), Console(file=io.StringIO()))
    return out


@pytest.fixture
def rows_run(trained_on_rows: Path) -> Iterator[Path]:
    """The same, while the data set it was trained on has its name."""
    with named_rows():
        yield trained_on_rows
