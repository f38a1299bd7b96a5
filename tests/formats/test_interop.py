"""Checkpoints both ways: `interop.json` was recorded with TensorFlow and convflow side by side (record_interop.py)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import convflow as tf

sys.path.append(str(Path(__file__).parent.parent / "golden"))

import interop_cases

GOLDEN = Path(__file__).parent.parent / "golden"
RECORDED = json.loads((GOLDEN / "interop.json").read_text())


def test_all_cases_are_recorded() -> None:
    assert set(RECORDED) == set(interop_cases.CASES)


@pytest.mark.parametrize("case", interop_cases.CASES)
def test_each_reads_the_others_files(case: str) -> None:
    assert RECORDED[case]["tensorflow_reads_convflow"]
    assert RECORDED[case]["convflow_reads_tensorflow"]
    assert RECORDED[case]["convflow_files"] == RECORDED[case]["tensorflow_files"]


@pytest.mark.parametrize("case", ["partitioned", "dtypes", "shards", "many"])
def test_files_are_tensorflows_to_the_byte(case: str, tmp_path: Path) -> None:
    interop_cases.write(tf, case, tmp_path)
    assert interop_cases.checksums(case, tmp_path) == RECORDED[case]["tensorflow_files"]
    assert interop_cases.read(tf, case, tmp_path)
