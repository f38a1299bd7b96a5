"""Recording what runs, to differentiate it (API: tf.GradientTape)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from convflow.autodiff import tape as tapes
from convflow.autodiff.gradients import UnconnectedGradients, checked_unconnected, gradients
from convflow.autodiff.jacobian import each_row_differentiated, jacobian_of
from convflow.core import dtypes, logging, nest
from convflow.graph.convert import convert_to_tensor
from convflow.graph.eager_tensor import EagerTensor
from convflow.graph.handles import handle_dtype
from convflow.graph.indexed_slices import IndexedSlices
from convflow.graph.operation import Tensor
from convflow.graph.scopes import get_default_graph
from convflow.ops.array.constant import zeros, zeros_like
from convflow.ops.resource import variable_shape


class GradientTape:
    """Take note of the operations inside the block, and differentiate them afterwards (API: tf.GradientTape).

    Trainable variables that are read are watched by themselves, tensors with `watch`. Tapes may be nested: the outer
    one notes what the inner one's `gradient` runs, so that gradients have gradients. While a graph is built the
    gradients are nodes, as those of `tf.gradients`.

    Args:
        persistent: keep the notes after the first `gradient`, for others.
        watch_accessed_variables: False to watch nothing but what `watch` names.
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        self._persistent = persistent
        self._watches_variables = watch_accessed_variables
        self._tape: tapes.Tape | None = None
        self._recording = False
        self._variables: tuple[Any, ...] = ()

    def __enter__(self) -> GradientTape:
        self._begin()
        return self

    def __exit__(self, typ: Any, value: Any, traceback: Any) -> None:
        if self._recording:
            self._end()

    def _begin(self) -> None:
        if self._recording:
            raise ValueError("Tape is already recording: leave the block first, or use a tape of its own.")
        if self._tape is None:
            self._tape = tapes.Tape(self._watches_variables)
        tapes.begin(self._tape)
        self._recording = True

    def _end(self) -> None:
        if not self._recording or self._tape is None:
            raise ValueError("Tape is not recording: enter it with `with` first.")
        tapes.end(self._tape)
        self._recording = False

    def watch(self, tensor: Any) -> None:
        """Watch a tensor, a variable, or a structure of them.

        Raises:
            ValueError: something else.
        """
        for item in nest.flatten(tensor):
            if not (isinstance(item, Tensor) or hasattr(item, "handle") or hasattr(item, "_as_graph_element")):
                raise ValueError(
                    f"Passed in object of type {type(item)}, not tf.Tensor: watch takes tensors, variables."
                )
            if not (item.dtype.base_dtype.is_floating or item.dtype.base_dtype.is_complex):
                logging.warn("The dtype of the watched tensor must be floating (e.g. tf.float32), got %r", item.dtype)
            if not isinstance(item, Tensor):
                # Written out by name: the variable is watched, trainable or not.
                tapes.watch_variable(self._notes(), item)
            else:
                self._notes().watch(_node_of(item))

    def _notes(self) -> tapes.Tape:
        if self._tape is None:
            raise RuntimeError("The tape has nothing recorded: use it inside `with tf.GradientTape() as tape:`.")
        return self._tape

    @contextmanager
    def stop_recording(self) -> Iterator[None]:
        """Take no notes inside."""
        if self._tape is None or not self._recording:
            raise RuntimeError("Trying to stop recording a tape which is not recording.")
        with tapes.paused(self._tape):
            yield

    def reset(self) -> None:
        """Forget all notes, and go on if the tape was recording."""
        was_recording = self._recording
        if was_recording:
            self._end()
        self._tape = None
        if was_recording:
            self._begin()

    def watched_variables(self) -> tuple[Any, ...]:
        """The variables that were watched, in the order they were first read."""
        return tuple(self._tape.variables) if self._tape is not None else self._variables

    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: Any = UnconnectedGradients.NONE,
    ) -> Any:
        """The derivatives of the sum of the targets for each source (API: tf.GradientTape.gradient).

        Args:
            target: a tensor, or a structure of them.
            sources: a tensor or variable, or a structure of them.
            output_gradients: the gradient of each target to begin with; ones by default.
            unconnected_gradients: `tf.UnconnectedGradients.ZERO` for zeros instead of None.

        Returns:
            In the structure of `sources`, a tensor or `IndexedSlices`; None where no target depends on the source.

        Raises:
            RuntimeError: the tape is not persistent and was used before.
        """
        notes = self._taken()
        zero = checked_unconnected(unconnected_gradients) is UnconnectedGradients.ZERO
        targets = [_node_of(item) for item in nest.flatten(target) if not _is_integer(item)]
        flat_sources = [_node_of(source) for source in nest.flatten(sources)]
        starts = self._starts(targets, output_gradients)
        found = self._differentiated(notes, targets, flat_sources, starts)
        self._used()
        if zero:
            found = [_zeros(source) if grad is None else grad for source, grad in zip(flat_sources, found, strict=True)]
        return nest.pack_sequence_as(sources, found)

    def _used(self) -> None:
        if not self._persistent:
            self._variables = self.watched_variables()
            self._tape = None

    def _taken(self) -> tapes.Tape:
        if self._tape is None:
            raise RuntimeError(
                "GradientTape.gradient can only be called once on non-persistent tapes: "
                "ask for all gradients at once, or make it with persistent=True."
            )
        if self._recording:
            if self._persistent:
                logging.log_first_n(
                    logging.WARN,
                    "Calling GradientTape.gradient on a persistent tape inside its context is significantly less "
                    "efficient than calling it outside the context: the gradient's own operations are noted too.",
                    1,
                )
            else:
                self._end()
        return self._tape

    def _starts(self, targets: list[Tensor], output_gradients: Any) -> list[Any]:
        if output_gradients is None:
            return [None] * len(targets)
        return [
            None if start is None or isinstance(start, IndexedSlices) else convert_to_tensor(start)
            for start in nest.flatten(output_gradients)
        ]

    def _differentiated(
        self, notes: tapes.Tape, targets: list[Tensor], sources: list[Tensor], starts: list[Any]
    ) -> list[Any]:
        if all(isinstance(tensor, EagerTensor) for tensor in targets):
            return notes.gradient(targets, sources, starts)
        watched = [_in_graph(source) for source in sources if notes.watches(source)]
        found = iter(gradients(targets, watched, starts) if watched else [])
        return [next(found) if notes.watches(source) else None for source in sources]

    def jacobian(
        self,
        target: Any,
        sources: Any,
        unconnected_gradients: Any = UnconnectedGradients.NONE,
        parallel_iterations: int | None = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """All derivatives of all elements of the target (API: tf.GradientTape.jacobian).

        Args:
            target: a tensor.
            sources: as for `gradient`.
            parallel_iterations, experimental_use_pfor: accepted; the rows are computed one after the other.

        Returns:
            In the structure of `sources`, tensors of shape `target.shape + source.shape`.
        """
        del parallel_iterations, experimental_use_pfor
        return jacobian_of(self._rows(), target, sources, unconnected_gradients)

    def batch_jacobian(
        self,
        target: Any,
        source: Any,
        unconnected_gradients: Any = UnconnectedGradients.NONE,
        parallel_iterations: int | None = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """The Jacobian of each example by itself (API: tf.GradientTape.batch_jacobian).

        Args:
            target: a tensor [batch, ...] whose rows depend on the rows of `source` alone.
            source: a tensor [batch, ...].

        Returns:
            A tensor [batch, ...of the target, ...of the source].

        Raises:
            ValueError: the first sizes differ, or there are none.
        """
        del parallel_iterations, experimental_use_pfor
        return each_row_differentiated(self._rows(), target, source, unconnected_gradients)

    def _rows(self) -> Any:
        """`gradient`, for several calls."""
        notes = self._taken()
        self._used()

        def gradient(target: Tensor, sources: list[Any], start: Tensor, unconnected: Any) -> list[Any]:
            inner = GradientTape(persistent=True)
            inner._tape = notes
            return inner.gradient(target, sources, start, unconnected)

        return gradient


def _is_integer(item: Any) -> bool:
    dtype = item.dtype.base_dtype
    if dtype.is_floating or dtype.is_complex or dtype in (dtypes.resource, dtypes.variant):
        return False
    logging.warn(
        "The dtype of the target tensor must be floating (e.g. tf.float32) when calling gradient, got %r", dtype
    )
    return True


def _node_of(item: Any) -> Any:
    """What the notes know a source or target by: a variable by its handle."""
    if hasattr(item, "handle") or hasattr(item, "_as_graph_element"):
        return tapes.node_of(item)
    return item if isinstance(item, Tensor) else convert_to_tensor(item)


def _in_graph(source: Tensor) -> Tensor:
    """What stands for a tensor in the function that is being built, if it has a value already."""
    return get_default_graph().as_graph_element(source) if isinstance(source, EagerTensor) else source


def _zeros(source: Tensor) -> Tensor:
    if source.dtype.base_dtype is dtypes.resource:
        return zeros(variable_shape(source), dtype=handle_dtype(source) or dtypes.float32)
    return zeros_like(source)
