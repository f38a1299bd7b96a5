"""Programs in frames: listings of a document that prints pieces, with what it leaves out around them.

A frame (`<folder>/<program>.py`) is a program with lines `# <hole>` where a listing goes; every completion of ours
has a comment that says what the document leaves open. Nothing of a document is stored here: a hole names a word that
occurs in one of its listings only, and repairs what a typing error or a page break spoilt.
"""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from pathlib import Path

from extract import Piece, Repair, code_blocks, fill, seeds_folder, take


def swap(*pairs: tuple[str, str]) -> Repair:
    """Replace what is misprinted; a LookupError if the listing does not have it."""

    def repair(code: str) -> str:
        for wrong, right in pairs:
            if wrong not in code:
                raise LookupError(f"the listing does not hold {wrong!r}: the document is another edition")
            code = code.replace(wrong, right)
        return code

    return repair


def chain(*repairs: Repair) -> Repair:
    def repair(code: str) -> str:
        for each in repairs:
            code = each(code)
        return code

    return repair


def before(mark: str) -> Repair:
    return lambda code: code[: code.index(mark)]


def joined(pattern: str, replacement: str) -> Repair:
    """As `swap`, for what runs over lines."""

    def repair(code: str) -> str:
        repaired, count = re.subn(pattern, replacement, code)
        if not count:
            raise LookupError(f"the listing does not hold {pattern!r}: the document is another edition")
        return repaired

    return repair


@dataclass(frozen=True)
class Framed:
    """The programs of one document.

    Args:
        document: its file name.
        frames: the folder of the frames.
        programs: for each program the holes of its frame.
    """

    document: str
    frames: Path
    programs: dict[str, dict[str, Piece]]

    def assemble(self, seeds: Path, name: str) -> str:
        """One program: its frame with the document's listings in the holes."""
        blocks = listings(seeds / self.document)
        holes = {hole: take(blocks, piece) for hole, piece in self.programs[name].items()}
        return fill((self.frames / f"{name}.py").read_text(encoding="utf-8"), holes)

    def write(self, seeds: Path, out: Path, names: list[str] | None = None) -> dict[str, Path]:
        """Write programs, each into a folder of its own, and return their paths by name."""
        paths = {}
        for name in names or list(self.programs):
            paths[name] = out / name / f"{name}.py"
            paths[name].parent.mkdir(parents=True, exist_ok=True)
            paths[name].write_text(self.assemble(seeds, name), encoding="utf-8")
        return paths

    def main(self) -> None:
        parser = argparse.ArgumentParser(description=f"Assemble the programs of {self.document}.")
        parser.add_argument("out", type=Path, help="the folder to write into")
        parser.add_argument("names", nargs="*", help=f"some of {', '.join(self.programs)}; all of them by default")
        options = parser.parse_args()
        seeds = seeds_folder()
        if seeds is None or not (seeds / self.document).is_file():
            parser.error(f"found no {self.document}: set CONVFLOW_SEEDS to the folder that holds it")
        for path in self.write(seeds, options.out, options.names).values():
            print(path)


def listings(document: Path) -> list[str]:
    """The code blocks; a bar that stands at the left of some, and a notebook's cell number, are no code."""
    blocks = code_blocks(document.read_text(encoding="utf-8"))
    blocks = [re.sub(r"(?m)^\| ?", "", block) if block.lstrip().startswith("|") else block for block in blocks]
    return [cell(block) for block in blocks]


def cell(block: str) -> str:
    """A notebook's cell without its number; later lines may stand under the first one's code."""
    block = block.strip("\n")
    number = re.match(r"\s*In \[ ?\d*\]: ", block)
    if number is None:
        return block + "\n"
    lines = block.split("\n")
    width = min((len(line) - len(line.lstrip()) for line in lines[1:] if line), default=0)
    return "\n".join([lines[0][len(number[0]) :], *(line[width:] for line in lines[1:])]) + "\n"
