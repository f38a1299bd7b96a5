"""Optimizers step by step, and learning rates at some steps, against TensorFlow's recorded numbers."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import convflow as tf

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "training"
TOLERANCE = {"float32": 2e-6, "float64": 1e-13}


def _load() -> Any:
    spec = importlib.util.spec_from_file_location("golden_training_cases", GOLDEN / "cases.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


cases = _load()
OPTIMIZERS = cases.optimizers(tf)


@pytest.fixture(scope="module")
def trajectories() -> Any:
    return np.load(GOLDEN / "trajectories.npz")


@pytest.mark.parametrize("dtype", cases.DTYPES)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_whole_variables(name: str, dtype: str, trajectories: Any) -> None:
    path = cases.dense_path(tf, OPTIMIZERS[name], dtype)
    np.testing.assert_allclose(path, trajectories[f"{name}/{dtype}"], rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", cases.DTYPES)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_rows(name: str, dtype: str, trajectories: Any) -> None:
    path = cases.sparse_path(tf, OPTIMIZERS[name], dtype)
    expected = trajectories[f"{name}/{dtype}/rows"]
    np.testing.assert_allclose(path, expected, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


def test_learning_rates() -> None:
    recorded = np.load(GOLDEN / "schedules.npz")
    found = cases.rates_at_times(tf)
    assert found.keys() == set(recorded)
    for name, rates in found.items():
        assert rates.dtype == recorded[name].dtype
        np.testing.assert_allclose(rates, recorded[name], rtol=2e-6, atol=1e-8, err_msg=name)
