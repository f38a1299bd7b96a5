"""The graph's losses (API: tf.losses.add_loss, get_losses, get_regularization_loss, get_total_loss ...)."""

from __future__ import annotations

from typing import Any

from convflow.graph.collections import GraphKeys
from convflow.graph.operation import Tensor
from convflow.graph.scopes import add_to_collection, get_collection
from convflow.ops.array.constant import constant
from convflow.ops.math.arithmetic import add_n


def add_loss(loss: Tensor, loss_collection: Any = GraphKeys.LOSSES) -> None:
    """List a loss in a collection of the graph; None for none (API: tf.losses.add_loss).

    Args:
        loss: a tensor.
        loss_collection: the collection; LOSSES by default.
    """
    if loss_collection:
        add_to_collection(loss_collection, loss)


def get_losses(scope: str | None = None, loss_collection: Any = GraphKeys.LOSSES) -> list[Any]:
    """The losses listed so far whose names begin like `scope` (API: tf.losses.get_losses).

    Args:
        scope: what names begin like, or a regular expression for their beginning; None for all.
        loss_collection: the collection; LOSSES by default.

    Returns:
        a list of tensors.
    """
    return get_collection(loss_collection, scope)


def get_regularization_losses(scope: str | None = None) -> list[Any]:
    """What regularizers of variables have added (API: tf.losses.get_regularization_losses).

    Args:
        scope: what names begin like; None for all.

    Returns:
        a list of scalars.
    """
    return get_collection(GraphKeys.REGULARIZATION_LOSSES, scope)


def get_regularization_loss(scope: str | None = None, name: str = "total_regularization_loss") -> Tensor:
    """The sum of the regularization losses (API: tf.losses.get_regularization_loss).

    Args:
        scope: what names begin like; None for all.
        name: of the sum.

    Returns:
        a float scalar; 0 where there are none.
    """
    losses = get_regularization_losses(scope)
    return add_n(losses, name=name) if losses else constant(0.0)


def get_total_loss(
    add_regularization_losses: bool = True, name: str = "total_loss", scope: str | None = None
) -> Tensor:
    """The sum of all losses listed so far, a scalar (API: tf.losses.get_total_loss).

    Args:
        add_regularization_losses: whether those of regularizers count too.
        name: of the sum.
        scope: only losses whose names begin like this.

    Raises:
        ValueError: there are none, or they are no scalars.
    """
    losses = get_losses(scope=scope)
    if add_regularization_losses:
        losses = losses + get_regularization_losses(scope=scope)
    return add_n(losses, name=name)
