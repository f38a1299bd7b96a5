"""The nodes of pipeline steps that call a program's functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape, as_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.function import trace
from convflow.graph.operation import Tensor
from convflow.graph.scopes import get_default_graph, name_scope
from convflow.graph.static_value import constant_value, constant_value_as_shape
from convflow.input import structure
from convflow.input.functions import traced, traced_predicate
from convflow.input.structure import ElementSpec
from convflow.input.transforms import Node, batch_rows
from convflow.ops import dataset_generator as _generator_ops  # noqa: F401 (registers the nodes made here)
from convflow.ops import dataset_map as _map_ops  # noqa: F401
from convflow.ops import dataset_padded as _padded_ops  # noqa: F401

Function = Callable[..., Any]


def _order(deterministic: bool | None) -> str:
    return "default" if deterministic is None else str(bool(deterministic)).lower()


def mapped(
    source: Node,
    map_func: Function,
    num_parallel_calls: Any = None,
    deterministic: bool | None = None,
    preserve_cardinality: bool = False,
) -> Node:
    function = traced("map", map_func, source.spec)
    inputs = {"input_dataset": source.variant, **function.attrs(), **function.spec.attrs}
    inputs["preserve_cardinality"] = preserve_cardinality
    if num_parallel_calls is None:
        return Node(apply_op("MapDataset", **inputs), function.spec)
    calls = convert_to_tensor(num_parallel_calls, dtypes.int64, "num_parallel_calls")
    variant = apply_op("ParallelMapDatasetV2", **inputs, num_parallel_calls=calls, deterministic=_order(deterministic))
    return Node(variant, function.spec)


def mapped_and_batched(
    source: Node, map_func: Function, batch_size: Any, num_parallel_calls: Any, drop_remainder: Any
) -> Node:
    function = traced("map_and_batch", map_func, source.spec)
    size = convert_to_tensor(batch_size, dtypes.int64, "batch_size")
    calls = convert_to_tensor(num_parallel_calls, dtypes.int64, "num_parallel_calls")
    drop = convert_to_tensor(drop_remainder, dtypes.bool, "drop_remainder")
    spec = function.spec.map_shapes(lambda shape: TensorShape([batch_rows(size, drop)]).concatenate(shape))
    variant = apply_op(
        "MapAndBatchDataset",
        input_dataset=source.variant,
        batch_size=size,
        num_parallel_calls=calls,
        drop_remainder=drop,
        preserve_cardinality=True,
        **function.attrs(),
        **spec.attrs,
    )
    return Node(variant, spec)


def filtered(op_type: str, source: Node, predicate: Function, name: str) -> Node:
    """A FilterDataset or TakeWhileDataset node."""
    function = traced_predicate(name, predicate, source.spec)
    attrs = {**function.attrs("predicate"), **source.spec.attrs}
    return Node(apply_op(op_type, input_dataset=source.variant, **attrs), source.spec)


def flat_mapped(source: Node, map_func: Function, node_of: Callable[[Any, str], Node]) -> Node:
    attrs, spec = _inner_datasets("flat_map", source, map_func, node_of)
    return Node(apply_op("FlatMapDataset", input_dataset=source.variant, **attrs), spec)


def interleaved(
    source: Node,
    map_func: Function,
    node_of: Callable[[Any, str], Node],
    cycle_length: Any,
    block_length: Any,
    num_parallel_calls: Any,
    deterministic: bool | None,
) -> Node:
    attrs, spec = _inner_datasets("interleave", source, map_func, node_of)
    cycle = convert_to_tensor(cycle_length, dtypes.int64, "cycle_length")
    block = convert_to_tensor(block_length, dtypes.int64, "block_length")
    inputs: dict[str, Any] = {"input_dataset": source.variant, **attrs, "cycle_length": cycle, "block_length": block}
    if num_parallel_calls is None:
        return Node(apply_op("InterleaveDataset", **inputs), spec)
    chosen = -1
    ahead: dict[str, Any] = {
        name: convert_to_tensor(chosen, dtypes.int64, name)
        for name in ("buffer_output_elements", "prefetch_input_elements")
    }
    calls = convert_to_tensor(num_parallel_calls, dtypes.int64, "num_parallel_calls")
    variant = apply_op(
        "ParallelInterleaveDatasetV4", **inputs, **ahead, num_parallel_calls=calls, deterministic=_order(deterministic)
    )
    return Node(variant, spec)


def interleaved_ahead(source: Node, map_func: Function, node_of: Callable[[Any, str], Node], cycle_length: Any) -> Node:
    """An element in turn from each of `cycle_length` datasets, as files read side by side are."""
    attrs, spec = _inner_datasets("interleave", source, map_func, node_of)
    cycle = convert_to_tensor(cycle_length, dtypes.int64, "cycle_length")
    numbers: dict[str, Any] = {"cycle_length": cycle, "block_length": 1, "buffer_output_elements": 2}
    known = constant_value(cycle)
    numbers["prefetch_input_elements"] = 2 * cycle if known is None else 2 * int(known)
    inputs: dict[str, Any] = {name: convert_to_tensor(value, dtypes.int64, name) for name, value in numbers.items()}
    variant = apply_op(
        "LegacyParallelInterleaveDatasetV2", input_dataset=source.variant, deterministic="true", **attrs, **inputs
    )
    return Node(variant, spec)


def _inner_datasets(
    name: str, source: Node, map_func: Function, node_of: Callable[[Any, str], Node]
) -> tuple[dict[str, Any], ElementSpec]:
    inner: list[Node] = []

    def variant_of(*element: Any) -> Tensor:
        inner.append(node_of(map_func(*element), name))
        return inner[0].variant

    variant_of.__name__ = getattr(map_func, "__name__", "function")
    function = traced(name, variant_of, source.spec)
    return {**function.attrs(), **inner[0].spec.attrs}, inner[0].spec


def padded_batch(source: Node, batch_size: Any, padded_shapes: Any, padding_values: Any, drop_remainder: Any) -> Node:
    size = convert_to_tensor(batch_size, dtypes.int64, "batch_size")
    shapes = _padded_shapes(source.spec, padded_shapes)
    values = _padding_values(source.spec, padding_values)
    drop = convert_to_tensor(drop_remainder, dtypes.bool, "drop_remainder")
    rows = batch_rows(size, drop)
    flat = [TensorShape([rows]).concatenate(constant_value_as_shape(shape)) for shape in shapes]
    spec = ElementSpec(source.spec.types, structure.pack(source.spec.types, flat))
    variant = apply_op(
        "PaddedBatchDatasetV2",
        input_dataset=source.variant,
        batch_size=size,
        padded_shapes=shapes,
        padding_values=values,
        drop_remainder=drop,
        output_shapes=flat,
    )
    return Node(variant, spec)


def _padded_shapes(spec: ElementSpec, padded_shapes: Any) -> list[Tensor]:
    if padded_shapes is None:
        given: list[Any] = spec.flat_shapes
        if any(shape.rank is None for shape in given):
            raise ValueError(
                f"You must provide `padded_shapes`: the element shapes {spec.shapes} have components of unknown rank."
            )
    else:
        given = structure.flatten_up_to(spec.types, padded_shapes)
    return [_padded_shape(shape, component) for shape, component in zip(given, spec.flat_shapes, strict=True)]


def _padded_shape(shape: Any, component: TensorShape) -> Tensor:
    if isinstance(shape, Tensor):
        return shape
    known = as_shape(shape)
    if component.rank is not None and known.rank != component.rank:
        raise ValueError(
            f"The padded shape {known} is not compatible with the corresponding input component shape {component}: "
            "it must have as many dimensions; None pads to the largest of a batch."
        )
    return convert_to_tensor([-1 if size is None else size for size in known.as_list()], dtypes.int64)


def _padding_values(spec: ElementSpec, padding_values: Any) -> list[Tensor]:
    if padding_values is None:
        given = [_blank(dtype) for dtype in spec.flat_types]
    elif isinstance(padding_values, (tuple, dict)):
        flat = structure.flatten_up_to(spec.types, padding_values)
        given = [_blank(dtype) if value is None else value for value, dtype in zip(flat, spec.flat_types, strict=True)]
    else:
        given = [padding_values] * len(spec.flat_types)
    return [
        convert_to_tensor(value, dtype, "padding_value") for value, dtype in zip(given, spec.flat_types, strict=True)
    ]


def _blank(dtype: dtypes.DType) -> Any:
    return "" if dtype is dtypes.string else False if dtype is dtypes.bool else 0


def sharded(source: Node, num_shards: Any, index: Any) -> Node:
    count = convert_to_tensor(num_shards, dtypes.int64, "num_shards")
    which = convert_to_tensor(index, dtypes.int64, "index")
    attrs = source.spec.attrs
    return Node(
        apply_op("ShardDataset", input_dataset=source.variant, num_shards=count, index=which, **attrs), source.spec
    )


def unbatched(source: Node) -> Node:
    source = mapped(source, _unchanged, preserve_cardinality=True)
    spec = source.spec.map_shapes(lambda shape: shape[1:])
    return Node(apply_op("UnbatchDataset", input_dataset=source.variant, **spec.attrs), spec)


def _state(initial_state: Any) -> Any:
    with name_scope("normalize_element"):
        flat = [
            convert_to_tensor(leaf, name=f"component_{index}")
            for index, leaf in enumerate(structure.flatten(initial_state))
        ]
    return structure.pack(initial_state, flat)


def scanned(source: Node, initial_state: Any, scan_func: Function) -> Node:
    state = _state(initial_state)
    flat = structure.flatten(state)

    def step(*arguments: Any) -> Any:
        new_state, output = scan_func(*arguments)
        structure.check_same(state, new_state)
        return new_state, output

    types = structure.map_leaves(lambda tensor: tensor.dtype.base_dtype, state)
    both = ElementSpec(
        (types, *_as_arguments(source.spec.types)),
        (structure.map_leaves(lambda tensor: tensor.shape, state), *_as_arguments(source.spec.shapes)),
    )
    function = traced("scan", step, both)
    spec = ElementSpec(function.spec.types[1], function.spec.shapes[1])
    variant = apply_op(
        "ScanDataset",
        input_dataset=source.variant,
        initial_state=flat,
        preserve_cardinality=True,
        **function.attrs(),
        **spec.attrs,
    )
    return Node(variant, spec)


def reduced(source: Node, initial_state: Any, reduce_func: Function) -> Any:
    with name_scope("initial_state"):
        state = _state(initial_state)

    types = structure.map_leaves(lambda tensor: tensor.dtype.base_dtype, state)
    shapes = structure.map_leaves(lambda tensor: tensor.shape, state)
    both = ElementSpec((types, *_as_arguments(source.spec.types)), (shapes, *_as_arguments(source.spec.shapes)))
    function = traced("reduce", reduce_func, both)
    structure.check_same(state, function.result)
    results = apply_op(
        "ReduceDataset",
        input_dataset=source.variant,
        initial_state=structure.flatten(state),
        **function.attrs(),
        **function.spec.attrs,
    )
    return structure.pack(function.result, results)


def _as_arguments(element: Any) -> tuple[Any, ...]:
    return element if isinstance(element, tuple) and not hasattr(element, "_fields") else (element,)


def generated(init: Function, make: Function, finish: Function, state: tuple[Any, Any], spec: ElementSpec) -> Node:
    """A GeneratorDataset node.

    Args:
        init, make, finish: build the bodies of the three functions: the state from nothing, an element from the
            state, a number from the state.
        state: the element type and shape of the state.
    """
    graph = get_default_graph()
    bodies = {
        "init": trace("Dataset_from_generator_get_iterator_id_fn", [], init, graph),
        "next": trace("Dataset_from_generator_generator_next_fn", [state], make, graph),
        "finalize": trace("Dataset_from_generator_finalize_fn", [state], finish, graph),
    }
    arguments: dict[str, Any] = {f"{part}_func": body.attr for part, body in bodies.items()}
    arguments |= {f"{part}_func_other_args": body.captured for part, body in bodies.items()}
    return Node(apply_op("GeneratorDataset", **arguments, **spec.attrs), spec)


def _unchanged(*element: Any) -> Any:
    return element[0] if len(element) == 1 else element
