"""The node behind tf.data.experimental.TFRecordWriter: a dataset of strings written to a record file."""

from __future__ import annotations

import os
from typing import Any

from convflow.core.shape import TensorShape
from convflow.formats import compression
from convflow.formats.record_file import TFRecordWriter
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.ops import rules
from convflow.ops.dataset_streams import Recipe
from convflow.ops.string import text_of


def _write(dataset: Recipe, filename: Any, compression_type: Any) -> None:
    path = os.fsdecode(filename.item())
    unfinished = f"{path}.unfinished-{os.getpid()}"
    try:
        with TFRecordWriter(unfinished, compression.checked(text_of(compression_type.item()))) as writer:
            for element in dataset.dataset():
                writer.write(element.components()[0].item())
        os.replace(unfinished, path)
    finally:
        # An iteration that fails leaves what stood at the path.
        if os.path.exists(unfinished):
            os.remove(unfinished)


def _shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(1), 0, "filename")
    rules.with_rank(ctx.input(2), 0, "compression_type")
    return []


register_op(
    "DatasetToTFRecord",
    inputs="input_dataset: variant; filename: string; compression_type: string",
    shape=_shape,
    kernel=lambda op, store: _write,
    gradient=NO_GRADIENT,
    stateful=True,
)
