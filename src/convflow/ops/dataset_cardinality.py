"""The node behind tf.data.experimental.cardinality: how many elements a dataset has, as far as that is known."""

from __future__ import annotations

import torch

from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.ops import rules

register_op(
    "DatasetCardinality",
    inputs="input_dataset: variant",
    outputs="cardinality: int64",
    attrs="cardinality_options: string = ''",
    shape=rules.scalar_output,
    kernel=lambda op: lambda recipe: torch.tensor(recipe.cardinality()),
    gradient=NO_GRADIENT,
)
