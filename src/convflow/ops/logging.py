"""Values on standard error while a graph runs (API: tf.Print)."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from convflow.core import values
from convflow.core.compat import as_str_any
from convflow.graph.apply import apply_op
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules


def Print(
    input_: Any,
    data: Sequence[Any],
    message: str | None = None,
    first_n: int | None = None,
    summarize: int | None = None,
    name: str | None = None,
) -> Tensor:
    """`input_`; whoever computes it also writes `data` to standard error (API: tf.Print).

    Args:
        input_: any tensor, passed on.
        data: a list of tensors to show.
        message: stands before them.
        first_n: how many times it is written; always if None.
        summarize: how many elements of each tensor are shown, 3 by default; below zero all.
    """
    return apply_op("Print", input=input_, data=data, message=message, first_n=first_n, summarize=summarize, name=name)


def _print_kernel(op: Operation, store: Any) -> Callable[..., Any]:
    message, count = as_str_any(op.attrs["message"]), op.attrs["summarize"]
    first_n = op.attrs["first_n"]
    lock, done = threading.Lock(), [0]

    def show(input: Any, *data: Any) -> Any:
        with lock:
            if 0 <= first_n <= done[0]:
                return input
            done[0] += 1
            sys.stderr.write(message + "".join(f"[{_summary(values.to_numpy(value), count)}]" for value in data) + "\n")
            sys.stderr.flush()
        return input

    return show


def _summary(array: np.ndarray, count: int) -> str:
    """The first elements, rows in brackets; "..." where some are left out."""
    if array.size == 0:
        return ""
    if count == 0:
        return "..."
    if array.ndim == 0:
        return _text(array[()])
    shown = array.size if count < 0 else count
    is_cut = array.ndim > 1 and array.size > shown
    return _rows(array, [shown]) + ("..." if is_cut else "")


def _rows(array: np.ndarray, left: list[int]) -> str:
    """An array's rows while there are elements left to show; `left` counts down."""
    if array.ndim == 1:
        part = array[: left[0]]
        left[0] -= len(part)
        return " ".join(map(_text, part)) + ("..." if len(part) < len(array) else "")
    shown = ""
    for row in array:
        if left[0] <= 0:
            break
        shown += f"[{_rows(row, left)}]"
    return shown


# Digits that always suffice for most numbers of a type, and for all of them.
_DIGITS = {np.dtype(np.float64): (15, 17), np.dtype(np.float32): (6, 9)}


def _text(item: Any) -> str:
    if isinstance(item, bytes):
        return item.decode("utf-8", "backslashreplace")
    if isinstance(item, np.bool_):
        return str(int(item))
    if not isinstance(item, np.floating):
        return str(item)
    few, many = _DIGITS.get(item.dtype, (6, 6))
    text = f"{item:.{few}g}"
    return text if type(item)(text) == item or np.isnan(item) else f"{item:.{many}g}"


def _print_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [grad] + [None] * (len(op.inputs) - 1)


register_op(
    "Print",
    inputs="input: T; data: (U...)",
    outputs="output: T",
    attrs="T: type; U: list(type) >= 0; message: string = ''; first_n: int = -1; summarize: int = 3",
    shape=rules.unchanged,
    kernel=_print_kernel,
    gradient=_print_gradient,
    stateful=True,
)
