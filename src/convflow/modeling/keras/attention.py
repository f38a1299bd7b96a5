"""Keras layers that weigh values by how queries match keys (API: tf.keras.layers.Attention, AdditiveAttention)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convflow.modeling.keras.base import Layer
from convflow.ops import operators as operators  # tensors get their operators
from convflow.ops.array.constant import ones_like
from convflow.ops.array.reshape import expand_dims
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import greater_equal, logical_and
from convflow.ops.math.elementwise import tanh
from convflow.ops.math.matmul import matmul
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.math.scan import cumsum
from convflow.ops.softmax import softmax

_FAR_BELOW = 1e9


class _Attention(Layer):
    """Values summed by the softmax of scores.

    Args:
        causal: a query does not look at later values.
    """

    def __init__(self, causal: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.causal = causal

    def _scores(self, query: Any, key: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not say how queries match keys.")

    def call(self, inputs: Sequence[Any], mask: Any = None) -> Any:
        """The weighted values, (batch, queries, size).

        Args:
            inputs: the query (batch, queries, size), the value (batch, values, size), and the key if it is not the
                value.
            mask: those of query and value.
        """
        if not isinstance(inputs, (list, tuple)) or len(inputs) not in (2, 3):
            raise ValueError(
                f"{type(self).__name__} layer must be called on a list of inputs, namely [query, value] or [query, "
                f"value, key]. Got: {inputs}"
            )
        query, value, key = (*inputs, inputs[1])[:3]
        masks = list(mask) if mask is not None else [None, None]
        scores = self._scores(query, key)
        kept = None if masks[1] is None else expand_dims(masks[1], 1)
        if self.causal:
            ones = ones_like(scores[:1])
            earlier = greater_equal(cumsum(ones, 1), cumsum(ones, 2))
            kept = earlier if kept is None else logical_and(kept, earlier)
        if kept is not None:
            scores = scores - _FAR_BELOW * (1.0 - cast(kept, scores.dtype.base_dtype))
        result: Any = matmul(softmax(scores), value)
        return result if masks[0] is None else result * cast(expand_dims(masks[0], -1), result.dtype.base_dtype)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        return None if mask is None else mask[0]

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"causal": self.causal}


class Attention(_Attention):
    """Scores are products (API: tf.keras.layers.Attention; Luong et al. 2015).

    Args:
        use_scale: whether a trained number scales them.
    """

    def __init__(self, use_scale: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.use_scale = use_scale

    def build(self, input_shape: Any) -> None:
        self.scale = self.add_weight("scale", (), initializer="ones") if self.use_scale else None
        self.built = True

    def _scores(self, query: Any, key: Any) -> Any:
        scores: Any = matmul(query, key, transpose_b=True)
        return scores if self.scale is None else scores * self.scale

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"use_scale": self.use_scale}


class AdditiveAttention(_Attention):
    """Scores are sums of tanh(query + key) (API: tf.keras.layers.AdditiveAttention; Bahdanau et al. 2014).

    Args:
        use_scale: whether trained numbers scale the summands.
    """

    def __init__(self, use_scale: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.use_scale = use_scale

    def build(self, input_shape: Any) -> None:
        size = input_shape[1][-1].value
        self.scale = self.add_weight("scale", (size,), initializer="glorot_uniform") if self.use_scale else None
        self.built = True

    def _scores(self, query: Any, key: Any) -> Any:
        both: Any = tanh(expand_dims(query, 2) + expand_dims(key, 1))
        return reduce_sum(both if self.scale is None else both * self.scale, axis=-1)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"use_scale": self.use_scale}
