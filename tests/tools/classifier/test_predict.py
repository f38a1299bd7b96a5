"""`convflow predict` with a model that was trained on pictures with a bright row."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from convflow import cli
from convflow.core import errors
from convflow.tools.classifier import predict
from tests.tools.classifier import rows


def _convflow(*arguments: object) -> Result:
    return CliRunner().invoke(cli.app, ["predict", *map(str, arguments)])


def test_files_folders_and_patterns(rows_run: Path, tmp_path: Path) -> None:
    expected = rows.write_pictures(tmp_path / "photos" / "deeper")
    (tmp_path / "photos" / "notes.txt").write_text("no picture")
    for place in (tmp_path / "photos", tmp_path / "photos" / "*" / "*.png"):
        result = _convflow(rows_run, place, "--json")
        assert result.exit_code == 0, result.output
        found = json.loads(result.stdout)
        assert [(each["picture"], each["classes"][0]["name"]) for each in found["predictions"]] == [
            (str(path), name) for path, name in expected
        ]
        assert found["unreadable"] == [] and found["checkpoint"].startswith(str(rows_run / "best"))
    for each in found["predictions"]:
        assert sorted(one["name"] for one in each["classes"]) == sorted(rows.NAMES)
        assert sum(one["probability"] for one in each["classes"]) == pytest.approx(1, rel=1e-5)


def test_the_table(rows_run: Path, tmp_path: Path) -> None:
    (path, name), *_ = rows.write_pictures(tmp_path)
    result = _convflow(rows_run, path, "--top", 2)
    assert result.exit_code == 0
    heading, line = result.stdout.splitlines()
    assert heading.split() == ["picture", "class", "probability", "next"]
    assert line.split()[:2] == [str(path), name] and len(line.split()) == 5


def test_in_a_mirror(rows_run: Path, tmp_path: Path) -> None:
    (path, _), *_ = rows.write_pictures(tmp_path)
    with Image.open(path) as picture:
        picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(tmp_path / "turned.png")
    found = json.loads(_convflow(rows_run, path, tmp_path / "turned.png", "--mirrored", "--json").stdout)
    one, other = ({each["name"]: each["probability"] for each in answer["classes"]} for answer in found["predictions"])
    assert one == pytest.approx(other, rel=1e-5)


def test_pictures_of_other_sizes_and_colours(rows_run: Path, tmp_path: Path) -> None:
    (path, name), *_ = rows.write_pictures(tmp_path)
    with Image.open(path) as picture:
        picture.convert("RGB").resize((64, 64), Image.Resampling.NEAREST).save(tmp_path / "large.bmp")
    found = predict.predict(rows_run, [str(tmp_path / "large.bmp")], top=1)
    assert [each.classes[0][0] for each in found.predictions] == [name]


def test_what_cannot_be_read_is_named_and_the_rest_predicted(rows_run: Path, tmp_path: Path) -> None:
    pictures = rows.write_pictures(tmp_path, count=3)
    damaged = tmp_path / "picture_1.png"
    damaged.write_bytes(damaged.read_bytes()[:60])
    (tmp_path / "zero.jpg").touch()
    result = _convflow(rows_run, tmp_path, "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert [each["picture"] for each in found["predictions"]] == [str(pictures[0][0]), str(pictures[2][0])]
    assert [each["picture"] for each in found["unreadable"]] == [str(damaged), str(tmp_path / "zero.jpg")]
    assert f"convflow predict: {damaged} cannot be read: " in result.stderr
    assert f"convflow predict: {tmp_path / 'zero.jpg'} cannot be read: " in result.stderr
    alone = _convflow(rows_run, damaged)
    assert alone.exit_code == 1 and alone.stdout == ""


def test_a_file_that_is_gone(rows_run: Path, tmp_path: Path) -> None:
    (tmp_path / "link.png").symlink_to(tmp_path / "nowhere.png")
    result = _convflow(rows_run, tmp_path / "link.png")
    assert result.exit_code == 1 and "link.png" in result.stderr


@pytest.mark.parametrize("place", ["gone.png", "empty", "*.gif"])
def test_nothing_there(rows_run: Path, tmp_path: Path, place: str) -> None:
    (tmp_path / "empty").mkdir()
    result = _convflow(rows_run, tmp_path / place)
    assert result.exit_code == 1
    assert f"There is no picture at {tmp_path / place}. Expected a picture's file, a folder" in result.stderr


def test_names_are_no_markup(rows_run: Path, tmp_path: Path) -> None:
    image, _ = rows.pictures(1, 0)
    Image.fromarray(np.squeeze(image)).save(tmp_path / "[red]a[1].png")
    result = _convflow(rows_run, tmp_path / "[red]a[1].png")
    assert result.exit_code == 0 and "[red]a[1].png" in result.stdout


def test_top_is_a_number_of_classes(rows_run: Path) -> None:
    with pytest.raises(errors.InvalidArgumentError, match="--top is 0; expected a whole number of at least 1"):
        predict.predict(rows_run, ["x"], top=0)
