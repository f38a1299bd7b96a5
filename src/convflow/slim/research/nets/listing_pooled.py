"""The Inception networks whose end points have what is pooled before the logits."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any


def listing_pooled(network: Callable[..., Any]) -> Callable[..., Any]:
    """The network of TF-Slim with the research models' end points."""

    @functools.wraps(network)
    def listing(*args: Any, **kwargs: Any) -> Any:
        return network(*args, **kwargs, list_pooled=True)

    return listing
