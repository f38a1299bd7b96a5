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
    """A number. The arguments: see `add_image_summary`."""
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
    """How much of a tensor is zero. The arguments: see `add_image_summary`."""
    full_name = _name(tensor, name, prefix, "Fraction_of_Zero_Values")
    return add_scalar_summary(zero_fraction(tensor), full_name, print_summary=print_summary)


def add_histogram_summaries(tensors: Iterable[Any], prefix: str | None = None) -> list[Tensor]:
    """The distribution of each tensor."""
    return [add_histogram_summary(tensor, prefix=prefix) for tensor in tensors]


def add_image_summaries(tensors: Iterable[Any], prefix: str | None = None) -> list[Tensor]:
    """Pictures of each tensor."""
    return [add_image_summary(tensor, prefix=prefix) for tensor in tensors]


def add_scalar_summaries(
    tensors: Iterable[Any], prefix: str | None = None, print_summary: bool = False
) -> list[Tensor]:
    """The number that each tensor is."""
    return [add_scalar_summary(tensor, prefix=prefix, print_summary=print_summary) for tensor in tensors]


def add_zero_fraction_summaries(tensors: Iterable[Any], prefix: str | None = None) -> list[Tensor]:
    """How much of each tensor is zero."""
    return [add_zero_fraction_summary(tensor, prefix=prefix) for tensor in tensors]
