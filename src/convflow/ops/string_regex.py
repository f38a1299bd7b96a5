"""Patterns in strings (API: tf.regex_replace, tf.strings.regex_full_match).

Patterns are read by Python's `re` with the settings of RE2: classes such as \\w are ASCII's, and a character is one of
UTF-8. Look-around and back references within a pattern, which RE2 does not have, work here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import torch

from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import NO_GRADIENT, NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.string import each, text_of


def regex_replace(
    input: Any, pattern: Any, rewrite: Any, replace_global: bool = True, name: str | None = None
) -> Tensor:
    """What matches a pattern replaced (API: tf.regex_replace, tf.strings.regex_replace).

    Args:
        input: strings.
        pattern: a regular expression, a text or a scalar.
        rewrite: what to put there; \\1 ... \\9 are the pattern's groups, \\0 is all of the match.
        replace_global: replace every match instead of the first only.

    Raises:
        ValueError: a text that is no pattern. (When run: InvalidArgumentError.)
    """
    if isinstance(pattern, (str, bytes)) and isinstance(rewrite, (str, bytes)):
        return apply_op(
            "StaticRegexReplace", input=input, pattern=pattern, rewrite=rewrite, replace_global=replace_global,
            name=name,
        )  # fmt: skip
    return apply_op(
        "RegexReplace", input=input, pattern=pattern, rewrite=rewrite, replace_global=replace_global, name=name
    )


def regex_full_match(input: Any, pattern: Any, name: str | None = None) -> Tensor:
    """Whether all of a string matches a pattern, bool (API: tf.strings.regex_full_match)."""
    if isinstance(pattern, (str, bytes)):
        return apply_op("StaticRegexFullMatch", input=input, pattern=pattern, name=name)
    return apply_op("RegexFullMatch", input=input, pattern=pattern, name=name)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern, re.ASCII)
    except re.error as error:
        raise ValueError(f"Invalid pattern: {pattern}, error: {error}") from None


def _decoded(item: bytes) -> str:
    return item.decode("utf-8", "surrogateescape")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


_REFERENCE = re.compile(r"\\(\d|\\)|\\(.?)", re.DOTALL)


def _rewritten(rewrite: str, match: re.Match[str]) -> str:
    def part(found: re.Match[str]) -> str:
        if found[1] is None:
            raise ValueError(f"Invalid rewrite {rewrite!r}: a backslash stands before a digit or a backslash only.")
        return "\\" if found[1] == "\\" else match[int(found[1])] or ""

    return _REFERENCE.sub(part, rewrite)


def _replaced(text: str, pattern: re.Pattern[str], rewrite: str, everywhere: bool) -> str:
    highest = max((int(found) for found in re.findall(r"\\(\d)", rewrite)), default=0)
    if highest > pattern.groups:
        return text  # as RE2: a rewrite that asks for a group that is not there changes nothing
    parts: list[str] = []
    position = last_end = 0
    for match in pattern.finditer(text):
        if match.start() == match.end() == last_end and match.start() and parts:
            continue  # RE2 takes no empty match right behind another one
        parts += [text[position : match.start()], _rewritten(rewrite, match)]
        position = last_end = match.end()
        if not everywhere:
            break
    return "".join([*parts, text[position:]])


def _replacement(input: np.ndarray, pattern: str, rewrite: str, everywhere: bool) -> np.ndarray:
    compiled = _compiled(pattern)
    return each(lambda item: _encoded(_replaced(_decoded(item), compiled, rewrite, everywhere)), input)


def _matches(input: np.ndarray, pattern: str) -> torch.Tensor:
    compiled = _compiled(pattern)
    found = each(lambda item: compiled.fullmatch(_decoded(item)) is not None, input, dtype=np.bool_)
    return torch.from_numpy(found)


def _static_shape(ctx: Any) -> list[TensorShape]:
    _compiled(text_of(ctx.attr("pattern")))
    return rules.unchanged(ctx)


def _fed_shape(ctx: Any) -> list[TensorShape]:
    for index, what in ((1, "pattern"), (2, "rewrite")):
        if index < ctx.num_inputs:
            rules.with_rank(ctx.input(index), 0, what)
    return rules.unchanged(ctx)


def _static_replace_kernel(op: Operation) -> Callable[[np.ndarray], np.ndarray]:
    pattern, rewrite = text_of(op.attrs["pattern"]), text_of(op.attrs["rewrite"])
    return lambda input: _replacement(input, pattern, rewrite, op.attrs["replace_global"])


def _replace_kernel(op: Operation) -> Callable[..., np.ndarray]:
    everywhere = op.attrs["replace_global"]

    def compute(input: np.ndarray, pattern: np.ndarray, rewrite: np.ndarray) -> np.ndarray:
        return _replacement(input, _decoded(pattern.item()), _decoded(rewrite.item()), everywhere)

    return compute


register_op(
    "StaticRegexReplace",
    inputs="input: string",
    outputs="output: string",
    attrs="pattern: string; rewrite: string; replace_global: bool = true",
    shape=_static_shape,
    kernel=_static_replace_kernel,
    gradient=NO_GRADIENT,
)
register_op(
    "RegexReplace",
    inputs="input: string; pattern: string; rewrite: string",
    outputs="output: string",
    attrs="replace_global: bool = true",
    shape=_fed_shape,
    kernel=_replace_kernel,
    gradient=NOT_DIFFERENTIABLE,
)


def _static_match_kernel(op: Operation) -> Callable[[np.ndarray], torch.Tensor]:
    pattern = text_of(op.attrs["pattern"])
    return lambda input: _matches(input, pattern)


register_op(
    "StaticRegexFullMatch",
    inputs="input: string",
    outputs="output: bool",
    attrs="pattern: string",
    shape=_static_shape,
    kernel=_static_match_kernel,
    gradient=NO_GRADIENT,
)
register_op(
    "RegexFullMatch",
    inputs="input: string; pattern: string",
    outputs="output: bool",
    shape=_fed_shape,
    kernel=lambda op: lambda input, pattern: _matches(input, _decoded(pattern.item())),
    gradient=NO_GRADIENT,
)
