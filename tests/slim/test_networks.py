"""Every network against TensorFlow's build of it (recorded: tests/golden/record_networks.py)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

import convflow as tf
from convflow.tools import alias

sys.path.insert(0, str(Path(__file__).parents[1] / "golden"))
import network_cases

CASES = {case.name: case for case in network_cases.CASES}


@pytest.fixture(scope="module")
def recorded() -> dict:
    path = Path(__file__).parents[1] / "golden" / "slim" / "networks.json"
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def research_packages():
    with alias.installed():
        yield


def test_every_network_is_recorded(recorded: dict) -> None:
    assert set(recorded) == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_variables_and_end_points(name: str, recorded: dict) -> None:
    wanted = {key: value for key, value in recorded[name].items() if key != "outputs"}
    assert network_cases.described(tf, CASES[name]) == wanted


@pytest.mark.parametrize("name", CASES)
def test_outputs_for_the_same_weights(name: str, recorded: dict) -> None:
    wanted = np.array(recorded[name]["outputs"])
    # Of the largest logit: rounding grows with the numbers that are summed.
    bound = 1e-4 * max(1.0, np.abs(wanted).max())
    np.testing.assert_allclose(network_cases.outputs(tf, CASES[name]), wanted, rtol=0, atol=bound)
