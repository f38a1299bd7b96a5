"""What a saver saves that is no variable: tensors under names of their own, and how to put them back (API:
tensorflow.python.training.saveable_object)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convflow.core.dtypes import DType, as_dtype
from convflow.graph.operation import Operation, Tensor


class SaveSpec:
    """A tensor and its name in the checkpoint (API: tensorflow.python.training.saveable_object.SaveSpec).

    Args:
        tensor: what is saved.
        slice_spec: which part of the checkpoint's tensor it is, "" for all of it.
        name: the key in the checkpoint.
        dtype: the tensor's type by default.
    """

    def __init__(self, tensor: Tensor, slice_spec: str, name: str, dtype: Any = None) -> None:
        self.tensor, self.slice_spec, self.name = tensor, slice_spec, name
        self.dtype: DType = tensor.dtype.base_dtype if dtype is None else as_dtype(dtype)


class SaveableObject:
    """Something saved as one tensor or several (API: tensorflow.python.training.saveable_object.SaveableObject).

    Args:
        op: the operation or tensor it is about.
        specs: a `SaveSpec` for each tensor.
        name: its name.
    """

    def __init__(self, op: Any, specs: Sequence[SaveSpec], name: str) -> None:
        self.op, self.specs, self.name = op, list(specs), name

    @property
    def device(self) -> str:
        """The device of the first tensor."""
        return self.specs[0].tensor.device

    def restore(self, restored_tensors: Sequence[Tensor], restored_shapes: Any) -> Operation | Tensor:
        """The node that puts the tensors back.

        Args:
            restored_tensors: one for each spec.
            restored_shapes: the shapes to give them, or None.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say how it is restored: define restore().")
