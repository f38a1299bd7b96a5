"""Arrays of rows of different lengths, which NumPy made arrays of objects without being asked."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from convflow.tools.period.offer import Offer, is_program

FUNCTIONS = ("array", "asarray")


def with_rows_of_any_length(function: Callable[..., Any], offer: Offer) -> Callable[..., Any]:
    """`numpy.array`, which makes an array of objects where the program gives it rows of different lengths."""

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except ValueError as error:
            names_type = len(args) > 1 or "dtype" in kwargs
            if names_type or "inhomogeneous" not in str(error) or not is_program(sys._getframe(1)):
                raise
        offer.tell(
            f"numpy.{function.__name__} of different lengths", "NumPy 1.24", "an array of objects (dtype=object)"
        )
        return function(*args, dtype=object, **kwargs)

    return call
