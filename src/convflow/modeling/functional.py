"""Functions of the rows of tensors, one after the other (API: tf.map_fn, tf.scan, tf.foldl, tf.foldr).

They are loops over tensor arrays. Variables that their functions make are read where they are, not in the loop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from convflow.core import dtypes, nest
from convflow.core.shape import TensorShape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.variables.scope import get_variable_scope
from convflow.ops.array.constant import constant
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.tensor_array import TensorArray
from convflow.ops.while_loop import while_loop


def map_fn(
    fn: Callable[[Any], Any],
    elems: Any,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    name: str | None = None,
    fn_output_signature: Any = None,
) -> Any:
    """`fn` of each row, stacked (API: tf.map_fn).

    Args:
        fn: a function of a row (of a structure of rows) that returns a tensor or a structure of tensors.
        elems: a tensor [n, ...], or a structure of tensors with as many rows.
        dtype: the types in the structure that `fn` returns; those of `elems` by default.
        parallel_iterations, swap_memory: kept on the loop's nodes.
        back_prop: False for a result without gradients.
        infer_shape: all results have one shape.
        fn_output_signature: another name of `dtype`.

    Raises:
        TypeError: `fn` cannot be called, or returns another structure or type.
        ValueError: no tensors, scalars, or tensors of different lengths.
    """
    _check_callable(fn)
    signature = dtype if fn_output_signature is None else fn_output_signature
    flat = nest.flatten(elems)
    if not flat:
        raise ValueError(
            "elems must be a Tensor or (possibly nested) sequence of Tensors. "
            f"Got {elems!r}, which does not contain any Tensors."
        )
    like = elems if signature is None else signature
    with name_scope(name, "map", flat), _reads_at_variables():
        tensors = [convert_to_tensor(item, name="elem") for item in flat]
        length, n = _lengths(tensors, zero_is_unknown=True)
        types = [t.dtype for t in tensors] if signature is None else [dtypes.as_dtype(d) for d in nest.flatten(like)]
        arrays = [TensorArray(dtype=t.dtype, size=n, dynamic_size=False, infer_shape=True) for t in tensors]
        arrays = [array.unstack(tensor) for array, tensor in zip(arrays, tensors, strict=True)]
        first = constant(0)
        results = [TensorArray(dtype=kind, size=n, dynamic_size=False, infer_shape=infer_shape) for kind in types]

        def step(i: Tensor, results: list[TensorArray]) -> Any:
            result = fn(nest.pack_sequence_as(elems, [array.read(i) for array in arrays]))
            nest.assert_same_structure(like, result)
            written = _written(results, i, nest.flatten(result))
            return i + 1, written

        _, done = while_loop(
            lambda i, _: i < n,
            step,
            (first, results),
            parallel_iterations=parallel_iterations or 10,
            back_prop=back_prop,
            swap_memory=swap_memory,
            maximum_iterations=n,
        )
        return nest.pack_sequence_as(like, _stacked(done, length))


def scan(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    reverse: bool = False,
    name: str | None = None,
) -> Any:
    """What `fn` accumulates, after each row (API: tf.scan).

    Args:
        fn: a function of what is accumulated and of a row that returns what is accumulated then.
        elems: a tensor [n, ...], or a structure of tensors with as many rows.
        initializer: what is accumulated before the first row; the first row itself by default.
        infer_shape: what is accumulated keeps its shape.
        reverse: begin with the last row.

    Returns:
        Tensors [n, ...] in the structure of what is accumulated.

    Raises:
        TypeError: `fn` cannot be called, or returns another structure.
    """
    _check_callable(fn)
    like = elems if initializer is None else initializer
    flat = nest.flatten(elems)
    with name_scope(name, "scan", flat), _reads_at_variables():
        tensors = [convert_to_tensor(item, name="elem") for item in flat]
        length, n = _lengths(tensors, zero_is_unknown=False)
        arrays = [
            TensorArray(dtype=t.dtype, size=n, dynamic_size=False, element_shape=t.shape[1:], infer_shape=True)
            for t in tensors
        ]
        arrays = [array.unstack(tensor) for array, tensor in zip(arrays, tensors, strict=True)]
        if initializer is None:
            start = [array.read(n - 1 if reverse else 0) for array in arrays]
        else:
            start = [convert_to_tensor(value) for value in nest.flatten(initializer)]
        results = [
            TensorArray(
                dtype=value.dtype,
                size=n,
                element_shape=value.shape if infer_shape else None,
                dynamic_size=False,
                infer_shape=infer_shape,
            )
            for value in start
        ]
        if initializer is None:
            results = _written(results, n - 1 if reverse else 0, start)
        done_before = 1 if initializer is None else 0

        def step(i: Tensor, accumulated: list[Tensor], results: list[TensorArray]) -> Any:
            row = nest.pack_sequence_as(elems, [array.read(i) for array in arrays])
            result = fn(nest.pack_sequence_as(like, accumulated), row)
            nest.assert_same_structure(like, result)
            following = nest.flatten(result)
            written = _written(results, i, following)
            return (i - 1 if reverse else i + 1), following, written

        _, _, done = while_loop(
            (lambda i, *_: i >= 0) if reverse else (lambda i, *_: i < n),
            step,
            (n - 1 - done_before if reverse else done_before, start, results),
            parallel_iterations=parallel_iterations,
            back_prop=back_prop,
            swap_memory=swap_memory,
            maximum_iterations=n,
        )
        return nest.pack_sequence_as(like, _stacked(done, length))


def foldl(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """What `fn` accumulates of the rows from the first to the last (API: tf.foldl).

    Args:
        fn: a function of what is accumulated and of a row that returns what is accumulated then.
        elems: a tensor [n, ...], or a structure of tensors with as many rows.
        initializer: what is accumulated before the first row; the first row itself by default.
        parallel_iterations, back_prop, swap_memory: as of `tf.while_loop`.
        name: of the scope.

    Returns:
        what the last call of `fn` returned.

    Raises:
        TypeError: `fn` cannot be called.
    """
    _check_callable(fn)
    with name_scope(name, "foldl", [elems]), _reads_at_variables():
        n, arrays = _arrays(elems)

        def row(i: Any) -> Any:
            return nest.map_structure(lambda array: array.read(i), arrays)

        start, first = (row(0), constant(1)) if initializer is None else (initializer, constant(0))

        def step(i: Tensor, accumulated: Any) -> list[Any]:
            result = fn(accumulated, row(i))
            return [i + 1, result]

        return while_loop(
            lambda i, accumulated: i < n,
            step,
            [first, start],
            parallel_iterations=parallel_iterations,
            back_prop=back_prop,
            swap_memory=swap_memory,
            maximum_iterations=n,
        )[1]


def foldr(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """What `fn` accumulates of the rows from the last to the first (API: tf.foldr).

    Args:
        fn: a function of what is accumulated and of a row that returns what is accumulated then.
        elems: a tensor [n, ...], or a structure of tensors with as many rows.
        initializer: what is accumulated before the last row; the last row itself by default.
        parallel_iterations, back_prop, swap_memory: as of `tf.while_loop`.
        name: of the scope.

    Returns:
        what the last call of `fn` returned.

    Raises:
        TypeError: `fn` cannot be called.
    """
    _check_callable(fn)
    with name_scope(name, "foldr", [elems]), _reads_at_variables():
        n, arrays = _arrays(elems)

        def row(i: Any) -> Any:
            return nest.map_structure(lambda array: array.read(i), arrays)

        def step(i: Tensor, accumulated: Any) -> list[Any]:
            before = i - 1
            return [before, fn(accumulated, row(before))]

        last = n if initializer is not None else n - 1
        start = row(last) if initializer is None else initializer
        return while_loop(
            lambda i, accumulated: i > 0,
            step,
            [last, start],
            parallel_iterations=parallel_iterations,
            back_prop=back_prop,
            swap_memory=swap_memory,
            maximum_iterations=n,
        )[1]


def _check_callable(fn: Any) -> None:
    if not callable(fn):
        raise TypeError(f"fn must be callable, got {fn!r}: a function of the rows.")


def _arrays(elems: Any) -> tuple[Any, Any]:
    """How many rows there are, and the arrays that hold them."""
    tensors = [convert_to_tensor(item, name="elem") for item in nest.flatten(elems)]
    _, n = _lengths(tensors, zero_is_unknown=True)

    def array_of(item: Any) -> TensorArray:
        kind = tensors[0].dtype if not hasattr(item, "dtype") else item.dtype
        return TensorArray(dtype=kind, size=n, dynamic_size=False, infer_shape=True).unstack(item)

    return n, nest.map_structure(array_of, elems)


def _lengths(tensors: list[Tensor], zero_is_unknown: bool) -> tuple[int | None, Any]:
    """The number of rows as far as it is known now, and as a number or tensor."""
    lengths = [_length(tensor) for tensor in tensors]
    known = {length for length in lengths if length is not None}
    if len(known) > 1:
        raise ValueError(
            f"Dimensions must be equal: the tensors have {', '.join(map(str, lengths))} rows. "
            "Give all the same number of rows."
        )
    first = lengths[0]
    n = shape_of(tensors[0])[0] if first is None or (zero_is_unknown and first == 0) else first
    return (known.pop() if known else None), n


def _length(tensor: Tensor) -> int | None:
    if tensor.shape.rank == 0:
        raise ValueError(f"Elements in elems must be 1+ dimensional Tensors, not scalars: {tensor} has no rows.")
    return None if tensor.shape.rank is None else tensor.shape[0].value


def _written(arrays: list[TensorArray], index: Any, values: list[Any]) -> list[TensorArray]:
    return [array.write(index, value) for array, value in zip(arrays, values, strict=True)]


def _stacked(arrays: list[TensorArray], length: int | None) -> list[Tensor]:
    stacked = [array.stack() for array in arrays]
    for tensor in stacked:
        tensor.set_shape(TensorShape([length]).concatenate(tensor.shape[1:]))
    return stacked


@contextmanager
def _reads_at_variables() -> Iterator[None]:
    """Variables made inside are read once, at their own place."""
    scope = get_variable_scope()
    if scope.caching_device is not None:
        yield
        return
    scope.set_caching_device(lambda op: op.device)
    try:
        yield
    finally:
        scope.set_caching_device(None)
