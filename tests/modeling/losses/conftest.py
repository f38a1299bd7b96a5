from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import convflow as tf


@pytest.fixture(autouse=True)
def graph() -> Iterator[Any]:
    """A fresh graph, the default one during the test."""
    with tf.Graph().as_default() as new:
        yield new
