"""Files made to break their reader: lengths that nobody has, nesting without end, bombs. Memory is limited."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HOSTILE = Path(__file__).parent / "hostile.py"


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each reader says, in a process that gets 256 MiB more than it has after the imports."""
    # Kept memory has gigabytes in reserve, which the limit would count as had.
    environment = {**os.environ, "CONVFLOW_KEEP_MEMORY": "off"}
    done = subprocess.run(
        [sys.executable, str(HOSTILE), str(tmp_path_factory.mktemp("hostile"))],
        capture_output=True, text=True, timeout=300, check=False, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(line.split("\t", 1) for line in done.stdout.splitlines())


EXPECTED = {
    "record of 2^63 bytes": r"DataLossError .*corrupted record at 0 of \S*huge: its length is 9223372036854775808",
    "record of 2^63 bytes in GZIP": r"DataLossError .*corrupted record at 0 of \S*huge.gz: its length is 9223372036",
    "record of 2 GiB that is not there": r"DataLossError .*truncated record at 0 of \S*short: the record takes 214",
    "bomb in GZIP": r"ResourceExhaustedError .*The record at 0 of \S*bomb.gz takes 536870912 bytes",
    "line without end in GZIP": r"ResourceExhaustedError .*The line at byte 0 of \S*lines.gz, decompressed",
    "CSV field without end in GZIP": r"ResourceExhaustedError .*Record 1 of \S*fields.gz takes more than there",
    "table of 2^63 blocks": r"DataLossError .*\S*table is damaged.*the block at byte 9223372036854775807 takes",
    "tensor of 2^80 elements": r"DataLossError .*\S*shape.index is damaged.*tensor w.*takes 4835703278458516698824704",
    "slices of a tensor of 2^60 elements": r"DataLossError .*\S*sliced.index is damaged.*lacks slices: 2 elements",
    "strings of 2^62": r"DataLossError .*\S*strings.index is damaged.*4611686018427387904 strings do not fit",
    "shard above all": r"DataLossError .*\S*shard.index is damaged.*lies in shard 2147483647 of 1",
    "graph text nested 20,000 deep": r"DataLossError .*deep.pbtxt holds no GraphDef: maximum recursion depth",
    "graph nested 20,000 deep": r"DataLossError .*deep.pb holds no GraphDef",
    "meta text nested 20,000 deep": r"OSError .*deep.meta: maximum recursion depth",
    "saved model text nested 20,000 deep": r"OSError .*saved_model.pbtxt: maximum recursion depth",
    "state nested 100,000 deep": r"DataLossError .*checkpoint is damaged",
    "nodes in a ring": r"ValueError 2 nodes of the graph wait for each other: a, b",
    "loop without a beginning": r"ValueError Node 'm': the loop has no beginning",
    "two nodes of a name": r"ValueError Node 'a' is not unique",
    "node of 2^63 outputs": r"ValueError Split with num_split=9223372036854775807 has that many outputs",
    "node name that breaks out": r"ValueError 'a b' is not a valid node name",
    "constant of 2^40 elements, imported": "read",
    "constant of 2^40 elements, run": r"ResourceExhaustedError The constant c of shape .* does not fit",
    "constant of 2^40 elements, two of them given": r"ValueError A TensorProto of 2 values says that the last of them",
    "range of 2^62": r"\w+Error ",
    "asset that breaks out": r"InvalidArgumentError .*names the asset '../../secret', which lies outside",
    "picture of 2^30 pixels": r"InvalidArgumentError .*could be decompression bomb",
}


@pytest.mark.parametrize("case", EXPECTED)
def test_a_hostile_file_is_refused(case: str, answers: dict[str, str]) -> None:
    assert re.match(EXPECTED[case], answers[case]), answers[case]


def test_all_are_looked_at(answers: dict[str, str]) -> None:
    assert set(answers) == set(EXPECTED)
