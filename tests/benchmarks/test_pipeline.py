from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks import pipeline


@pytest.fixture
def photographs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Five small photographs of each class, where the benchmark looks for them."""
    pixels = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    for place in pipeline.SETS.values():
        (tmp_path / place).mkdir(parents=True)
        for number in range(5):
            Image.fromarray(pixels).save(tmp_path / place / f"{number}.jpg")
    monkeypatch.setenv("CONVFLOW_DATA", str(tmp_path))
    return tmp_path


def test_waits_are_traced_and_printed(photographs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = photographs / "trace.json"
    pipeline.main(["--model", "cifarnet", "--batch-size", "4", "--steps", "7", "--trace", str(path)])
    assert re.search(
        r"waited after the first step: mean \d+\.\d\d%, most \d+\.\d\d% of a step", capsys.readouterr().out
    )
    events = json.loads(path.read_text())["traceEvents"]
    names = [event["name"] for event in events if event["ph"] == "X"]
    assert names.count("step") == names.count("wait") == 7
    assert {"decode", "augment"} < set(names)
    threads = {event["args"]["name"] for event in events if event["ph"] == "M"}
    assert "MainThread" in threads
    assert any(name.startswith("convflow-data") for name in threads)


def test_whole_photographs(photographs: Path) -> None:
    pipeline.make_folder(photographs / "made", whole=True)
    pipeline.make_folder(photographs / "cut", whole=False)
    assert len(list((photographs / "made").glob("*/*.jpg"))) == 10
    cut = list((photographs / "cut").glob("*/*.jpg"))
    assert len(cut) == 20
    for path in cut:
        with Image.open(path) as image:
            assert image.size == (224, 224)


def test_photographs_that_are_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVFLOW_DATA", str(tmp_path))
    with pytest.raises(SystemExit, match=r"raccoon/images was not found in the folders of \$CONVFLOW_DATA"):
        pipeline.photographs("raccoon")
