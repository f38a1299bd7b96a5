"""Tensors shown while they are computed (API: tf.print)."""

from __future__ import annotations

import pprint
import sys
from collections.abc import Callable
from typing import Any

from convflow.core import dtypes, logging, nest
from convflow.graph.apply import apply_op
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import is_tensor
from convflow.graph.sparse_tensor import SparseTensor
from convflow.ops import rules
from convflow.ops.string import text_of
from convflow.ops.string_format import string_format

_LOGS = {name: getattr(logging, name) for name in ("info", "warning", "error")}
_LEVELS: list[tuple[Any, str]] = [(log, f"log({name})") for name, log in _LOGS.items()]
_LEVELS.append((logging.warn, "log(warning)"))
_FILE = "file://"


def print_v2(*inputs: Any, **kwargs: Any) -> Any:
    """An operation that shows values, of tensors those of the run (API: tf.print).

    Args:
        inputs: tensors, sparse tensors, values, and lists, tuples and dicts of them.
        output_stream: `sys.stderr` (the default), `sys.stdout`, `tf.logging.info`, `warning` or `error`, or
            "file://" and a path to append to.
        summarize: how many elements of each axis to show at its beginning and end, 3 by default; -1 for all.
        sep, end: what stands between the inputs, a space by default, and after them, a new line.
        name: of the node.

    Raises:
        ValueError: another output stream or keyword.
    """
    stream = _stream(kwargs.pop("output_stream", sys.stderr))
    name, summarize = kwargs.pop("name", None), kwargs.pop("summarize", 3)
    sep, end = kwargs.pop("sep", " "), kwargs.pop("end", "\n")
    if kwargs:
        raise ValueError(
            f"Unrecognized keyword arguments for tf.print: {sorted(kwargs)}. It takes output_stream, summarize, sep, "
            "end and name."
        )
    if len(inputs) == 1 and _is_text(inputs[0]):
        return apply_op("PrintV2", input=inputs[0], output_stream=stream, end=end, name=name)
    tensors: list[Tensor] = []
    pieces = [_template(value, tensors) for value in inputs]
    hole = _hole(pieces)
    template = sep.join(piece.replace(_MARK, hole) for piece in pieces)
    label = f"{name}_format" if name else None
    text = string_format(template, tensors, placeholder=hole, summarize=summarize, name=label)
    return apply_op("PrintV2", input=text, output_stream=stream, end=end, name=name)


# Stands for a tensor while it is not known what the text around is: Unicode's sign for an object in a text.
_MARK = "\N{OBJECT REPLACEMENT CHARACTER}"


class _Hole:
    def __repr__(self) -> str:
        return _MARK


def _is_text(value: Any) -> bool:
    return is_tensor(value) and value.dtype is dtypes.string and value.shape.rank == 0


def _template(value: Any, tensors: list[Tensor]) -> str:
    if isinstance(value, str):
        return value
    holes = nest.map_structure(lambda leaf: _shown(leaf, tensors), value)
    return pprint.pformat(holes)


def _shown(leaf: Any, tensors: list[Tensor]) -> Any:
    if isinstance(leaf, SparseTensor):
        tensors.extend([leaf.indices, leaf.values, leaf.dense_shape])
        return f"SparseTensor(indices={_MARK}, values={_MARK}, shape={_MARK})"
    if is_tensor(leaf):
        tensors.append(leaf)
        return _Hole()
    return leaf


def _hole(pieces: list[str]) -> str:
    """What stands for a tensor in the template: braces, and a number where the text itself has some."""
    hole, number = "{}", 0
    while any(hole in piece for piece in pieces):
        hole, number = f"{{}}{number}", number + 1
    return hole


def _stream(stream: Any) -> str:
    for known, word in [(sys.stdout, "stdout"), (sys.stderr, "stderr"), *_LEVELS]:
        if stream is known:
            return word
    if isinstance(stream, str) and stream.startswith(_FILE):
        return stream
    raise ValueError(
        f"Unsupported output stream, logging level, or file: {stream!r}. Supported streams are sys.stdout, "
        "sys.stderr, tf.logging.info, tf.logging.warning, tf.logging.error, and 'file://' with a path."
    )


def _print_kernel(op: Operation, store: Any) -> Callable[[Any], None]:
    stream, end = text_of(op.attrs["output_stream"]), text_of(op.attrs["end"])

    def show(value: Any) -> None:
        if value.shape:
            raise ValueError("PrintV2 shows one string.")
        text = text_of(value.item())
        if stream.startswith(_FILE):
            with open(stream.removeprefix(_FILE), "a", encoding="utf-8") as file:
                file.write(text + end)
        elif stream.startswith("log("):
            _LOGS[stream[4:-1]](text)
        else:
            out = sys.stdout if stream == "stdout" else sys.stderr
            out.write(text + end)
            out.flush()

    return show


def _text_shape(ctx: Any) -> list[Any]:
    rules.with_rank(ctx.input(0), 0, "input")
    return []


register_op(
    "PrintV2",
    inputs="input: string",
    attrs="output_stream: string = 'stderr'; end: string = '\\n'",
    shape=_text_shape,
    kernel=_print_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)
