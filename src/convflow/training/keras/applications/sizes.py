"""The pictures' sizes for which MobileNets' weights are published."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from convflow.modeling.keras import backend
from convflow.training.keras.applications.network import Asked, input_shape


def default_size(asked: Asked, sizes: Sequence[int]) -> int:
    """The size asked for where weights of it are published, else 224."""
    shape = asked.input_shape
    if shape is None and asked.input_tensor is not None:
        shape = asked.input_tensor.shape.as_list()[1:]
    if shape is None:
        return 224
    rows, columns = _rows_and_columns(tuple(shape))
    return rows if rows == columns and rows in sizes else 224


def rows_of(asked: Asked, sizes: Sequence[int]) -> Any:
    """The rows in a network's name; for published weights one of their sizes, 224 for pictures of another one."""
    rows, columns = _rows_and_columns(input_shape(asked, default_size(asked, sizes), 32))
    if asked.weights == "imagenet" and (rows != columns or rows not in sizes):
        logging.getLogger("tensorflow").warning(
            "`input_shape` is undefined or non-square, or `rows` is not in %s. Weights for input shape (224, 224) will "
            "be loaded as the default.",
            list(sizes),
        )
        return 224
    return rows


def _rows_and_columns(shape: tuple[Any, ...]) -> tuple[Any, Any]:
    return shape[:2] if backend.image_data_format() == "channels_last" else shape[1:]
