"""The programs give the same values whether their plans are rewritten or not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import book
import extract
import numpy as np
import pytest
import training
from test_framed_programs import run as run_framed

import convflow as tf
from convflow.runtime.options import REWRITES_VARIABLE

TRAINED = ["low_level_cnn", "layers_cnn", "lecture_cnn", "lecture_layers_cnn"]
BUILT = ["gradients", "linear_regression", "scopes", "tensor_operators"]
STEPS = 6
# Rounding of sums in another order, after some steps of training.
RELATIVE = 1e-4


@pytest.fixture(autouse=True)
def graph() -> Iterator[None]:
    with tf.Graph().as_default():
        yield


def pictures() -> tuple[np.ndarray, np.ndarray]:
    """Stand-ins for digits: which these are does not matter here."""
    random = np.random.RandomState(1)
    count = training.BATCH * STEPS
    return random.standard_normal((count, 784)).astype(np.float32), random.randint(0, 10, count).astype(np.uint8)


@pytest.mark.parametrize("name", TRAINED)
def test_training(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rewritten = training.run(tf, name, pictures(), STEPS)
    monkeypatch.setenv(REWRITES_VARIABLE, "off")
    plain = training.run(tf, name, pictures(), STEPS)
    np.testing.assert_allclose(rewritten["losses"], plain["losses"], rtol=RELATIVE)


def feeds() -> dict[Any, np.ndarray]:
    random = np.random.RandomState(2)
    found = {}
    for op in tf.get_default_graph().get_operations():
        if op.type == "Placeholder":
            known = op.outputs[0].shape
            shape = [2] if known.rank is None else [2 if size is None else size for size in known.as_list()]
            values = random.standard_normal(shape) * 3.0
            found[op.outputs[0]] = values.astype(op.outputs[0].dtype.as_numpy_dtype)
    return found


def ends() -> list[tf.Tensor]:
    """What nobody in the graph takes."""
    return [
        tensor
        for op in tf.get_default_graph().get_operations()
        for tensor in op.outputs
        if not tensor.consumers() and not tensor.dtype._is_ref_dtype and tensor.dtype is not tf.resource
    ]


@pytest.mark.parametrize("name", BUILT)
def test_all_that_a_program_computes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tf.set_random_seed(7)
    training.load_program(name).build(tf)
    fetches, fed, setup = ends(), feeds(), tf.global_variables_initializer()
    results = []
    for switch in ("on", "off"):
        monkeypatch.setenv(REWRITES_VARIABLE, switch)
        with tf.Session() as session:
            session.run(setup)
            together = session.run(fetches, fed)
            results.append([*together, *(session.run(fetch, fed) for fetch in fetches)])
    for index, (rewritten, plain) in enumerate(zip(*results, strict=True)):
        where = fetches[index % len(fetches)].name
        if isinstance(plain, bytes) or np.asarray(plain).dtype.kind not in "fciub":
            assert np.array_equal(rewritten, plain), where
        else:
            np.testing.assert_allclose(rewritten, plain, rtol=1e-5, atol=1e-6, err_msg=where)


@pytest.mark.parametrize("name", ["chapter2_gates"])
def test_what_programs_of_the_book_print(name: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    if extract.seeds_folder() is None:
        pytest.skip("needs the seed documents in $CONVFLOW_SEEDS")
    printed = []
    for switch in ("on", "off"):
        monkeypatch.setenv(REWRITES_VARIABLE, switch)
        printed.append(run_framed(book.BOOK, name, tmp_path / switch))
    rewritten, plain = ([float(number) for number in re.findall(r"-?\d+\.\d+", text)] for text in printed)
    assert plain
    np.testing.assert_allclose(rewritten, plain, rtol=1e-3, atol=1e-5)
