"""A run's folder opened again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convflow.core import errors
from convflow.tools.classifier import trained
from convflow.tools.classifier.folder import CONFIG_FILE
from tests.tools.classifier import rows


def _result(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "result.json").read_text())


def test_it_answers_as_when_it_was_trained(rows_run: Path) -> None:
    images, labels = rows.pictures(60, 2)
    with trained.opened(rows_run) as model:
        said = model.probabilities(images[..., np.newaxis])
        assert model.description.class_names == rows.NAMES
        assert model.description.image_shape == (16, 16, 1) and model.description.takes_pictures
        assert Path(model.checkpoint).parent == rows_run / "best"
    np.testing.assert_allclose(said.sum(axis=1), 1, rtol=1e-5)
    assert np.mean(said.argmax(axis=1) == labels) == pytest.approx(_result(rows_run)["test_accuracy"])


def test_last_and_by_name(rows_run: Path) -> None:
    with trained.opened(rows_run, trained.LAST) as model:
        last = Path(model.checkpoint)
    assert last.parent == rows_run
    with trained.opened(last) as model:
        assert Path(model.checkpoint) == last
    best = next((rows_run / "best").glob("*.index"))
    with trained.opened(best) as model:
        assert model.checkpoint == str(best.with_suffix(""))
        assert model.description.run.out == rows_run


def test_a_run_that_was_moved(rows_run: Path, tmp_path: Path) -> None:
    shutil.copytree(rows_run, tmp_path / "elsewhere")
    with trained.opened(tmp_path / "elsewhere") as model:
        assert Path(model.checkpoint).parent == tmp_path / "elsewhere" / "best"


def _without_checkpoints(folder: Path) -> None:
    shutil.rmtree(folder / "best")
    for path in (*folder.glob("model.ckpt*"), folder / "checkpoint"):
        path.unlink()


def _change(**keys: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        config = json.loads((folder / CONFIG_FILE).read_text()) | keys
        kept = {name: value for name, value in config.items() if value != "gone"}
        (folder / CONFIG_FILE).write_text(json.dumps(kept))

    return change


def _cut(name: str) -> Callable[[Path], None]:
    def cut(folder: Path) -> None:
        path = next(folder.glob(name))
        path.write_bytes(path.read_bytes()[:100])

    return cut


@pytest.mark.parametrize(
    ("damage", "error", "message"),
    [
        (
            lambda folder: (folder / CONFIG_FILE).unlink(),
            errors.NotFoundError,
            "it is not the folder of a training run",
        ),
        (_without_checkpoints, errors.NotFoundError, "has no best checkpoint yet: a run writes its first at the end"),
        (_cut(CONFIG_FILE), errors.DataLossError, "config.json is damaged"),
        (
            _change(format=7, versions={"convflow": "9.1"}),
            errors.FailedPreconditionError,
            "is of format 7, expected 1: it was written by convflow 9.1. Install that release",
        ),
        (_change(class_names="gone"), errors.DataLossError, "does not say class_names, which the model is built with"),
        (_change(image_shape=[1]), errors.DataLossError, "config.json is damaged: not enough values"),
        (_change(model="gone_model"), errors.NotFoundError, "There is no model named 'gone_model'"),
        (_cut("best/*.data*"), errors.OpError, "model.ckpt"),
    ],
    ids=["no config", "no checkpoint", "cut short", "later", "no classes", "no shape", "no model", "cut checkpoint"],
)
def test_what_cannot_be_opened(rows_run: Path, tmp_path: Path, damage: Any, error: Any, message: str) -> None:
    folder = tmp_path / "run"
    shutil.copytree(rows_run, folder)
    damage(folder)
    with pytest.raises(error) as caught, trained.opened(folder):
        pass
    assert message in caught.value.message


def test_places_without_a_run(rows_run: Path, tmp_path: Path) -> None:
    with pytest.raises(errors.NotFoundError, match="is not the folder of a training run"), trained.opened(tmp_path):
        pass
    for path in (rows_run / "best").glob("model.ckpt*"):
        shutil.copy(path, tmp_path)
    name = next(tmp_path.glob("*.index")).with_suffix("")
    with pytest.raises(errors.NotFoundError, match="it is not known what model it belongs to"), trained.opened(name):
        pass
    with pytest.raises(errors.InvalidArgumentError, match="'worst' was asked for; expected best or last"):
        trained.opened(rows_run, "worst").__enter__()
