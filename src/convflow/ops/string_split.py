"""Strings cut into words (API: tf.string_split, tf.strings.split)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import NO_GRADIENT, NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation
from convflow.graph.scopes import name_scope
from convflow.graph.sparse_tensor import SparseTensor
from convflow.ops import rules
from convflow.ops.window import either


def string_split(
    source: Any,
    sep: Any = None,
    skip_empty: bool = True,
    delimiter: Any = None,
    result_type: str = "SparseTensor",
    name: str | None = None,
) -> SparseTensor:
    """The words of each string, one row a string (API: tf.string_split).

    Args:
        source: a vector of strings.
        sep: the letters of which each separates words, a space by default; an empty text makes a word of each byte.
            `delimiter` is its former name.
        skip_empty: leave out words without letters.
        result_type: "SparseTensor"; ragged tensors are not there.

    Returns:
        A sparse tensor [strings, the most words].
    """
    sep = either("sep", sep, "delimiter", delimiter)
    _check_result(result_type)
    with name_scope(name, "StringSplit", [source]):
        letters = convert_to_tensor(" " if sep is None else sep, dtype="string")
        strings = convert_to_tensor(source, dtype="string")
        return _sparse(apply_op("StringSplit", input=strings, delimiter=letters, skip_empty=skip_empty))


def strings_split(
    input: Any = None,
    sep: Any = None,
    maxsplit: int = -1,
    result_type: str = "SparseTensor",
    source: Any = None,
    name: str | None = None,
) -> SparseTensor:
    """The words of each string, separated by a text as in Python's `str.split` (API: tf.strings.split).

    Args:
        input: a vector of strings. `source` is another name for it.
        sep: the text between words; by default any white space, and no empty words.
        maxsplit: at most so many cuts, -1 for all.
        result_type: "SparseTensor"; ragged tensors are not there.
    """
    strings = either("input", input, "source", source)
    _check_result(result_type)
    with name_scope(name, "StringSplit", [strings]):
        between = convert_to_tensor("" if sep is None else sep, dtype="string")
        strings = convert_to_tensor(strings, dtype="string")
        return _sparse(apply_op("StringSplitV2", input=strings, sep=between, maxsplit=maxsplit))


def _check_result(result_type: str) -> None:
    if result_type != "SparseTensor":
        raise ValueError(f"result_type={result_type!r} is not supported: pass 'SparseTensor'.")


def _sparse(words: Any) -> SparseTensor:
    indices, values, shape = words
    indices.set_shape(unknown_shape(2))
    values.set_shape(unknown_shape(1))
    shape.set_shape([2])
    return SparseTensor(indices, values, shape)


def _split_shape(ctx: Any) -> list[TensorShape]:
    rules.with_rank(ctx.input(0), 1, "input")
    rules.with_rank(ctx.input(1), 0, "delimiter")
    return [TensorShape([None, 2]), unknown_shape(1), TensorShape([2])]


def _parts(rows: list[list[bytes]]) -> tuple[torch.Tensor, np.ndarray, torch.Tensor]:
    places = [(number, place) for number, row in enumerate(rows) for place in range(len(row))]
    indices = torch.tensor(places, dtype=torch.int64).reshape(-1, 2)
    values = np.empty(len(places), dtype=object)
    values[:] = [word for row in rows for word in row]
    shape = torch.tensor([len(rows), max(map(len, rows), default=0)], dtype=torch.int64)
    return indices, values, shape


def _by_letters(item: bytes, letters: bytes, skip_empty: bool) -> list[bytes]:
    if not letters:
        return [item[place : place + 1] for place in range(len(item))]
    words, start = [], 0
    for place, letter in enumerate(item):
        if letter in letters:
            words.append(item[start:place])
            start = place + 1
    words.append(item[start:])
    return [word for word in words if word or not skip_empty] if item else []


def _by_text(item: bytes, text: bytes, maxsplit: int) -> list[bytes]:
    return item.split(text, maxsplit) if text else _by_space(item, maxsplit)


def _by_space(item: bytes, maxsplit: int) -> list[bytes]:
    words = item.split()
    if maxsplit == 0:
        return [item]
    if maxsplit < 0 or len(words) < maxsplit:
        return words
    # What is left behind the last cut is a word, even an empty one: so TensorFlow has it.
    rest = item.split(None, maxsplit)[maxsplit:]
    return [*words[:maxsplit], *(rest or [b""])]


def _letters_kernel(op: Operation) -> Callable[..., Any]:
    skip_empty = op.attrs["skip_empty"]

    def compute(input: np.ndarray, delimiter: np.ndarray) -> Any:
        if input.ndim != 1:
            raise ValueError(f"input must be a vector, has shape {list(input.shape)}.")
        return _parts([_by_letters(item, delimiter.item(), skip_empty) for item in input])

    return compute


def _text_kernel(op: Operation) -> Callable[..., Any]:
    maxsplit = op.attrs["maxsplit"]

    def compute(input: np.ndarray, sep: np.ndarray) -> Any:
        if input.ndim != 1:
            raise ValueError(f"input must be a vector, has shape {list(input.shape)}.")
        return _parts([_by_text(item, sep.item(), maxsplit) for item in input])

    return compute


_OUTPUTS = "indices: int64; values: string; shape: int64"
register_op(
    "StringSplit",
    inputs="input: string; delimiter: string",
    outputs=_OUTPUTS,
    attrs="skip_empty: bool = true",
    shape=_split_shape,
    kernel=_letters_kernel,
    gradient=NOT_DIFFERENTIABLE,
)
register_op(
    "StringSplitV2",
    inputs="input: string; sep: string",
    outputs=_OUTPUTS,
    attrs="maxsplit: int = -1",
    shape=_split_shape,
    kernel=_text_kernel,
    gradient=NO_GRADIENT,
)
