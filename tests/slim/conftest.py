from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from convflow.graph.graph import Graph
from convflow.runtime.session import Session


@pytest.fixture(autouse=True)
def graph() -> Iterator[Graph]:
    """A graph of the test's own."""
    with Graph().as_default() as new:
        yield new


@pytest.fixture
def session() -> Iterator[Session]:
    """A session of a fresh graph; both are the default ones during the test."""
    graph = Graph()
    with graph.as_default(), Session(graph=graph) as new:
        yield new


@pytest.fixture(scope="session")
def golden() -> Path:
    """What golden/record_slim.py recorded."""
    return Path(__file__).parent.parent / "golden" / "slim"
