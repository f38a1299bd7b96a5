"""Gradients collected from several steps or threads (API: tf.ConditionalAccumulator, tf.SparseConditionalAccumulator).

An accumulator is a node; adding a gradient and taking the mean are nodes too. Taking waits in its own thread until
enough gradients are there, and gradients of steps that are over are dropped.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from convflow.core import dtypes
from convflow.core.dtypes import DType, as_dtype
from convflow.core.shape import as_shape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.indexed_slices import IndexedSlices
from convflow.graph.operation import Operation, Tensor
from convflow.ops import accumulator_nodes as accumulator_nodes  # the nodes register themselves
from convflow.ops.math.cast import cast


class SparseAccumulatorTakeGradient(NamedTuple):
    """What is taken from a sparse accumulator: indices [n], values [n, ...], and the shape of the whole tensor."""

    indices: Tensor
    values: Tensor
    shape: Tensor


class ConditionalAccumulatorBase:
    """What both accumulators can do (API: tf.ConditionalAccumulatorBase).

    Args:
        dtype: the type of the gradients.
        shape: their shape, None if it is not known.
        accumulator_ref: the accumulator's handle.
    """

    # Sparse ones have a reference for a handle, as all had once.
    _is_reference = False

    def __init__(self, dtype: Any, shape: Any, accumulator_ref: Tensor) -> None:
        self._dtype = dtype
        self._shape = unknown_shape() if shape is None else as_shape(shape)
        self._accumulator_ref = accumulator_ref
        self._name = accumulator_ref.op.name.split("/")[-1]

    @property
    def accumulator_ref(self) -> Tensor:
        """The accumulator's handle."""
        return self._accumulator_ref

    @property
    def name(self) -> str:
        """The name of the accumulator's node, without the scopes around it."""
        return self._name

    @property
    def dtype(self) -> DType:
        return self._dtype

    def num_accumulated(self, name: str | None = None) -> Tensor:
        """How many gradients came since the last were taken, an int32 scalar.

        API: tf.ConditionalAccumulatorBase.num_accumulated.

        Args:
            name: of the node.
        """
        op_type = "AccumulatorNumAccumulated" if self._is_reference else "ResourceAccumulatorNumAccumulated"
        return self._apply_op(op_type, name or f"{self._name}_NumAccumulated")

    def set_global_step(self, new_global_step: Any, name: str | None = None) -> Operation:
        """Say which step it is: gradients of earlier ones are dropped.

        API: tf.ConditionalAccumulatorBase.set_global_step. Going back is allowed, and warned of.

        Args:
            new_global_step: an integer scalar.
            name: of the node.
        """
        step = cast(convert_to_tensor(new_global_step), dtypes.int64)
        op_type = "AccumulatorSetGlobalStep" if self._is_reference else "ResourceAccumulatorSetGlobalStep"
        return self._apply_op(op_type, name, new_global_step=step)

    def _apply_op(self, op_type: str, name: str | None, **inputs: Any) -> Any:
        return apply_op(op_type, handle=self._accumulator_ref, name=name, **inputs)


class ConditionalAccumulator(ConditionalAccumulatorBase):
    """Collects gradients that are tensors (API: tf.ConditionalAccumulator).

    Args:
        dtype: the type of the gradients.
        shape: their shape, None if it is not known.
        shared_name: accumulators of one session with the same shared name are one.
        name: of the node.
        reduction_type: "MEAN" or "SUM": what is taken.

    Raises:
        ValueError: another reduction. TypeError: a type that is no number's.
    """

    def __init__(
        self,
        dtype: Any,
        shape: Any = None,
        shared_name: str | None = None,
        name: str = "conditional_accumulator",
        reduction_type: str = "MEAN",
    ) -> None:
        handle = _accumulator("ResourceConditionalAccumulator", dtype, shape, shared_name, name, reduction_type)
        super().__init__(as_dtype(dtype), shape, handle)

    def apply_grad(self, grad: Any, local_step: Any = 0, name: str | None = None) -> Operation:
        """Add a gradient; nothing happens if its step is over (API: tf.ConditionalAccumulator.apply_grad).

        Args:
            grad: a tensor of the accumulator's type and shape.
            local_step: the step that it belongs to, an integer scalar.
            name: of the node.

        Raises:
            ValueError: the shape does not fit. InvalidArgumentError: the same, when it is run.
        """
        gradient = convert_to_tensor(grad, self._dtype)
        gradient.shape.assert_is_compatible_with(self._shape)
        step = cast(convert_to_tensor(local_step), dtypes.int64)
        return self._apply_op("ResourceAccumulatorApplyGradient", name, local_step=step, gradient=gradient)

    def take_grad(self, num_required: Any, name: str | None = None) -> Tensor:
        """The mean, or sum, as soon as enough gradients are there (API: tf.ConditionalAccumulator.take_grad).

        The accumulator is empty then, and at the next step.

        Args:
            num_required: how many gradients there must be, an int32 scalar above 0.
            name: of the node.

        Raises:
            InvalidArgumentError: (when run) `num_required` is below 1.
            CancelledError: (when run) the session was closed while this waited.
        """
        mean = self._apply_op("ResourceAccumulatorTakeGradient", name, num_required=num_required, dtype=self._dtype)
        mean.set_shape(self._shape)
        return mean


class SparseConditionalAccumulator(ConditionalAccumulatorBase):
    """Collects gradients that are rows of a tensor (API: tf.SparseConditionalAccumulator).

    The mean of a row is over the gradients that have it. Indices should ascend: rows of two gradients that do not may
    stay apart, each with its index.

    Args:
        dtype: the type of the gradients.
        shape: of the whole tensor, None if it is not known.
        shared_name: accumulators of one session with the same shared name are one.
        name: of the node.
        reduction_type: "MEAN" or "SUM": what is taken.

    Raises:
        ValueError: another reduction. TypeError: a type that is no number's.
    """

    _is_reference = True

    def __init__(
        self,
        dtype: Any,
        shape: Any = None,
        shared_name: str | None = None,
        name: str = "sparse_conditional_accumulator",
        reduction_type: str = "MEAN",
    ) -> None:
        handle = _accumulator("SparseConditionalAccumulator", dtype, shape, shared_name, name, reduction_type)
        super().__init__(as_dtype(dtype), shape, handle)

    def apply_indexed_slices_grad(self, grad: IndexedSlices, local_step: Any = 0, name: str | None = None) -> Operation:
        """Add a gradient; nothing happens if its step is over.

        API: tf.SparseConditionalAccumulator.apply_indexed_slices_grad.

        Args:
            grad: a `tf.IndexedSlices`.
            local_step: the step that it belongs to, an integer scalar.
            name: of the node.

        Raises:
            InvalidArgumentError: (when run) the shapes do not fit.
        """
        return self.apply_grad(grad.indices, grad.values, grad.dense_shape, local_step, name)

    def apply_grad(
        self,
        grad_indices: Any,
        grad_values: Any,
        grad_shape: Any = None,
        local_step: Any = 0,
        name: str | None = None,
    ) -> Operation:
        """Add a gradient; nothing happens if its step is over (API: tf.SparseConditionalAccumulator.apply_grad).

        Args:
            grad_indices: of the rows, integers [n], ascending.
            grad_values: the rows, [n, ...].
            grad_shape: of the whole tensor, integers; None if it is not known.
            local_step: the step that it belongs to, an integer scalar.
            name: of the node.

        Raises:
            InvalidArgumentError: (when run) the shapes do not fit.
        """
        step = cast(convert_to_tensor(local_step), dtypes.int64)
        return self._apply_op(
            "SparseAccumulatorApplyGradient",
            name,
            local_step=step,
            gradient_indices=cast(grad_indices, dtypes.int64),
            gradient_values=grad_values,
            gradient_shape=cast([] if grad_shape is None else grad_shape, dtypes.int64),
            has_known_shape=grad_shape is not None,
        )

    def take_grad(self, num_required: Any, name: str | None = None) -> SparseAccumulatorTakeGradient:
        """The mean, or sum, as soon as enough gradients are there (API: tf.SparseConditionalAccumulator.take_grad).

        Args:
            num_required: how many gradients there must be, an int32 scalar above 0.
            name: of the node.

        Returns:
            Indices, values, and the shape of the whole tensor, -1 where it is not known.

        Raises:
            InvalidArgumentError: (when run) `num_required` is below 1.
            CancelledError: (when run) the session was closed while this waited.
        """
        taken = self._apply_op("SparseAccumulatorTakeGradient", name, num_required=num_required, dtype=self._dtype)
        return SparseAccumulatorTakeGradient(*taken)

    def take_indexed_slices_grad(self, num_required: Any, name: str | None = None) -> IndexedSlices:
        """The same as a `tf.IndexedSlices` (API: tf.SparseConditionalAccumulator.take_indexed_slices_grad).

        Args:
            num_required: how many gradients there must be, an int32 scalar above 0.
            name: of the node.

        Raises:
            InvalidArgumentError: (when run) `num_required` is below 1.
            CancelledError: (when run) the session was closed while this waited.
        """
        taken = self.take_grad(num_required, name)
        return IndexedSlices(taken.values, taken.indices, taken.shape)


def _accumulator(
    op_type: str, dtype: Any, shape: Any, shared_name: str | None, name: str, reduction_type: str
) -> Tensor:
    return apply_op(
        op_type,
        dtype=as_dtype(dtype),
        shape=unknown_shape() if shape is None else as_shape(shape),
        shared_name=shared_name,
        reduction_type=reduction_type,
        name=name,
    )
