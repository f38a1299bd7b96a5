"""The seed documents' programs run as they are, through `convflow run`, and print what the documents show.

Assembled from the documents at run time (`extract.py`); shortened to one epoch over few images.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import extract
import pytest

TRAIN, HELD_OUT = 2000, 500


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The four scripts, each in a folder of its own that holds the MNIST files."""
    seeds, data = extract.seeds_folder(), extract.data_folder()
    if seeds is None:
        pytest.skip(f"needs the seed documents {extract.SLIDES} and {extract.LECTURE} in $CONVFLOW_SEEDS")
    if data is None:
        pytest.skip("needs the four MNIST .gz files in a folder of $CONVFLOW_DATA or in ../shared/data/mnist")
    written = extract.write_programs(seeds, tmp_path_factory.mktemp("scripts"), 1, TRAIN, HELD_OUT)
    placed = {}
    for name, script in written.items():
        folder = tmp_path_factory.mktemp(name)
        for file in extract.MNIST_FILES:
            (folder / file).symlink_to(data.resolve() / file)
        placed[name] = script.rename(folder / script.name)
    return placed


def run(script: Path) -> str:
    """What the script prints; its error output in the message when it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "convflow", "run", script.name],
        cwd=script.parent,
        env={**os.environ, "PROGRAM_EPOCHS": "1", "PROGRAM_EXAMPLES": str(TRAIN)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"exit status {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def graph_elements(text: str) -> list[str]:
    """The lines that print a variable or a tensor."""
    return [line.rstrip() for line in text.splitlines() if line.startswith(("<tf.Variable", "Tensor("))]


def shown_in_slides() -> list[str]:
    """Those lines as the slides show them, in the slides' order."""
    document = extract.seeds_folder() / extract.SLIDES
    blocks = extract.code_blocks(document.read_text(encoding="utf-8"))
    return graph_elements("\n".join(blocks))


def test_low_level_program(programs: dict[str, Path]) -> None:
    printed = run(programs["low_level"])
    assert graph_elements(printed) == shown_in_slides()
    assert f"Training:  ({TRAIN}, 784) ({TRAIN},)" in printed
    assert re.search(r"Epoch 01 Training Avg\. Loss: +\d+\.\d{3} +Validation Acc: +0\.\d{3}", printed)
    assert "Saving model in ./model/" in printed
    assert "Loading model from ./model/" in printed
    # One epoch over 2,000 digits under TensorFlow: 75 % after restoring in a new graph; the order is not seeded.
    assert float(re.search(r"Test Accuracy: ([\d.]+)%", printed)[1]) > 65
    files = {path.name for path in (programs["low_level"].parent / "model").iterdir()}
    assert files >= {"checkpoint", "cnn-model.ckpt-1.index", "cnn-model.ckpt-1.data-00000-of-00001"}


def test_layers_program(programs: dict[str, Path]) -> None:
    printed = run(programs["layers"])
    assert re.search(r"Epoch 01: Training Avg\. Loss: +\d+\.\d{3} +Validation Acc: +[01]\.\d{3}", printed)
    assert re.search(r"^\[(\d ){9}\d\]$", printed, re.MULTILINE)
    assert float(re.search(r"Test Accuracy: ([\d.]+)%", printed)[1]) > 65


@pytest.mark.parametrize(("name", "least"), [("lecture_convnet", 0.10), ("lecture_layers", 0.55)])
def test_lecture_programs(programs: dict[str, Path], name: str, least: float) -> None:
    printed = run(programs[name])
    folder = programs[name].parent
    found = re.search(r"Epoch 0 loss ([\d.]+) accuracy ([\d.]+)", printed)
    assert float(found[2]) > least
    assert (folder / "checkpoints" / "checkpoint").is_file()
    assert list((folder / "graphs").glob("events.out.tfevents.*"))


def test_an_edition_without_the_expected_block_is_refused() -> None:
    with pytest.raises(LookupError, match="0 code blocks hold 'def nothing'"):
        extract.take(["x = 1\n"], extract.Piece("def nothing"))
