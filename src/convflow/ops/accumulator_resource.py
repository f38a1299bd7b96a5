"""The accumulators of a session: gradients of several steps, until somebody takes their mean. Shared by threads."""

from __future__ import annotations

import threading
from collections import deque
from typing import Any

import torch

from convflow.core import errors, logging
from convflow.core.dtypes import DType
from convflow.core.shape import TensorShape


class _Waiting:
    """Somebody who waits for gradients."""

    def __init__(self) -> None:
        self.cancelled = False


class AccumulatorResource:
    """What all accumulators share: the count, the step that gradients must not be older than, and who waits.

    Args:
        name: what messages call it.
        dtype: the type of the gradients.
        shape: their shape, as far as it is known.
        is_mean: the mean is taken, not the sum.
    """

    def __init__(self, name: str, dtype: DType, shape: TensorShape, is_mean: bool) -> None:
        self.name = name
        self.dtype = dtype
        self.shape = shape
        self.is_mean = is_mean
        self._changed = threading.Condition()
        self._waiting: deque[_Waiting] = deque()
        self._count = 0
        self._global_step = 0

    def count(self) -> int:
        """How many gradients came since the last were taken."""
        with self._changed:
            return self._count

    def set_global_step(self, step: int) -> None:
        """Gradients of steps before this one are dropped from now on."""
        with self._changed:
            if step < self._global_step:
                logging.warning(
                    "The accumulator %s is set from step %d back to step %d.", self.name, self._global_step, step
                )
            self._global_step = step

    def apply(self, local_step: int, gradient: Any) -> None:
        """Add a gradient, unless it belongs to a step that is over.

        Raises:
            InvalidArgumentError: it has another shape.
        """
        with self._changed:
            self._check(gradient)
            if local_step < self._global_step:
                return
            self._add(gradient)
            self._count += 1
            self._changed.notify_all()

    def take(self, num_required: int) -> Any:
        """The mean or sum as soon as so many gradients are there; then all begins anew, one step further.

        Raises:
            InvalidArgumentError: fewer than one are asked for.
            CancelledError: the session was closed meanwhile.
        """
        if num_required < 1:
            raise errors.InvalidArgumentError(
                None, None, f"Argument num_required must be positive, got {num_required}: ask for 1 or more gradients."
            )
        me = _Waiting()
        with self._changed:
            self._waiting.append(me)
            try:
                while self._waiting[0] is not me or self._count < num_required:
                    if me.cancelled:
                        raise errors.CancelledError(None, None, "TakeGrad operation was cancelled")
                    self._changed.wait()
                taken = self._take()
                self._count = 0
                self._global_step += 1
                return taken
            finally:
                self._waiting.remove(me)
                self._changed.notify_all()

    def cancel(self) -> None:
        """Let everybody go who waits: the session closes."""
        with self._changed:
            for waiting in self._waiting:
                waiting.cancelled = True
            self._changed.notify_all()

    def _check(self, gradient: Any) -> None:
        raise NotImplementedError(type(self).__name__)

    def _add(self, gradient: Any) -> None:
        raise NotImplementedError(type(self).__name__)

    def _take(self) -> Any:
        raise NotImplementedError(type(self).__name__)


class DenseAccumulator(AccumulatorResource):
    """Of whole gradients; their sum is a tensor."""

    _sum: torch.Tensor | None = None

    def _check(self, gradient: torch.Tensor) -> None:
        known = self.shape if self._count == 0 or self._sum is None else TensorShape(self._sum.shape)
        if not known.is_compatible_with(tuple(gradient.shape)):
            raise _shapes(self.name, known, TensorShape(gradient.shape))

    def _add(self, gradient: torch.Tensor) -> None:
        self._sum = gradient.clone() if self._count == 0 or self._sum is None else self._sum + gradient

    def _take(self) -> torch.Tensor:
        taken: Any = self._sum
        self._sum = None
        return taken / self._count if self.is_mean else taken


# A sparse gradient: indices [n], values [n, ...], and the shape of the whole tensor, where it is known.
Slices = tuple[torch.Tensor, torch.Tensor, "torch.Tensor | None"]


class SparseAccumulator(AccumulatorResource):
    """Of rows and their indices; each row's mean is over the gradients that have it."""

    _indices: torch.Tensor | None = None
    _values: torch.Tensor | None = None
    _counts: torch.Tensor | None = None

    def _check(self, gradient: Slices) -> None:
        indices, values, shape = gradient
        if indices.ndim != 1 or values.ndim < 1 or len(indices) != len(values):
            raise errors.InvalidArgumentError(
                None,
                None,
                f"A sparse gradient for {self.name} has indices of shape {TensorShape(indices.shape)} and values of "
                f"shape {TensorShape(values.shape)}. Expected [n] and [n, ...]: one row of values for each index.",
            )
        given = TensorShape([None, *values.shape[1:]] if shape is None else shape.tolist())
        if shape is not None and not given[1:].is_compatible_with(tuple(values.shape[1:])):
            raise _shapes(self.name, given, TensorShape(values.shape))
        if self.shape.rank and not self.shape.is_compatible_with(given):
            raise _shapes(self.name, self.shape, given)
        if self._values is not None and self._values.shape[1:] != values.shape[1:]:
            raise _shapes(self.name, TensorShape([None, *self._values.shape[1:]]), given)
        rows = self.shape.as_list()[0] if self.shape.rank else None
        if rows is not None and len(indices) and int(indices.max()) >= rows:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"A sparse gradient for {self.name} has the index {int(indices.max())}, but the accumulator is for "
                f"tensors of {rows} rows, shape {self.shape}. Pass indices below {rows}.",
            )

    def _add(self, gradient: Slices) -> None:
        indices, values, _ = gradient
        ones = torch.ones(len(indices), dtype=values.dtype)
        if self._count == 0 or self._indices is None or self._values is None or self._counts is None:
            self._indices, self._values, self._counts = indices.clone(), values.clone(), ones
            return
        from_old, from_new, merged = _merge(self._indices.tolist(), indices.tolist())
        self._indices = torch.tensor(merged, dtype=torch.int64)
        self._values = _placed(self._values, from_old, len(merged)) + _placed(values, from_new, len(merged))
        self._counts = _placed(self._counts, from_old, len(merged)) + _placed(ones, from_new, len(merged))

    def _take(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        indices: Any = self._indices
        values: Any = self._values
        counts: Any = self._counts
        self._indices = self._values = self._counts = None
        if self.is_mean:
            values = values / counts.reshape(-1, *[1] * (values.ndim - 1))
        known = self.shape.as_list() if self.shape.rank else [None, *values.shape[1:]]
        return indices, values, torch.tensor([-1 if size is None else size for size in known], dtype=torch.int64)


def _merge(old: list[int], new: list[int]) -> tuple[list[int], list[int], list[int]]:
    """Two lists of indices in one, as sorted lists are merged: where each went, and the indices that came of it."""
    old_places: list[int] = []
    new_places: list[int] = []
    merged: list[int] = []
    i = j = 0
    while i < len(old) or j < len(new):
        takes_old = j == len(new) or (i < len(old) and old[i] <= new[j])
        takes_new = i == len(old) or (j < len(new) and new[j] <= old[i])
        place = len(merged)
        merged.append(old[i] if takes_old else new[j])
        if takes_old:
            old_places.append(place)
            i += 1
        if takes_new:
            new_places.append(place)
            j += 1
    return old_places, new_places, merged


def _placed(rows: torch.Tensor, places: list[int], count: int) -> torch.Tensor:
    result = rows.new_zeros((count, *rows.shape[1:]))
    result[torch.tensor(places, dtype=torch.int64)] = rows
    return result


def _shapes(name: str, expected: TensorShape, found: TensorShape) -> errors.OpError:
    return errors.InvalidArgumentError(
        None,
        None,
        f"Shape mismatch: the accumulator {name} takes gradients of shape {expected}, got {found}. Give the "
        "accumulator the shape of its gradients.",
    )
