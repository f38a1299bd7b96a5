from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from convflow.graph.graph import Graph
from convflow.runtime.session import Session


@pytest.fixture
def graph() -> Iterator[Graph]:
    """A fresh graph, the default one during the test."""
    new = Graph()
    with new.as_default():
        yield new


@pytest.fixture
def session(graph: Graph) -> Iterator[Session]:
    """A session of `graph`, the default one during the test."""
    with Session(graph=graph) as new:
        yield new


@pytest.fixture(scope="session")
def golden() -> Path:
    """What golden/record_training.py recorded."""
    return Path(__file__).parent.parent / "golden" / "training"
