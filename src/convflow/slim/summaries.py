"""Summaries named after their tensors (API: slim.summaries)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from convflow.graph.collections import GraphKeys
from convflow.graph.operation import Tensor
from convflow.graph.scopes import add_to_collection
from convflow.ops.logging import Print
from convflow.ops.norm import zero_fraction
from convflow.training import summaries


def _name(tensor: Any, name: str | None, prefix: str | None, postfix: str | None = None) -> str:
    return "/".join(part for part in (prefix, name or tensor.op.name, postfix) if part)


def add_histogram_summary(tensor: Any, name: str | None = None, prefix: str | None = None) -> Tensor:
    """The distribution of a tensor.

    Args:
        name: the summary's name, the tensor's by default.
        prefix: what stands before it, with a slash.
    """
    return summaries.histogram(_name(tensor, name, prefix), tensor)


def add_image_summary(
    tensor: Any, name: str | None = None, prefix: str | None = None, print_summary: bool = False
) -> Tensor:
    """Pictures, shape (batch, height, width, channels).

    Args:
        name, prefix: see `add_histogram_summary`.
        print_summary: whether the tensor is also printed when the summary is computed.
    """
    return _listed(summaries.image, tensor, _name(tensor, name, prefix), print_summary)


def add_scalar_summary(
    tensor: Any, name: str | None = None, prefix: str | None = None, print_summary: bool = False
) -> Tensor:
    """A number (API: slim.summaries.add_scalar_summary).

    Args:
        tensor: a scalar.
        name: the summary's name; the tensor's by default.
        prefix: what stands before it, with a slash; None for nothing.
        print_summary: whether the tensor is also printed, on standard error, when the summary is computed.

    Returns:
        the summary, a string scalar, listed among the SUMMARIES.
    """
    return _listed(summaries.scalar, tensor, _name(tensor, name, prefix), print_summary)


def _listed(summary: Any, tensor: Any, name: str, print_summary: bool) -> Tensor:
    if not print_summary:
        return summary(name=name, tensor=tensor)
    printed = Print(summary(name=name, tensor=tensor, collections=[]), [tensor], name)
    add_to_collection(GraphKeys.SUMMARIES, printed)
    return printed


def add_zero_fraction_summary(
    tensor: Any, name: str | None = None, prefix: str | None = None, print_summary: bool = False
) -> Tensor:
    """How much of a tensor is zero, from 0 to 1 (API: slim.summaries.add_zero_fraction_summary).

    Args:
        tensor: a tensor of numbers.
        name: the summary's name; the tensor's by default.
        prefix: what stands before it, with a slash; None for nothing.
        print_summary: whether the fraction is also printed, on standard error, when the summary is computed.

    Returns:
        the summary, a string scalar, listed among the SUMMARIES.
    """
    full_name = _name(tensor, name, prefix, "Fraction_of_Zero_Values")
    return add_scalar_summary(zero_fraction(tensor), full_name, print_summary=print_summary)


def add_histogram_summaries(tensors: Iterable[Any], prefix: str | None = None) -> list[Tensor]:
    """The distribution of each tensor (API: slim.summaries.add_histogram_summaries).

    Args:
        tensors: tensors of numbers.
        prefix: what stands before their names, with a slash; None for nothing.

    Returns:
        a list of summaries, listed among the SUMMARIES.
    """
    return [add_histogram_summary(tensor, prefix=prefix) for tensor in tensors]


def add_image_summaries(tensors: Iterable[Any], prefix: str | None = None) -> list[Tensor]:
    """Pictures of each tensor (API: slim.summaries.add_image_summaries).

    Args:
        tensors: tensors of shape (batch, height, width, channels).
        prefix: what stands before their names, with a slash; None for nothing.

    Returns:
        a list of summaries, listed among the SUMMARIES.
    """
    return [add_image_summary(tensor, prefix=prefix) for tensor in tensors]


def add_scalar_summaries(
    tensors: Iterable[Any], prefix: str | None = None, print_summary: bool = False
) -> list[Tensor]:
    """The number that each tensor is (API: slim.summaries.add_scalar_summaries).

    Args:
        tensors: scalars.
        prefix: what stands before their names, with a slash; None for nothing.
        print_summary: whether tensors are also printed, on standard error, when summaries are computed.

    Returns:
        a list of summaries, listed among the SUMMARIES.
    """
    return [add_scalar_summary(tensor, prefix=prefix, print_summary=print_summary) for tensor in tensors]


def add_zero_fraction_summaries(tensors: Iterable[Any], prefix: str | None = None) -> list[Tensor]:
    """How much of each tensor is zero (API: slim.summaries.add_zero_fraction_summaries).

    Args:
        tensors: tensors of numbers.
        prefix: what stands before their names, with a slash; None for nothing.

    Returns:
        a list of summaries, listed among the SUMMARIES.
    """
    return [add_zero_fraction_summary(tensor, prefix=prefix) for tensor in tensors]
