"""Seed 000's programs: the cells of a notebook, in the frames of `notebook/`. See `framed`.

    python tests/programs/notebook.py OUT [NAME ...]

writes each program into a folder of its own.
"""

from __future__ import annotations

import re
from pathlib import Path

from extract import Piece
from framed import Framed, chain, joined, swap

SHOWN = re.compile(r"(?m)^\([?\d, ]+\)$\n?")


def input_only(code: str) -> str:
    """A cell without the shapes that it printed."""
    return SHOWN.sub("", code)


def _completed(line: str) -> str:
    if re.search(r"dtype=tf\.f\w*,?$", line):
        opened = line.count("(") - line.count(")")
        # A variable's value or the variable itself: what ends here is `dtype=tf.float32` and every bracket.
        inner = "), dtype=tf.float32)" if opened == 2 and "tf.constant(" in line else ")" * opened
        return re.sub(r"dtype=tf\.f\w*,?$", "dtype=tf.float32", line) + inner
    if line.endswith("dtype=tf.float32),"):
        return line[:-1] + ")"
    if line.endswith(" p"):
        return line + "adding='SAME')"
    return line


def right_edge(code: str) -> str:
    """Lines that the page cut at its right edge, completed as the whole ones beside them are."""
    lines = [line for line in code.split("\n") if line.strip() != "dtype=tf.float32)"]
    return "\n".join(map(_completed, lines))


RESTORE = """# Restore weights
saver = tf.train.import_meta_graph("mnist_model.ckpt.meta")
saver.restore(sess, "mnist_model.ckpt")
"""
DEFINE = """# Define graph
x, y, y_ = (tf.get_default_graph().get_tensor_by_name(name + ":0") for name in ("x", "y", "y_"))
"""

PROGRAMS: dict[str, dict[str, Piece]] = {
    "layers": {
        "imageio": Piece("import imageio\n"),
        "imports": Piece("import tensorflow as tf\nimport numpy as np"),
        "dense": Piece("# Create flat input vector", input_only),
        "convolution": Piece("# Create image input placeholder", input_only),
        # The call is cut at the right edge.
        "second": Piece(
            "# 2nd layer variables",
            chain(joined(r"(strides=\[1,1,1,1\], padding\b).*", r"\1='SAME') + b2)"), input_only),
        ),
        "reshape": Piece("M = tf.constant"),
        "picture": Piece("# Reshape flat input image", input_only),
        "flat": Piece("# Flatten convolutional feature maps", input_only),
        "figure": Piece("# Recreate values in pooling figure"),
    },
    "vgg_core": {
        "first": Piece("with tf.name_scope('conv1_1')", right_edge),
        "second": Piece("with tf.name_scope('conv1_2')", right_edge),
        "third": Piece("with tf.name_scope('conv4_1')", right_edge),
        "last": Piece("with tf.name_scope('fc_8')", right_edge),
    },
    "vgg_slim": {"network": Piece("slim.repeat(images, 2, slim.conv2d, 64")},
    "save": {
        "train": Piece("# Create the model\n"),
        "restore": Piece(
            "# Restore weights",
            chain(
                swap(("# Restore weights\n", RESTORE), ("# Define graph\n", DEFINE)),
                # Cut at the right edge.
                joined(r"(feed_dict=\{x: mnist\.).*", r"\1test.images, y_: mnist.test.labels})))"),
            ),
        ),
    },
    "zoo": {
        "download": Piece("download_and_uncompress_tarball"),
        "network": Piece(
            "slim.assign_from_checkpoint_fn", joined(r"(?m)^(images|processed_images) = \.\.\.$", r"\1 = pictures")
        ),
    },
}

NOTEBOOK = Framed("000_acf2e2d57700fece.txt", Path(__file__).with_name("notebook"), PROGRAMS)

if __name__ == "__main__":
    NOTEBOOK.main()
