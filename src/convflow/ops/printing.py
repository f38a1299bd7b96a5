"""Values printed as they pass (API: tf.Print)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import numpy as np

from convflow.core import values
from convflow.graph.apply import apply_op
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.string_format import summarized


def Print(
    input_: Any,
    data: Sequence[Any],
    message: str | None = None,
    first_n: int | None = None,
    summarize: int | None = None,
    name: str | None = None,
) -> Tensor:
    """`input_`; whenever it is computed, `data` is printed to the standard error output (API: tf.Print).

    Args:
        input_: a tensor.
        data: a list of tensors.
        message: what is printed before them.
        first_n: how many times it prints; always by default.
        summarize: how many elements of each are printed, 3 by default.
    """
    return apply_op(
        "Print", input=input_, data=data, message=message or "", first_n=-1 if first_n is None else first_n,
        summarize=3 if summarize is None else summarize, name=name,
    )  # fmt: skip


def _print_kernel(op: Operation, store: Any) -> Callable[..., Any]:
    message = op.attrs["message"]
    start = message.decode("utf-8", "replace") if isinstance(message, bytes) else str(message)
    first_n, summarize = op.attrs["first_n"], op.attrs["summarize"]
    runs = count()

    def show(value: Any, *data: Any) -> Any:
        if first_n < 0 or next(runs) < first_n:
            shown = "".join(f"[{_shown(values.to_numpy(item), summarize)}]" for item in data)
            print(start + shown, file=sys.stderr, flush=True)
        return value

    return show


def _shown(array: np.ndarray, limit: int) -> str:
    """The first elements with brackets around the rows that they stand in."""
    left = array.size if limit < 0 else limit
    text = _rows(array, left, 0)[0]
    return text + ("..." if left < array.size else "")


def _rows(array: np.ndarray, left: int, depth: int) -> tuple[str, int]:
    """Up to `left` elements as text, and how many more may follow."""
    if array.ndim == 0:
        return _element(array), left - 1
    if array.ndim == 1:
        shown = " ".join(_element(item) for item in array[:left])
        cut = left < len(array) and depth > 0
        return shown + ("..." if cut else ""), left - min(left, len(array))
    parts = []
    for row in array:
        if left > 0:
            text, left = _rows(row, left, depth + 1)
            parts.append(f"[{text}]")
    return "".join(parts), left


def _element(item: Any) -> str:
    # An element of an array of strings is no array by itself.
    value = item[()] if isinstance(item, np.ndarray) else item
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else summarized(np.asarray(value))


def _print_gradient(op: Operation, *grads: Any) -> list[Any]:
    return [*grads, *[None] * (len(op.inputs) - 1)]


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
