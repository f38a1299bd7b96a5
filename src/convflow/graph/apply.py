"""Adding one node for one call of an op: inputs converted, attributes inferred and checked."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from convflow.core import dtypes, errors
from convflow.core.dtypes import DType
from convflow.core.shape import as_shape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import REQUIRED, ArgDef, AttrDef, OpDef, get_op
from convflow.graph.operation import Tensor
from convflow.graph.scopes import get_default_graph, graph_of


def apply_op(op_type: str, name: str | None = None, **arguments: Any) -> Any:
    """Add a node of type `op_type`.

    Args:
        op_type: a registered op.
        name: the node's name, the op's type by default.
        arguments: the op's inputs and attributes by their names. Attributes left out are inferred from the
            inputs or take their defaults; None means left out.

    Returns:
        What the op outputs: a tensor, a list of tensors where it may have several, the operation where it has none.

    Raises:
        TypeError: inputs whose types contradict each other or that the op does not take.
        ValueError: shapes or attribute values that cannot work.
    """
    op_def = get_op(op_type)
    if get_default_graph().executes_eagerly:
        return _apply_at_once(op_def, arguments)
    graph = graph_of([arguments.get(arg.name) for arg in op_def.inputs])
    with graph.as_default(), graph.name_scope(name or op_type) as scope:
        attrs = _given_attrs(op_def, arguments)
        inputs: list[Tensor] = []
        for arg in op_def.inputs:
            inputs += _convert_input(op_def, arg, arguments[arg.name], attrs)
        _complete_attrs(op_def, attrs)
        with ExitStack() as locations:
            # A node that may write a variable stays where the variable is.
            for tensor in _references(op_def, inputs):
                locations.enter_context(graph.colocate_with(tensor.op))
            op = graph.create_op(op_type, inputs, name=scope, attrs=attrs, op_def=op_def)
    return _arranged(op_def, attrs, op.outputs, op)


def _apply_at_once(op_def: OpDef, arguments: dict[str, Any]) -> Any:
    """What the op outputs for these inputs; None where it has no outputs."""
    attrs = _given_attrs(op_def, arguments)
    inputs: list[Tensor] = []
    for arg in op_def.inputs:
        inputs += _convert_input(op_def, arg, arguments[arg.name], attrs)
    _complete_attrs(op_def, attrs)
    return _arranged(op_def, attrs, get_default_graph().execute(op_def, inputs, attrs), None)


def _references(op_def: OpDef, inputs: list[Tensor]) -> list[Tensor]:
    if not any(arg.is_ref for arg in op_def.inputs):
        return []
    # Lists stand last where there are references.
    return [tensor for arg, tensor in zip(op_def.inputs, inputs, strict=False) if arg.is_ref]


def _arranged(op_def: OpDef, attrs: dict[str, Any], outputs: list[Tensor], bare: Any) -> Any:
    """A node's outputs as its signature groups them; `bare` where there are none."""
    args = op_def.outputs
    if not args:
        return bare
    if len(args) == 1 and not args[0].is_list:
        return outputs[0]
    if len(args) == 1:
        return list(outputs) or bare
    result: list[Any] = []
    position = 0
    for arg in args:
        if arg.is_list:
            count = _list_length(arg, attrs)
            result.append(outputs[position : position + count])
            position += count
        else:
            result.append(outputs[position])
            position += 1
    return result


def _list_length(arg: ArgDef, attrs: dict[str, Any]) -> int:
    if arg.number_attr is not None:
        return attrs[arg.number_attr]
    return len(attrs[str(arg.type_list_attr)])


def _given_attrs(op_def: OpDef, arguments: dict[str, Any]) -> dict[str, Any]:
    input_names = {arg.name for arg in op_def.inputs}
    unknown = arguments.keys() - input_names - op_def.attrs.keys()
    missing = input_names - arguments.keys()
    if unknown or missing:
        raise TypeError(
            f"The op {op_def.name} takes {', '.join([*sorted(input_names), *op_def.attrs])}; "
            f"unknown: {sorted(unknown)}, missing: {sorted(missing)}."
        )
    return {
        name: normalize_attr(op_def.name, attr, arguments[name])
        for name, attr in op_def.attrs.items()
        if arguments.get(name) is not None
    }


def _convert_input(op_def: OpDef, arg: ArgDef, value: Any, attrs: dict[str, Any]) -> list[Tensor]:
    if not arg.is_list:
        tensor = _convert_one(op_def, arg, value, arg.name, attrs)
        _infer_type(op_def, arg, tensor.dtype.base_dtype, attrs)
        return [tensor]
    if isinstance(value, (Tensor, str, bytes)) or not hasattr(value, "__len__"):
        raise TypeError(f"Expected a list for argument '{arg.name}' of the op {op_def.name}, not {value!r}.")
    tensors = _convert_list(op_def, arg, list(value), attrs)
    if arg.number_attr is not None:
        _set_inferred(op_def, arg.number_attr, len(tensors), arg, attrs)
        minimum = op_def.attrs[arg.number_attr].minimum or 0
        if len(tensors) < minimum:
            raise ValueError(
                f"List argument '{arg.name}' to '{op_def.name}' Op with length {len(tensors)} "
                f"shorter than minimum length {minimum}."
            )
        for tensor in tensors:
            _infer_type(op_def, arg, tensor.dtype.base_dtype, attrs)
    elif arg.type_list_attr is not None:
        types = [tensor.dtype.base_dtype for tensor in tensors]
        _set_inferred(op_def, arg.type_list_attr, types, arg, attrs)
    return tensors


def _convert_list(op_def: OpDef, arg: ArgDef, items: list[Any], attrs: dict[str, Any]) -> list[Tensor]:
    # One tensor among Python values decides the type of all.
    if arg.type_attr is not None and arg.type_attr not in attrs:
        for item in items:
            if isinstance(item, Tensor) or hasattr(item, "_as_graph_element"):
                _infer_type(op_def, arg, item.dtype.base_dtype, attrs)
                break
    tensors: list[Tensor] = []
    for index, item in enumerate(items):
        tensors.append(_convert_one(op_def, arg, item, f"{arg.name}_{index}", attrs))
        if arg.type_attr is not None:
            _infer_type(op_def, arg, tensors[0].dtype.base_dtype, attrs)
    return tensors


def _convert_one(op_def: OpDef, arg: ArgDef, value: Any, name: str, attrs: dict[str, Any]) -> Tensor:
    wanted = arg.type
    if arg.type_attr is not None:
        wanted = attrs.get(arg.type_attr)
    try:
        if arg.type_attr is not None and wanted is None:
            tensor = _convert_freely(op_def.attrs[arg.type_attr], value, name, arg.is_ref)
        else:
            tensor = convert_to_tensor(
                value, wanted if not isinstance(value, Tensor) else None, name, as_ref=arg.is_ref
            )
    except (TypeError, ValueError) as error:
        if wanted is None or op_def.name in ("Const",):
            raise
        raise type(error)(
            f"{error}\nin argument '{arg.name}' of the op {op_def.name}, which must be {wanted.name} here"
            f"{_because(op_def, arg)}."
        ) from None
    _check_input_type(op_def, arg, tensor, wanted)
    return tensor


def _convert_freely(attr: AttrDef, value: Any, name: str, as_ref: bool) -> Tensor:
    """A tensor of the type the value has by itself, where the op takes it; else of the attribute's default type.

    As in TensorFlow, the constant of a first attempt stays in the graph: `tf.reshape(x, [])` makes two.
    """
    default = None if attr.default is REQUIRED else attr.default
    if attr.allowed is None or isinstance(value, Tensor):
        return convert_to_tensor(value, None, name, default, as_ref=as_ref)
    tensor = convert_to_tensor(value, None, name, as_ref=as_ref)
    if default is None or tensor.dtype.base_dtype in attr.allowed:
        return tensor
    return convert_to_tensor(value, None, name, default, as_ref=as_ref)


def _check_input_type(op_def: OpDef, arg: ArgDef, tensor: Tensor, wanted: DType | None) -> None:
    if arg.is_ref and not tensor.dtype._is_ref_dtype:
        raise TypeError(
            f"'{op_def.name}' Op requires that input '{arg.name}' be a mutable tensor (e.g.: a tf.Variable), "
            f"got {tensor}."
        )
    if wanted is not None and tensor.dtype.base_dtype is not wanted:
        if get_default_graph().executes_eagerly:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"cannot compute {op_def.name} as input #{op_def.inputs.index(arg)}(zero-based) was expected to be a "
                f"{wanted.name} tensor but is a {tensor.dtype.base_dtype.name} tensor. Use tf.cast. [Op:{op_def.name}]",
            )
        raise TypeError(
            f"Input '{arg.name}' of '{op_def.name}' Op has type {tensor.dtype.base_dtype.name} that does not match "
            f"type {wanted.name}{_because(op_def, arg)}. Use tf.cast."
        )


def _because(op_def: OpDef, arg: ArgDef) -> str:
    for other in op_def.inputs:
        if other is not arg and arg.type_attr is not None and other.type_attr == arg.type_attr:
            return f" of argument '{other.name}'"
    return f" that attribute {arg.type_attr} says" if arg.type_attr is not None else " of the op's signature"


def _infer_type(op_def: OpDef, arg: ArgDef, dtype: DType, attrs: dict[str, Any]) -> None:
    if arg.type_attr is not None and arg.type_attr not in attrs:
        attrs[arg.type_attr] = dtype
        _check_allowed(op_def.name, op_def.attrs[arg.type_attr], dtype, f"input '{arg.name}'")


def _set_inferred(op_def: OpDef, attr: str, value: Any, arg: ArgDef, attrs: dict[str, Any]) -> None:
    if attrs.setdefault(attr, value) != value:
        raise ValueError(
            f"Argument '{arg.name}' of the op {op_def.name} gives {attr}={value}, another argument gave {attrs[attr]}."
        )


def _complete_attrs(op_def: OpDef, attrs: dict[str, Any]) -> None:
    for name, attr in op_def.attrs.items():
        if name not in attrs:
            if attr.default is REQUIRED:
                raise TypeError(f"The op {op_def.name} needs a value for '{name}' ({attr.type}).")
            attrs[name] = attr.default


def normalize_attr(op_name: str, attr: AttrDef, value: Any) -> Any:
    """`value` as the Python type that stands for the attribute's kind; TypeError or ValueError if it cannot."""
    if attr.type.startswith("list("):
        if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
            raise TypeError(f"Expected a list for attribute '{attr.name}' of the op {op_name}, not {value!r}.")
        kind = attr.type[5:-1]
        result: Any = [_normalize(op_name, attr, kind, item) for item in value]
        if attr.minimum is not None and len(result) < attr.minimum:
            raise ValueError(f"Attr '{attr.name}' of '{op_name}' Op needs {attr.minimum} values, got {result}.")
        for item in result:
            _check_allowed(op_name, attr, item, "it")
        return result
    result = _normalize(op_name, attr, attr.type, value)
    _check_allowed(op_name, attr, result, "it")
    if attr.minimum is not None and result < attr.minimum:
        raise ValueError(f"Attr '{attr.name}' of '{op_name}' Op passed {result} less than minimum {attr.minimum}.")
    return result


def _normalize(op_name: str, attr: AttrDef, kind: str, value: Any) -> Any:
    try:
        return _NORMALIZERS[kind](value)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"Expected {kind} for attribute '{attr.name}' of the op {op_name}, got {value!r} of type "
            f"{type(value).__name__}."
        ) from error


def _as_text(value: Any) -> str | bytes:
    if not isinstance(value, (str, bytes)):
        raise TypeError("neither text nor bytes")
    return value


def _as_int(value: Any) -> int:
    # What programs compute with a division is cut, as TensorFlow does.
    if isinstance(value, (str, bytes)):
        raise TypeError("text")
    return int(value)


def _unchanged(value: Any) -> Any:
    return value


_NORMALIZERS: dict[str, Any] = {
    "int": _as_int,
    "float": float,
    "bool": bool,
    "string": _as_text,
    "type": lambda value: dtypes.as_dtype(value).base_dtype,
    "shape": as_shape,
    "tensor": _unchanged,
    "func": _unchanged,
}


def _check_allowed(op_name: str, attr: AttrDef, value: Any, what: str) -> None:
    if attr.allowed is None or value in attr.allowed:
        return
    if attr.type in ("type", "list(type)"):
        names = ", ".join(dtype.name for dtype in attr.allowed)
        raise TypeError(
            f"Value passed to parameter of '{op_name}' Op ({what}) has DataType {value.name} "
            f"not in list of allowed values: {names}"
        )
    raise ValueError(
        f"Value for attr '{attr.name}' of {value!r} is not in the list of allowed values of the op {op_name}: "
        f"{', '.join(map(repr, attr.allowed))}"
    )
