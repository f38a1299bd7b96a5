"""Numbers given as arrays of one element, which functions took before they computed with them as with arrays."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from convflow.tools.period.offer import Offer, is_program

# By module: the functions whose second argument is a number, by that argument's name.
FUNCTIONS = {"scipy.ndimage": {"rotate": "angle"}}


def with_single_elements(function: Callable[..., Any], path: str, argument: str, offer: Offer) -> Callable[..., Any]:
    """The function, which takes `numpy.random.randint(-15, 15, 1)` for its number where the program calls it.

    Args:
        path: of the function, for what is told.
        argument: the name of its second argument.
    """

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        given = kwargs.get(argument, args[1] if len(args) > 1 else None)
        if isinstance(given, np.ndarray) and given.ndim and given.size == 1 and is_program(sys._getframe(1)):
            offer.tell(f"{path}({argument}=array of one element)", "SciPy 1", f"{argument}.item()")
            if argument in kwargs:
                kwargs[argument] = given.item()
            else:
                args = (args[0], given.item(), *args[2:])
        return function(*args, **kwargs)

    return call
