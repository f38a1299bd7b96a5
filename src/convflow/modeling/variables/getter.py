"""Making the variables of `get_variable`, whole or in parts, and finding them again."""

from __future__ import annotations

import inspect
from functools import partial
from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape, as_shape
from convflow.graph.collections import GraphKeys
from convflow.graph.convert import convert_to_tensor
from convflow.graph.scopes import add_to_collection, beside, init_scope, name_scope
from convflow.modeling.variables.base import are_made_eagerly
from convflow.modeling.variables.initializers import GlorotUniform, Zeros
from convflow.modeling.variables.partitioned import PartitionedVariable, PartitionInfo
from convflow.modeling.variables.slice_info import SaveSliceInfo
from convflow.modeling.variables.store import VariableStore, variable_store
from convflow.modeling.variables.variable import Variable, VariableAggregation, VariableSynchronization
from convflow.ops.array.slice import slice_


def true_getter(
    name: str,
    shape: Any = None,
    dtype: Any = dtypes.float32,
    initializer: Any = None,
    regularizer: Any = None,
    reuse: Any = None,
    trainable: bool | None = None,
    collections: Any = None,
    caching_device: Any = None,
    partitioner: Any = None,
    validate_shape: bool = True,
    use_resource: Any = None,
    constraint: Any = None,
    synchronization: Any = VariableSynchronization.AUTO,
    aggregation: Any = VariableAggregation.NONE,
) -> Any:
    """The variable `name`, made or found: what custom getters get to call."""
    dtype = dtypes.as_dtype(dtype).base_dtype
    settings = {
        "trainable": trainable,
        "collections": collections,
        "caching_device": caching_device,
        "validate_shape": validate_shape,
        "use_resource": use_resource,
        "constraint": constraint,
        "synchronization": synchronization,
        "aggregation": aggregation,
    }
    if partitioner is not None and not callable(partitioner):
        raise ValueError(f"Partitioner must be callable, but received: {partitioner}. Use tf.fixed_size_partitioner.")
    found_in_parts = reuse is True and name in variable_store().partitioned
    if found_in_parts or (partitioner is not None and not _is_scalar(shape)):
        return _in_parts(name, shape, dtype, initializer, regularizer, reuse, partitioner, settings)
    if f"{name}/part_0" in variable_store().variables:
        raise ValueError(
            f"No partitioner was provided, but a partitioned version of the variable was found: {name}/part_0. "
            "Pass the partitioner it was made with."
        )
    return _whole(name, shape, dtype, initializer, regularizer, reuse, settings)


def _is_scalar(shape: Any) -> bool:
    return shape is not None and as_shape(shape).rank == 0


def _whole(
    name: str,
    shape: Any,
    dtype: dtypes.DType,
    initializer: Any,
    regularizer: Any,
    reuse: Any,
    settings: dict[str, Any],
    partition_info: PartitionInfo | None = None,
) -> Variable:
    store = variable_store()
    if are_made_eagerly():
        return _eager(store, name, shape, dtype, initializer, regularizer, reuse, settings)
    existing = store.variables.get(name)
    if existing is not None:
        return _shared(existing, name, shape, dtype, reuse)
    if reuse is True:
        raise ValueError(
            f"Variable {name} does not exist, or was not created with tf.get_variable(). Did you mean to set "
            "reuse=tf.AUTO_REUSE in VarScope?"
        )
    initial_value, value_dtype = _initial_value(name, shape, dtype, initializer, partition_info)
    variable = Variable(initial_value, name=name, dtype=value_dtype, **settings)
    store.variables[name] = variable
    _regularize(variable, name, regularizer)
    return variable


def _eager(
    store: VariableStore, name: str, shape: Any, dtype: dtypes.DType, initializer: Any, regularizer: Any, reuse: Any,
    settings: dict[str, Any],
) -> Variable:  # fmt: skip
    """A new variable each time, unless a `tfe.EagerVariableStore` finds those it knows."""
    if not store.keeps_eager and reuse is True:
        raise RuntimeError(
            "When eager execution is enabled variable reuse is only supported when an EagerVariableStore is active: "
            f"{name} was asked for again. Open `with tfe.EagerVariableStore().as_default():`, or keep the variable."
        )
    if store.keeps_eager and name in store.variables:
        return _shared(store.variables[name], name, shape, dtype, reuse=True)
    initial_value, value_dtype = _initial_value(name, shape, dtype, initializer, None)
    variable = Variable(initial_value, name=name, dtype=value_dtype, **settings)
    if store.keeps_eager:
        store.variables[name] = variable
    _regularize(variable, name, regularizer)
    return variable


def _shared(variable: Variable, name: str, shape: Any, dtype: dtypes.DType, reuse: Any) -> Variable:
    if not reuse:
        places = "\n".join(f"  {frame}" for frame in variable.op.origin)
        raise ValueError(
            f"Variable {name} already exists, disallowed. Did you mean to set reuse=True or reuse=tf.AUTO_REUSE "
            f"in VarScope? Originally defined at:\n\n{places}\n"
        )
    if shape is not None and not as_shape(shape).is_compatible_with(variable.shape):
        raise ValueError(
            f"Trying to share variable {name}, but specified shape {as_shape(shape)} and found shape {variable.shape}."
        )
    if dtype is not variable.dtype.base_dtype:
        raise ValueError(
            f"Trying to share variable {name}, but specified dtype {dtype.name} and found dtype {variable.dtype.name}."
        )
    return variable


# In parts


def _in_parts(
    name: str,
    shape: Any,
    dtype: dtypes.DType,
    initializer: Any,
    regularizer: Any,
    reuse: Any,
    partitioner: Any,
    settings: dict[str, Any],
) -> PartitionedVariable:
    store = variable_store()
    from_value = initializer is not None and not callable(initializer)
    if from_value:
        initializer = convert_to_tensor(initializer)
    whole = _whole_shape(name, shape, initializer if from_value else None)
    if name in store.partitioned:
        return _shared_parts(store.partitioned[name], whole, dtype, reuse, partitioner)
    if name in store.variables:
        raise ValueError(
            f"A partitioner was provided, but an unpartitioned version of the variable was found: {name}. "
            "Leave the partitioner out."
        )
    if reuse is True:
        raise ValueError(
            f"PartitionedVariable {name} does not exist, or was not created with tf.get_variable(). Did you mean to "
            "set reuse=False or reuse=tf.AUTO_REUSE in VarScope?"
        )
    partitions = _partitions(name, partitioner, whole, dtype)
    parts = []
    for index, (offset, sizes) in enumerate(_extents(partitions, whole)):
        part_name = f"{name}/part_{index}"
        part_value: Any = initializer
        part_shape: list[int] | None = sizes
        if from_value:
            with name_scope(f"{part_name}/PartitionedInitializer/"):
                part_value, part_shape = slice_(initializer, offset, sizes), None
        info = PartitionInfo([int(size) for size in whole], offset)
        part = _whole(part_name, part_shape, dtype, part_value, regularizer, reuse, settings, info)
        part._set_save_slice_info(SaveSliceInfo(name, info.full_shape, offset, sizes))
        parts.append(part)
    store.partitioned[name] = PartitionedVariable(name, whole, parts[0].dtype.base_dtype, parts, partitions)
    return store.partitioned[name]


def _whole_shape(name: str, shape: Any, value: Any) -> TensorShape:
    if value is not None:
        if shape is not None:
            raise ValueError(
                f"Variable {name}: if initializer is a constant, do not specify shape (here {as_shape(shape)}). "
                "Leave the shape out, or pass tf.constant_initializer(value)."
            )
        shape = value.shape
    whole = as_shape(shape)
    if not whole.is_fully_defined():
        raise ValueError(
            f"Shape of a new partitioned variable ({name}) must be fully defined, but instead was {whole}. "
            "Give every dimension a size."
        )
    if whole.rank == 0:
        raise ValueError(f"A partitioned variable must have rank at least 1: {name} has shape {whole}.")
    return whole


def _shared_parts(
    found: PartitionedVariable, shape: TensorShape, dtype: dtypes.DType, reuse: Any, partitioner: Any
) -> PartitionedVariable:
    if not reuse:
        raise ValueError(
            f"Partitioned variable with name {found.name} already exists. Did you mean to set reuse=True or "
            "reuse=tf.AUTO_REUSE in VarScope?"
        )
    if not shape.is_compatible_with(found.shape):
        raise ValueError(
            f"Trying to reuse partitioned variable {found.name}, but specified shape {shape} and found shape "
            f"{found.shape}."
        )
    if dtype is not found.dtype.base_dtype:
        raise ValueError(
            f"Trying to reuse partitioned variable {found.name}, but specified dtype {dtype.name} and found dtype "
            f"{found.dtype.name}."
        )
    # Who shares a variable need not say again how it is cut.
    partitions = found._get_partitions() if partitioner is None else _partitions(found.name, partitioner, shape, dtype)
    if partitions != found._get_partitions():
        raise ValueError(
            f"Trying to reuse partitioned variable {found.name}, but specified partitions {partitions} and found "
            f"partitions {found._get_partitions()}."
        )
    return found


def _partitions(name: str, partitioner: Any, shape: TensorShape, dtype: dtypes.DType) -> list[int]:
    partitions = partitioner(shape=shape, dtype=dtype)
    sizes = tuple(int(size) for size in shape)
    if not isinstance(partitions, (list, tuple)):
        raise ValueError(f"Partitioner must return a sequence, but saw: {partitions} (variable {name}).")
    if len(partitions) != len(sizes):
        raise ValueError(
            f"Partitioner returned a partition list that does not match the Variable's rank: {list(partitions)} vs. "
            f"{sizes} (variable {name})."
        )
    if any(count < 1 for count in partitions):
        raise ValueError(f"Partitioner returned zero partitions for some axes: {list(partitions)} (variable {name}).")
    if sum(count > 1 for count in partitions) > 1:
        raise ValueError(
            f"Can only slice a variable along one dimension: shape: {sizes}, partitioning: {list(partitions)}."
        )
    if any(count > size for count, size in zip(partitions, sizes, strict=True) if count > 1):
        raise ValueError(f"Variable {name} of shape {sizes} cannot be cut into {list(partitions)} parts: too many.")
    return list(partitions)


def _extents(partitions: list[int], shape: TensorShape) -> list[tuple[list[int], list[int]]]:
    """Where each part begins and its sizes; the first ones are one longer where they cannot be equal."""
    sizes = [int(size) for size in shape]
    axis = next((axis for axis, count in enumerate(partitions) if count > 1), 0)
    short, longer = divmod(sizes[axis], partitions[axis])
    extents, start = [], 0
    for index in range(partitions[axis]):
        length = short + (index < longer)
        offset = [start if i == axis else 0 for i in range(len(sizes))]
        extents.append((offset, [length if i == axis else size for i, size in enumerate(sizes)]))
        start += length
    return extents


# First values


def _initial_value(
    name: str, shape: Any, dtype: dtypes.DType, initializer: Any, partition_info: PartitionInfo | None
) -> tuple[Any, dtypes.DType | None]:
    """What `Variable` begins with, and the type to convert it to: None where the value alone decides."""
    if initializer is None:
        initializer = _default_initializer(name, dtype)
    if not callable(initializer):
        if shape is not None:
            raise ValueError(
                f"Variable {name}: if initializer is a constant, do not specify shape (here {as_shape(shape)}). "
                "Leave the shape out, or pass tf.constant_initializer(value)."
            )
        return initializer, None
    if isinstance(initializer, type):
        initializer = initializer()
    if shape is None and not _needs_no_arguments(initializer):
        raise ValueError(
            f"Variable {name} has no shape, and its initializer {_named(initializer)} needs one. "
            "Pass shape=, or an initializer without arguments."
        )
    if shape is None or (not as_shape(shape).is_fully_defined() and _needs_no_arguments(initializer)):
        return initializer, None
    if not as_shape(shape).is_fully_defined():
        raise ValueError(
            f"Shape of a new variable ({name}) must be fully defined, but instead was {as_shape(shape)}. "
            "Give every dimension a size: it decides how many weights there are."
        )
    offered = _offered(initializer, dtype, partition_info)
    return partial(initializer, [int(size) for size in as_shape(shape)], **offered), dtype


def _offered(initializer: Any, dtype: dtypes.DType, partition_info: PartitionInfo | None) -> dict[str, Any]:
    try:
        names = set(inspect.signature(initializer).parameters)
    except ValueError:  # a builtin that does not say
        names = set()
    return {"dtype": dtype, "partition_info": partition_info} if "partition_info" in names else {"dtype": dtype}


def _needs_no_arguments(function: Any) -> bool:
    try:
        inspect.signature(function).bind()
    except TypeError:
        return False
    except ValueError:  # a builtin that does not say
        return True
    return True


def _named(initializer: Any) -> str:
    return getattr(initializer, "__name__", type(initializer).__name__)


def _default_initializer(name: str, dtype: dtypes.DType) -> Any:
    if dtype.is_floating:
        return GlorotUniform()
    if dtype.is_integer or dtype.is_unsigned or dtype.is_bool or dtype is dtypes.string:
        return Zeros()
    raise ValueError(f"An initializer for variable {name} of {dtype} is required")


def _regularize(variable: Variable, name: str, regularizer: Any) -> None:
    if regularizer is None:
        return
    with init_scope(), beside(variable), name_scope(name + "/Regularizer/"):
        loss = regularizer(variable)
    if loss is not None:
        add_to_collection(GraphKeys.REGULARIZATION_LOSSES, convert_to_tensor(loss))
