"""Keywords that functions have dropped under another name. Source: the release notes of their packages."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from convflow.tools.period.offer import Offer, is_program
from convflow.tools.period.record import PeriodKeyword

KEYWORDS: tuple[PeriodKeyword, ...] = (
    PeriodKeyword("numpy", "reshape", "newshape", "NumPy 2.4", "shape"),
    PeriodKeyword("numpy", "histogram", "normed", "NumPy 1.24", "density"),
    PeriodKeyword("matplotlib.pyplot", "hist", "normed", "matplotlib 3.1", "density"),
    PeriodKeyword("sklearn.manifold", "TSNE", "n_iter", "scikit-learn 1.7", "max_iter"),
)


def takes(function: Callable[..., Any], keyword: str) -> bool:
    """Whether the installed release still has the keyword; True where it does not say what it takes."""
    try:
        return keyword in inspect.signature(function).parameters
    except ValueError:
        return True


def with_keyword(function: Callable[..., Any], keyword: PeriodKeyword, offer: Offer) -> Callable[..., Any]:
    """The function, which also takes the dropped keyword where the program calls it."""

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if keyword.keyword in kwargs and is_program(sys._getframe(1)):
            offer.tell(keyword.path, keyword.gone, f"{keyword.now}=")
            kwargs.setdefault(keyword.now, kwargs.pop(keyword.keyword))
        return function(*args, **kwargs)

    return call
