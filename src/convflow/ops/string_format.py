"""Tensors put into text (API: tf.strings.format)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convflow.core import dtypes, values
from convflow.core.shape import TensorShape, scalar
from convflow.graph.apply import apply_op
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import is_tensor
from convflow.ops.string import text_of


def string_format(
    template: str, inputs: Any, placeholder: str = "{}", summarize: int = 3, name: str | None = None
) -> Tensor:
    """`template` with the values of tensors in the places of `placeholder` (API: tf.strings.format).

    Args:
        template: the text, with a placeholder for each tensor.
        inputs: a tensor, or a list or tuple of them.
        placeholder: what stands for a tensor.
        summarize: how many elements of each axis to show at its beginning and at its end; -1 for all.

    Raises:
        ValueError: more or fewer placeholders than tensors.
    """
    if is_tensor(inputs) or not isinstance(inputs, (list, tuple, np.ndarray)):
        inputs = [inputs]
    if template.count(placeholder) != len(inputs):
        raise ValueError(
            f"The template expects {template.count(placeholder)} tensors, but the inputs only has {len(inputs)}. "
            "Please ensure the number of placeholders in template matches inputs length."
        )
    return apply_op(
        "StringFormat", inputs=list(inputs), template=template, placeholder=placeholder, summarize=summarize, name=name
    )


def summarized(array: np.ndarray, summarize: int = 3) -> str:
    """An array as text, with an ellipsis in the middle of its long axes; `summarize` as of `string_format`."""
    return _part(array, summarize, depth=0)


def _part(array: np.ndarray, summarize: int, depth: int) -> str:
    if array.ndim == 0:
        return _item(array.item() if array.dtype != object else array[()], dtypes.as_dtype(array.dtype))
    # Rows of the last axis stand in a line, those above below each other, matrices with empty lines between them.
    lines = "\n" * (array.ndim - 1)
    between = f"{lines}{' ' * (depth + 1)}" if lines else " "
    count = len(array)
    if summarize >= 0 and count > 2 * summarize:
        shown: list[int | None] = [*range(summarize), None, *range(count - summarize, count)]
    else:
        shown = list(range(count))
    # An element of an array of strings is no array by itself.
    rows = [None if index is None else np.asarray(array[index], array.dtype) for index in shown]
    parts = ["..." if row is None else _part(row, summarize, depth + 1) for row in rows]
    return f"[{between.join(parts)}]"


_DIGITS = {"float16": (6, 9, np.float32), "bfloat16": (6, 9, np.float32), "float32": (6, 9, np.float32)}


def _item(item: Any, dtype: dtypes.DType) -> str:
    if isinstance(item, bytes):
        text = item.decode("utf-8", "replace").replace("\\", "\\\\").replace('"', '\\"')
        return f'"{text}"'
    if not dtype.is_floating:
        return "?" if dtype.is_complex else str(int(item))
    few, all_of_them, narrow = _DIGITS.get(dtype.name, (15, 17, np.float64))
    # As few digits as give the number back.
    short = f"{item:.{few}g}"
    return short if narrow(short) == narrow(item) or item != item else f"{item:.{all_of_them}g}"


def _format_shape(ctx: Any) -> list[TensorShape]:
    count = text_of(ctx.attr("template")).count(text_of(ctx.attr("placeholder")))
    if count != ctx.num_inputs:
        raise ValueError(f"num placeholders in template and num inputs must match: {count} vs. {ctx.num_inputs}")
    return [scalar()]


def _format_kernel(op: Operation) -> Callable[..., np.ndarray]:
    pieces = text_of(op.attrs["template"]).split(text_of(op.attrs["placeholder"]))
    summarize = op.attrs["summarize"]

    def compute(*inputs: Any) -> np.ndarray:
        texts = [summarized(values.to_numpy(value), summarize) for value in inputs]
        whole = pieces[0] + "".join(text + piece for text, piece in zip(texts, pieces[1:], strict=True))
        return np.array(whole.encode("utf-8", "surrogateescape"), dtype=object)

    return compute


register_op(
    "StringFormat",
    inputs="inputs: (T...)",
    outputs="output: string",
    attrs="T: list(type) >= 0; template: string = '%s'; placeholder: string = '%s'; summarize: int = 3",
    shape=_format_shape,
    kernel=_format_kernel,
    gradient=NO_GRADIENT,
)
