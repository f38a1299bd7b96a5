"""What a layer can take (API: tf.layers.InputSpec), and the check of an input against it."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.eager_tensor import name_of
from convflow.graph.operation import Tensor


class InputSpec:
    """The rank, type and sizes that a layer asks of one input (API: tf.layers.InputSpec).

    Args:
        dtype: the element type.
        shape: the whole shape, None for sizes that vary; it decides `ndim`.
        ndim: the exact rank.
        max_ndim: the largest rank.
        min_ndim: the smallest rank.
        axes: sizes by axis, e.g. {-1: 3}.
    """

    def __init__(
        self,
        dtype: Any = None,
        shape: Any = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: dict[int, int | None] | None = None,
    ) -> None:
        self.dtype = None if dtype is None else dtypes.as_dtype(dtype).name
        self.shape = None if shape is None else tuple(TensorShape(shape).as_list())
        self.ndim = len(self.shape) if self.shape is not None else ndim
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        self.axes = {int(axis): size for axis, size in (axes or {}).items()}

    def get_config(self) -> dict[str, Any]:
        return dict(vars(self))

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> InputSpec:
        return cls(**config)

    def __repr__(self) -> str:
        given = (f"{name}={value}" for name, value in vars(self).items() if value not in (None, {}))
        return f"InputSpec({', '.join(given)})"

    def refusal(self, tensor: Tensor) -> str | None:
        """Why a layer of this specification cannot take `tensor`; None if it can."""
        return self._refused_rank(tensor.shape.rank) or self._refused_type(tensor) or self._refused_sizes(tensor)

    def _refused_rank(self, rank: int | None) -> str | None:
        if rank is None:
            return None
        if self.ndim is not None and rank != self.ndim:
            return f"expected ndim={self.ndim}, found ndim={rank}"
        if self.max_ndim is not None and rank > self.max_ndim:
            return f"expected max_ndim={self.max_ndim}, found ndim={rank}"
        if self.min_ndim is not None and rank < self.min_ndim:
            return f"expected min_ndim={self.min_ndim}, found ndim={rank}"
        return None

    def _refused_type(self, tensor: Tensor) -> str | None:
        if self.dtype is not None and tensor.dtype.base_dtype.name != self.dtype:
            return f"expected dtype={self.dtype}, found dtype={tensor.dtype.base_dtype.name}"
        return None

    def _refused_sizes(self, tensor: Tensor) -> str | None:
        if tensor.shape.rank is None:
            return None
        sizes = tensor.shape.as_list()
        for axis, wanted in self.axes.items():
            if wanted is not None and sizes[axis] not in (wanted, None):
                return f"expected axis {axis} of the input to have size {wanted}, found {sizes[axis]}"
        if self.shape is not None and not tensor.shape.is_compatible_with(self.shape):
            return f"expected shape={self.shape}, found shape={tensor.shape}"
        return None


def check_input(spec: InputSpec | list[InputSpec] | None, inputs: list[Tensor], layer_name: str) -> None:
    """Raise ValueError, naming the layer and the input, unless every input fits its specification."""
    if spec is None:
        return
    specs = spec if isinstance(spec, list) else [spec]
    if len(inputs) != len(specs):
        raise ValueError(
            f'Layer "{layer_name}" takes {len(specs)} input(s), got {len(inputs)}: {inputs}. '
            "Pass one tensor; tf.convert_to_tensor makes one of nested lists."
        )
    for index, (item, tensor) in enumerate(zip(specs, inputs, strict=True)):
        reason = item.refusal(tensor)
        if reason is not None:
            raise ValueError(
                f'Input {index} of layer "{layer_name}" is incompatible with the layer: {reason}. '
                f"Full shape received: {tensor.shape} ({name_of(tensor)}). {_advice(item, tensor)}"
            )


def _advice(spec: InputSpec, tensor: Tensor) -> str:
    wanted = spec.ndim if spec.ndim is not None else spec.min_ndim
    if wanted == 4 and tensor.shape.rank in (2, 3):
        return "Pictures are (batch, height, width, channels): tf.reshape or tf.expand_dims adds what is missing."
    if wanted is not None and tensor.shape.rank != wanted:
        return f"Give it a batch dimension and {wanted - 1} more, e.g. with tf.reshape."
    return "A layer keeps the shape of its weights from its first call: make another layer for another size."
