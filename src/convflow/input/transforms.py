"""The nodes of each step of an input pipeline: a dataset's tensor and element spec, made from those before it."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape, as_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import colocate_with, name_scope
from convflow.graph.seeds import get_seed
from convflow.graph.sparse_tensor import SparseTensor, SparseTensorValue
from convflow.graph.static_value import constant_value, constant_value_as_shape
from convflow.graph.type_spec import TensorSpec, composite_spec_of
from convflow.input import structure
from convflow.input.nested import DatasetSpec, Node
from convflow.input.structure import ElementSpec
from convflow.ops import dataset as _dataset_ops  # noqa: F401 (registers the nodes made here)
from convflow.ops import dataset_sparse as _sparse_ops  # noqa: F401
from convflow.ops import dataset_window as _window_ops  # noqa: F401
from convflow.ops.math.comparison import equal, logical_and
from convflow.ops.math.select import where_v2
from convflow.ops.sparse.spec import SparseTensorSpec

_INT64_SEED_LIMIT = 2**31 - 1


def tensors(element: Any) -> Node:
    """One element, given whole."""
    element, spec = normalized(element)
    variant = apply_op(
        "TensorDataset",
        components=spec.to_tensors(element),
        Toutput_types=spec.flat_types,
        output_shapes=spec.flat_shapes,
    )
    return Node(variant, spec)


def tensor_slices(element: Any) -> Node:
    """The elements that lie along the first dimension of `element`."""
    element, whole = normalized(element)
    components, spec = whole.to_batched_tensors(element), whole.unbatched()
    variant = apply_op(
        "TensorSliceDataset",
        components=components,
        Toutput_types=spec.flat_types,
        output_shapes=spec.flat_shapes,
    )
    return Node(variant, spec)


def normalized(element: Any) -> tuple[Any, ElementSpec]:
    """An element whose leaves are tensors, sparse tensors and datasets, and what it is.

    Raises:
        ValueError: there is nothing in it.
    """
    leaves = structure.flatten(element)
    if not leaves or any(leaf is None for leaf in leaves):
        raise ValueError(f"Invalid `element`. `element` should not be empty, got {element!r}.")
    with name_scope("normalize_element"):
        parts = [_component(leaf, f"component_{index}") for index, leaf in enumerate(leaves)]
    whole = structure.pack(element, parts)
    return whole, ElementSpec.of_value(whole)


def _component(leaf: Any, name: str) -> Any:
    if isinstance(leaf, (SparseTensor, SparseTensorValue)):
        return SparseTensor.from_value(leaf)
    return leaf if composite_spec_of(leaf) is not None else convert_to_tensor(leaf, name=name)


def sparse_tensor_slices(sparse: Any) -> Node:
    """The rows of a sparse tensor, as triples of indices, values and shape."""
    if not isinstance(sparse, SparseTensor):
        raise TypeError(f"Invalid `sparse_tensor`. `sparse_tensor` must be a `tf.SparseTensor`. Got {type(sparse)}.")
    rank = sparse.indices.shape.with_rank(2)[1].merge_with(sparse.dense_shape.shape.with_rank(1)[0]) - 1
    types = (dtypes.int64, sparse.dtype.base_dtype, dtypes.int64)
    spec = ElementSpec.of(types, (TensorShape([None, rank]), TensorShape([None]), TensorShape([rank])))
    parts: dict[str, Any] = {"indices": sparse.indices, "values": sparse.values, "dense_shape": sparse.dense_shape}
    return Node(apply_op("SparseTensorSliceDataset", **parts), spec)


def sparse_batch(source: Node, batch_size: Any, row_shape: Any) -> Node:
    """Dense elements as the rows of one sparse tensor."""
    component = source.spec.spec
    if not isinstance(component, TensorSpec):
        raise TypeError(
            "`dense_to_sparse_batch` requires an input dataset whose elements have a single component, but the given "
            f"dataset has the following component types: {source.spec.types!r}."
        )
    if isinstance(row_shape, Tensor):
        given, known = convert_to_tensor(row_shape, dtypes.int64), constant_value_as_shape(row_shape)
    else:
        known = as_shape(row_shape)
        given = convert_to_tensor([-1 if size is None else size for size in known.as_list()], dtypes.int64)
    spec = ElementSpec(SparseTensorSpec(TensorShape([None]).concatenate(known), component.dtype))
    variant = apply_op(
        "DenseToSparseBatchDataset",
        input_dataset=source.variant,
        batch_size=batch_size,
        row_shape=given,
        **spec.attrs,
    )
    return Node(variant, spec)


def windows(source: Node, size: Any, shift: Any, stride: Any, drop_remainder: Any) -> Node:
    """Datasets of neighbouring elements, one for each component."""
    given = {"size": size, "shift": size if shift is None else shift, "stride": stride}
    inputs: dict[str, Any] = {name: convert_to_tensor(value, dtypes.int64, name) for name, value in given.items()}
    inputs["drop_remainder"] = convert_to_tensor(drop_remainder, dtypes.bool, "drop_remainder")
    spec = ElementSpec(structure.map_leaves(DatasetSpec, source.spec.spec))
    return Node(apply_op("WindowDataset", input_dataset=source.variant, **inputs, **spec.attrs), spec)


def number_range(*args: Any, output_type: Any = dtypes.int64) -> Node:
    """The numbers of Python's `range(*args)`."""
    if not 1 <= len(args) <= 3:
        raise ValueError(f"Invalid `args`. The length of `args` should be between 1 and 3 but was {len(args)}.")
    start, stop, step = {1: (0, *args, 1), 2: (*args, 1), 3: args}[len(args)]
    numbers = {"start": start, "stop": stop, "step": step}
    inputs: dict[str, Any] = {name: convert_to_tensor(value, dtypes.int64, name) for name, value in numbers.items()}
    spec = ElementSpec.of(dtypes.as_dtype(output_type), TensorShape([]))
    return Node(apply_op("RangeDataset", **inputs, **spec.attrs), spec)


def shuffle(source: Node, buffer_size: Any, seed: Any, reshuffle_each_iteration: bool | None) -> Node:
    size = convert_to_tensor(buffer_size, dtypes.int64, "buffer_size")
    first, second = seeds(seed)
    variant = apply_op(
        "ShuffleDataset",
        input_dataset=source.variant,
        buffer_size=size,
        seed=first,
        seed2=second,
        reshuffle_each_iteration=True if reshuffle_each_iteration is None else reshuffle_each_iteration,
        **source.spec.attrs,
    )
    return Node(variant, source.spec)


def seeds(op_seed: Any) -> tuple[Tensor, Tensor]:
    """Both seeds of an op as tensors; in the graph, the second makes sure that they are never both zero by accident."""
    seed, seed2 = get_seed(op_seed)
    first = convert_to_tensor(0 if seed is None else seed, dtypes.int64, "seed")
    if seed2 is None:
        return first, convert_to_tensor(0, dtypes.int64, "seed2")
    with name_scope("seed2") as scope:
        given = convert_to_tensor(seed2, dtypes.int64)
        both_zero = logical_and(equal(first, 0), equal(given, 0))
        instead = convert_to_tensor(_INT64_SEED_LIMIT, dtypes.int64)
        return first, where_v2(both_zero, instead, given, name=scope)


def counted(op_type: str, source: Node, count: Any) -> Node:
    """A RepeatDataset, TakeDataset or SkipDataset node."""
    number = convert_to_tensor(count, dtypes.int64, "count")
    variant = apply_op(op_type, input_dataset=source.variant, count=number, **source.spec.attrs)
    return Node(variant, source.spec)


def batch(
    source: Node, batch_size: Any, drop_remainder: Any, num_parallel_calls: Any, deterministic: bool | None
) -> Node:
    size = convert_to_tensor(batch_size, dtypes.int64, "batch_size")
    drop = convert_to_tensor(drop_remainder, dtypes.bool, "drop_remainder")
    rows = batch_rows(size, drop)
    spec = source.spec.batched(rows)
    inputs: dict[str, Any] = {"input_dataset": source.variant, "batch_size": size, "drop_remainder": drop}
    if num_parallel_calls is None:
        return Node(apply_op("BatchDatasetV2", **inputs, **spec.attrs), spec)
    calls = convert_to_tensor(num_parallel_calls, dtypes.int64, "num_parallel_calls")
    order = "default" if deterministic is None else str(bool(deterministic)).lower()
    variant = apply_op("ParallelBatchDataset", **inputs, num_parallel_calls=calls, deterministic=order, **spec.attrs)
    return Node(variant, spec)


def without_errors(source: Node, log_warning: bool) -> Node:
    variant = apply_op(
        "IgnoreErrorsDataset", input_dataset=source.variant, log_warning=log_warning, **source.spec.attrs
    )
    return Node(variant, source.spec)


def batch_rows(size: Tensor, drop_remainder: Tensor) -> int | None:
    """How many rows each batch has, where that is known: the last one may have fewer unless it is dropped."""
    known_drop, known_size = constant_value(drop_remainder), constant_value(size)
    return int(known_size) if known_size is not None and known_drop is not None and known_drop else None


def shuffle_and_repeat(source: Node, buffer_size: Any, count: Any, seed: Any) -> Node:
    size = convert_to_tensor(buffer_size, dtypes.int64, "buffer_size")
    number = convert_to_tensor(-1 if count is None else count, dtypes.int64, "count")
    first, second = seeds(seed)
    variant = apply_op(
        "ShuffleAndRepeatDataset",
        input_dataset=source.variant,
        buffer_size=size,
        seed=first,
        seed2=second,
        count=number,
        **source.spec.attrs,
    )
    return Node(variant, source.spec)


def concatenate(first: Node, second: Node) -> Node:
    structure.check_same(first.spec.types, second.spec.types)
    if structure.flatten(first.spec.types) != structure.flatten(second.spec.types):
        raise TypeError(
            f"Two datasets to concatenate have different types {first.spec.types!r} and {second.spec.types!r}. "
            "Give both the same element types."
        )
    spec = first.spec.common(second.spec)
    variant = apply_op("ConcatenateDataset", input_dataset=first.variant, another_dataset=second.variant, **spec.attrs)
    return Node(variant, spec)


def zipped(nodes: Any) -> Node:
    """Elements of several datasets side by side, in the form in which the nodes are given."""
    flat = structure.flatten(nodes)
    spec = ElementSpec(structure.pack(nodes, [node.spec.spec for node in flat]))
    variant = apply_op("ZipDataset", input_datasets=[node.variant for node in flat], **spec.attrs)
    return Node(variant, spec)


def cache(source: Node, filename: Any) -> Node:
    name = convert_to_tensor(filename, dtypes.string, "filename")
    variant = apply_op("CacheDataset", input_dataset=source.variant, filename=name, **source.spec.attrs)
    return Node(variant, source.spec)


def prefetch(source: Node, buffer_size: Any) -> Node:
    size = convert_to_tensor(buffer_size, dtypes.int64, "buffer_size")
    with colocate_with(source.variant):
        variant = apply_op(
            "PrefetchDataset",
            input_dataset=source.variant,
            buffer_size=size,
            legacy_autotune=False,
            **source.spec.attrs,
        )
    return Node(variant, source.spec)
