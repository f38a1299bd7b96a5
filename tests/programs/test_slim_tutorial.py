"""The TF-Slim tutorial's programs (seed 004) run and make VGG-16 as the text describes it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import extract
import pytest
import slim_tutorial

WIDTHS = {"conv1": (64, 2), "conv2": (128, 2), "conv3": (256, 3), "conv4": (512, 3), "conv5": (512, 3)}


def printed(name: str, folder: Path) -> list[str]:
    """The lines that a program prints."""
    seeds = extract.seeds_folder()
    if seeds is None or not (seeds / slim_tutorial.DOCUMENT).is_file():
        pytest.skip(f"needs the seed document {slim_tutorial.DOCUMENT} in $CONVFLOW_SEEDS")
    script = folder / f"{name}.py"
    script.write_text(slim_tutorial.programs(seeds)[name], encoding="utf-8")
    command = [sys.executable, "-m", "convflow", "run", script.name]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"exit status {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout.splitlines()


def convolutions(layer: str) -> list[str]:
    """Weights and biases of the thirteen convolutions; `layer` is their place, such as "{block}_{number}"."""
    lines, before = [], 3
    for block, (width, count) in WIDTHS.items():
        for number in range(1, count + 1):
            name = layer.format(block=block, number=number)
            lines += [f"{name}/weights (3, 3, {before}, {width})", f"{name}/biases ({width},)"]
            before = width
    return lines


def dense(layer: str, *sizes: str) -> list[str]:
    widths = (4096, 4096, 1000)
    return [
        line
        for number, (size, width) in enumerate(zip(sizes, widths, strict=True), 6)
        for line in (f"{layer}{number}/weights {size}", f"{layer}{number}/biases ({width},)")
    ]


def test_core_operations(tmp_path: Path) -> None:
    layers = dense("fc_", "(25088, 4096)", "(4096, 4096)", "(4096, 1000)")
    assert printed("core", tmp_path) == ["predictions (1, 1000)", *convolutions("{block}_{number}"), *layers]


def test_slim(tmp_path: Path) -> None:
    # Nothing is flattened: TF-Slim's dense layers act on the channels of each of 7 x 7 places.
    layers = dense("fc", "(512, 4096)", "(4096, 4096)", "(4096, 1000)")
    names = convolutions("{block}/{block}_{number}")
    assert printed("slim", tmp_path) == ["predictions (1, 7, 7, 1000)", *names, *layers]


def test_the_library_s_network(tmp_path: Path) -> None:
    layers = dense("vgg_16/fc", "(7, 7, 512, 4096)", "(1, 1, 4096, 4096)", "(1, 1, 4096, 1000)")
    names = convolutions("vgg_16/{block}/{block}_{number}")
    assert printed("library", tmp_path) == ["predictions (1, 1000)", *names, *layers]
