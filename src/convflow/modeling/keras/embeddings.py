"""Rows of a trained table (API: tf.keras.layers.Embedding)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape, as_shape
from convflow.graph.operation import Tensor
from convflow.modeling.keras.base import Layer
from convflow.modeling.layers import utils
from convflow.ops.embedding import embedding_lookup
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import not_equal


class Embedding(Layer):
    """A trained vector for each number (API: tf.keras.layers.Embedding).

    Args:
        input_dim: how many numbers there are.
        output_dim: the vectors' size.
        embeddings_initializer, embeddings_regularizer, embeddings_constraint: of the table (input_dim, output_dim).
        activity_regularizer: of the output.
        mask_zero: 0 stands for no step: layers after this one leave it out.
        input_length: how many numbers an example has; any if None.
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        activity_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        input_length: Any = None,
        **kwargs: Any,
    ) -> None:
        if "input_shape" not in kwargs and "batch_input_shape" not in kwargs:
            kwargs["input_shape"] = (input_length,)
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.input_dim, self.output_dim, self.input_length = input_dim, output_dim, input_length
        self.mask_zero = self.supports_masking = mask_zero
        self.embeddings_initializer = utils.initializer(embeddings_initializer)
        self.embeddings_regularizer = utils.checked_function(embeddings_regularizer, "embeddings_regularizer", "l2")
        self.embeddings_constraint = utils.checked_function(embeddings_constraint, "embeddings_constraint", "max_norm")

    def build(self, input_shape: Any) -> None:
        self.embeddings = self.add_weight(
            "embeddings", (self.input_dim, self.output_dim), initializer=self.embeddings_initializer,
            regularizer=self.embeddings_regularizer, constraint=self.embeddings_constraint,
        )  # fmt: skip
        self.built = True

    def call(self, inputs: Tensor) -> Tensor:
        if inputs.dtype.base_dtype not in (dtypes.int32, dtypes.int64):
            inputs = cast(inputs, dtypes.int32)
        return embedding_lookup(self.embeddings, inputs)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        return not_equal(inputs, 0) if self.mask_zero else None

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        return as_shape(input_shape).concatenate(self.output_dim)

    def get_config(self) -> dict[str, Any]:
        own = {"input_dim": self.input_dim, "output_dim": self.output_dim, "input_length": self.input_length}
        return super().get_config() | own | {"mask_zero": self.mask_zero}
