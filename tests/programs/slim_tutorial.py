"""Assemble the programs of the TF-Slim tutorial (seed 004): VGG-16 three times, each time shorter.

    python tests/programs/slim_tutorial.py OUT

Nothing of the document is stored here: its three cells are read from it. What they leave out is the input
(`images, labels = ...`), and nothing is printed; both are added. The last cell calls the network `vgg16`, which TF-Slim
has as `vgg_16`.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from extract import seeds_folder

DOCUMENT = "004_9d62fb50f3dfb686.txt"
NAMES = ("core", "slim", "library")
_OPEN = "images, labels = ..."
_INPUT = "images = tf.placeholder(tf.float32, [1, 224, 224, 3])  # The text leaves the data open."
_PRINTS = """
print("predictions", predictions.shape)
for variable in tf.global_variables():
    print(variable.op.name, variable.shape)
"""


def cells(document: str) -> list[str]:
    """The cells' code: from a mark of its own line to the line that makes the predictions."""
    return re.findall(r"(?ms)^In \[None\]:\n(.*?^predictions = [^\n]*)", document)


def programs(seeds: Path) -> dict[str, str]:
    """The three programs by name; LookupError where the document is another edition."""
    found = cells((seeds / DOCUMENT).read_text(encoding="utf-8"))
    if len(found) != len(NAMES) or any(cell.count(_OPEN) != 1 for cell in found):
        raise LookupError(f"{DOCUMENT} is another edition: it has {len(found)} cells, or one without its input.")
    written = [cell.strip().replace(_OPEN, _INPUT) + "\n" + _PRINTS for cell in found]
    written[-1] = written[-1].replace("vgg.vgg16(images)", "vgg.vgg_16(images)[0]")
    return dict(zip(NAMES, written, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=f"Assemble the programs of {DOCUMENT}.")
    parser.add_argument("out", type=Path, help="the folder to write into")
    out = parser.parse_args().out
    seeds = seeds_folder()
    if seeds is None or not (seeds / DOCUMENT).is_file():
        parser.error(f"found no {DOCUMENT}: set CONVFLOW_SEEDS to the folder that holds it")
    out.mkdir(parents=True, exist_ok=True)
    for name, text in programs(seeds).items():
        (out / f"{name}.py").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
