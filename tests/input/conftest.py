"""The pipelines beside the tests are a plain module, as TensorFlow's Python needs them too."""

import sys
from pathlib import Path

import numpy as np
import pytest

import convflow
from convflow.core import errors
from convflow.graph.graph import Graph
from convflow.runtime.session import Session

sys.path.append(str(Path(__file__).resolve().parent))


@pytest.fixture(autouse=True)
def graph():
    with Graph().as_default() as graph:
        yield graph


@pytest.fixture
def tf():
    return convflow


@pytest.fixture
def session(graph):
    with Session() as session:
        yield session


@pytest.fixture
def read():
    """The elements of a dataset, read once; leaves are NumPy arrays."""

    def read(dataset, feed_dict=None):
        iterator = dataset.make_initializable_iterator()
        element = iterator.get_next()
        elements = []
        with Session() as session:
            session.run(iterator.initializer, feed_dict)
            try:
                while True:
                    elements.append(session.run(element))
            except errors.OutOfRangeError:
                return elements

    return read


@pytest.fixture
def numbers(read):
    """The elements of a dataset of one component as plain lists."""
    return lambda dataset, feed_dict=None: [np.asarray(value).tolist() for value in read(dataset, feed_dict)]
