"""The pipelines beside the tests are a plain module, as TensorFlow's Python needs them too."""

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from convflow.core import dtypes, errors
from convflow.graph import scopes, seeds
from convflow.graph.graph import Graph
from convflow.input import iterators
from convflow.input.dataset import Dataset
from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder
from convflow.runtime.session import Session

sys.path.append(str(Path(__file__).resolve().parent))


@pytest.fixture(autouse=True)
def graph():
    with Graph().as_default() as graph:
        yield graph


@pytest.fixture
def tf():
    """What the pipelines use of the library, by TensorFlow's names."""
    return SimpleNamespace(
        Graph=Graph,
        Session=Session,
        name_scope=scopes.name_scope,
        set_random_seed=seeds.set_random_seed,
        constant=constant,
        placeholder=placeholder,
        errors=errors,
        int64=dtypes.int64,
        string=dtypes.string,
        data=SimpleNamespace(
            Dataset=Dataset,
            Iterator=iterators.Iterator,
            make_initializable_iterator=iterators.make_initializable_iterator,
            make_one_shot_iterator=iterators.make_one_shot_iterator,
        ),
    )


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
