"""Assemble the seed documents' programs into scripts that run.

The documents are slides and a lecture note: they print a program in pieces, and a piece that continues a
function on the next page has lost its indentation. Nothing of a document is stored here. A `Piece` names a
code block by a word that occurs only there and says which repair, if any, the page break made necessary.

    python tests/programs/extract.py OUT [--epochs N] [--train N] [--held-out N]

writes `low_level.py`, `layers.py` (seed 002), `lecture_convnet.py` and `lecture_layers.py` (seed 001, whose
note gives pieces of a class; the frame around them is ours, in `lecture_frame.py`). The scripts read the four
MNIST `.gz` files from the folder they run in.
"""

from __future__ import annotations

import argparse
import os
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SLIDES = "002_9c930c168bc06844.txt"
LECTURE = "001_bb2f18b5ebe461aa.txt"
FRAME = Path(__file__).with_name("lecture_frame.py")
MNIST_FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)

Repair = Callable[[str], str]


@dataclass(frozen=True)
class Piece:
    """One code block of a document.

    Args:
        marker: text that occurs in this code block and in no other block of the document.
        repair: what the page break took away, given back.
    """

    marker: str
    repair: Repair = lambda code: code


def shift(spaces: int, until: str | None = None) -> Repair:
    """Indent a block by `spaces`; with `until`, only the lines before the one that starts with it."""

    def repair(code: str) -> str:
        head, mark, tail = code.partition(until) if until else (code, "", "")
        return textwrap.indent(head, " " * spaces) + mark + tail

    return repair


def shift_from(spaces: int, start: str) -> Repair:
    """Indent by `spaces` from the line that starts with `start` to the end of the block."""

    def repair(code: str) -> str:
        head, mark, tail = code.partition(start)
        return head + textwrap.indent(mark + tail, " " * spaces)

    return repair


def shift_body(spaces: int, last: str) -> Repair:
    """Indent by `spaces` all lines but those from the last line that holds `last` on."""

    def repair(code: str) -> str:
        at = code.rindex("\n", 0, code.rindex(last)) + 1
        return textwrap.indent(code[:at], " " * spaces) + code[at:]

    return repair


DATA = (
    Piece("zipped_mnist"),
    Piece("def load_mnist"),
    Piece("X_data, y_data = load_mnist"),
    Piece("def batch_generator"),
    Piece("X_train_centered = "),
)

LOW_LEVEL = (
    *DATA,
    Piece("def conv_layer"),
    # The rest of conv_layer's body (its variable scope: depth 8); a test follows on the same slide.
    Piece("name='convtest'", shift(8, until="## testing")),
    Piece("def fc_layer"),
    Piece("name='fctest'"),
    Piece("def build_cnn"),
    # build_cnn continues on two more slides.
    Piece("h2 = conv_layer(", shift(4)),
    Piece("## Visualize the graph with TensorBoard", shift(4)),
    Piece("def save(saver, sess"),
    Piece("def train(sess"),
    Piece("def predict(sess"),
    # A Saver outside `with g.as_default()` would find no variables (the later slide has it inside).
    Piece("learning_rate = 1e-4\n", shift_from(4, "## saver:")),
    Piece("with tf.Session(graph=g) as sess"),
    Piece("g2 = tf.Graph()"),
)

LAYERS = (
    *DATA,
    Piece("class ConvNN"),
    # Methods of ConvNN, each on a slide of its own.
    Piece("def build(self)", shift(4)),
    Piece("h2 = tf.layers.conv2d(", shift(8)),
    Piece("optimizer = tf.train.AdamOptimizer(self.learning_rate)", shift(8)),
    Piece("def save(self", shift(4)),
    Piece("def train(self", shift(4)),
    # The end of train's epoch loop.
    Piece("print('Epoch %02d: Training", shift(12)),
    Piece("def predict(self", shift(4)),
    Piece("cnn = ConvNN(random_seed=123)"),
    Piece("cnn.train("),
    Piece("cnn.save("),
    Piece("cnn2 = ConvNN("),
    Piece("preds = cnn2.predict("),
)

LECTURE_FUNCTIONS = (
    Piece("def conv_relu"),
    # conv_relu after the page break lost one level; its return stands outside the scope, like maxpool's.
    Piece("biases = tf.get_variable('biases', [filters]", shift_body(4, "return")),
    Piece("def maxpool"),
    Piece("def fully_connected"),
)


def seeds_folder() -> Path | None:
    """`$CONVFLOW_SEEDS`, else `../shared/seeds` beside the repository; None when neither is there."""
    default = Path(__file__).resolve().parents[2].parent / "shared" / "seeds"
    folder = Path(os.environ.get("CONVFLOW_SEEDS") or default)
    return folder if (folder / SLIDES).is_file() and (folder / LECTURE).is_file() else None


def data_folder() -> Path | None:
    """The first folder of `$CONVFLOW_DATA`, else `../shared/data`, that holds the whole MNIST."""
    default = Path(__file__).resolve().parents[2].parent / "shared" / "data"
    listed = os.environ.get("CONVFLOW_DATA", "").split(os.pathsep)
    for root in [*filter(None, listed), default]:
        for folder in (Path(root), Path(root) / "mnist"):
            if all((folder / name).is_file() for name in MNIST_FILES):
                return folder
    return None


def code_blocks(text: str) -> list[str]:
    """The fenced blocks of a document, without the fences and without spaces at line ends."""
    blocks = re.findall(r"^```\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return ["\n".join(line.rstrip() for line in block.split("\n")) for block in blocks]


def take(blocks: list[str], piece: Piece) -> str:
    """The repaired code of one piece; a LookupError unless exactly one block holds its marker."""
    found = [block for block in blocks if piece.marker in block]
    if len(found) != 1:
        raise LookupError(
            f"{len(found)} code blocks hold {piece.marker!r}, expected one: the document is another edition"
        )
    return piece.repair(found[0])


def assemble(document: Path, pieces: tuple[Piece, ...]) -> str:
    """The pieces of one document, in the given order, as one program."""
    blocks = code_blocks(document.read_text(encoding="utf-8"))
    return "\n".join(take(blocks, piece) for piece in pieces)


def paragraph(code: str, word: str) -> str:
    """The one paragraph (lines between blank lines) of `code` that holds `word`, at depth 0."""
    found = [part for part in re.split(r"\n\s*\n", code) if word in part]
    if len(found) != 1:
        raise LookupError(f"{len(found)} paragraphs hold {word!r}, expected one")
    return textwrap.dedent(found[0].strip("\n")) + "\n"


def fill(frame: str, holes: dict[str, str]) -> str:
    """Put code into our frame: a line `# <name>` in angle brackets is replaced at its own depth."""
    for name, code in holes.items():
        pattern = re.compile(rf"^( *)# <{name}>\n", re.MULTILINE)
        if not pattern.search(frame):
            raise LookupError(f"the frame has no place for {name!r}")
        frame = pattern.sub(lambda place, code=code: textwrap.indent(code, place[1]), frame)
    return re.sub(r"^ *# <\w+>\n", "", frame, flags=re.MULTILINE)


def lecture_convnet(document: Path) -> str:
    """Seed 001's convnet from conv_relu, maxpool and fully_connected."""
    blocks = code_blocks(document.read_text(encoding="utf-8"))
    return fill(
        FRAME.read_text(encoding="utf-8"),
        {
            "functions": "\n".join(take(blocks, piece) for piece in LECTURE_FUNCTIONS),
            "inference": take(blocks, Piece("def inference(self)")),
            "eval": take(blocks, Piece("def eval(self)")),
        },
    )


def lecture_layers(document: Path) -> str:
    """Seed 001's `tf.layers` version: its four calls, with the second stage between them written by us."""
    blocks = code_blocks(document.read_text(encoding="utf-8"))
    first = take(blocks, Piece("conv1 = tf.layers.conv2d"))
    pool_and_dense = take(blocks, Piece("pool1 = tf.layers.max_pooling2d"))
    second_stage = (
        "conv2 = tf.layers.conv2d(inputs=pool1, filters=64, kernel_size=[5, 5], padding='SAME',\n"
        "                         activation=tf.nn.relu, name='conv2')\n"
        "pool2 = tf.layers.max_pooling2d(inputs=conv2, pool_size=[2, 2], strides=2, name='pool2')\n"
        # The note's dense layer takes `pool1`; a dense layer over a picture would act on its channels only.
        "pool1 = tf.layers.flatten(pool2)\n"
    )
    body = (
        textwrap.dedent(first),
        paragraph(pool_and_dense, "pool1 = "),
        second_stage,
        paragraph(pool_and_dense, "fc = "),
        take(blocks, Piece("dropout = tf.layers.dropout(fc,\n")),
        "self.logits = tf.layers.dense(dropout, self.n_classes, name='logits')\n",
    )
    inference = "def inference(self):\n" + textwrap.indent("\n".join(body), "    ")
    holes = {"inference": inference, "eval": take(blocks, Piece("def eval(self)"))}
    return fill(FRAME.read_text(encoding="utf-8"), holes)


def shorten(program: str, epochs: int, train: int, held_out: int) -> str:
    """The one place that changes a program's constants, so that a test ends in seconds.

    Args:
        epochs: training epochs instead of 20 (also the checkpoint's number).
        train: how many training images are used instead of 50,000.
        held_out: how many of the last training images are the validation set instead of 10,000.
    """
    changes = (
        (epochs != 20, r"\b(epochs? *= *)20\b", rf"\g<1>{epochs}"),
        (train != 50_000, r"\[:50000\b", f"[:{train}"),
        (held_out != 10_000, r"\[50000:", f"[-{held_out}:"),
    )
    for wanted, pattern, replacement in changes:
        program = re.sub(pattern, replacement, program) if wanted else program
    return program


def write_programs(
    seeds: Path, out: Path, epochs: int = 20, train: int = 50_000, held_out: int = 10_000
) -> dict[str, Path]:
    """Write the four scripts into `out` and return their paths by name."""
    programs = {
        "low_level": assemble(seeds / SLIDES, LOW_LEVEL),
        "layers": assemble(seeds / SLIDES, LAYERS),
        "lecture_convnet": lecture_convnet(seeds / LECTURE),
        "lecture_layers": lecture_layers(seeds / LECTURE),
    }
    out.mkdir(parents=True, exist_ok=True)
    paths = {}
    for name, program in programs.items():
        paths[name] = out / f"{name}.py"
        paths[name].write_text(shorten(program, epochs, train, held_out), encoding="utf-8")
    return paths


def main() -> None:
    parser = argparse.ArgumentParser(description="Assemble the seed documents' programs.")
    parser.add_argument("out", type=Path, help="the folder to write the scripts into")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--train", type=int, default=50_000)
    parser.add_argument("--held-out", type=int, default=10_000)
    options = parser.parse_args()
    seeds = seeds_folder()
    if seeds is None:
        parser.error(f"found no {SLIDES} and {LECTURE}: set CONVFLOW_SEEDS to the folder that holds them")
    for path in write_programs(seeds, options.out, options.epochs, options.train, options.held_out).values():
        print(path)


if __name__ == "__main__":
    main()
