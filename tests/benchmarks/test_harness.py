"""The harness runs a work with its peers in turn and prints their ratios. How fast they are is asserted nowhere."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import book
from benchmarks.process import Worker, WorkerError
from benchmarks.worker import peak_bytes

ROOT = Path(__file__).resolve().parents[2]


def benchmarks(*arguments):
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_work_is_run_by_convflow_and_a_peer(tmp_path):
    page = tmp_path / "results.md"
    interpreter = f"pytorch={sys.executable}"
    done = benchmarks(
        *("--works", "chain", "--peers", "pytorch", "--python", interpreter, "--threads", "1"),
        *("--rounds", "1", "--seconds", "0.01", "--quick", "--results", str(page)),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The machine at its best: matrix product" in done.stdout
    measurements = page.read_text().partition("## Measurements")[2].splitlines()
    cells = [line.strip("| ").split(" | ") for line in measurements if line.startswith("| chain")]
    assert [row[1] for row in cells] == ["convflow", "pytorch"]
    assert float(cells[1][4]) > 0, "the ratio of convflow's time to the peer's"
    assert [each.work.name for each in book.load(page.with_suffix(".json")).outcomes] == ["chain"]


def test_an_unknown_work_is_refused_by_name():
    done = benchmarks("--works", "vgg61")
    assert done.returncode == 2
    assert "There is no work 'vgg61'" in done.stderr
    assert "vgg16-8-train" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="the broken interpreter is a shell script")
def test_a_peer_that_fails_is_told_with_its_reason(tmp_path):
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho no such library >&2\nexit 3\n")
    broken.chmod(0o755)
    done = benchmarks(
        *("--works", "chain", "--peers", "pytorch", "--python", f"pytorch={broken}", "--threads", "1"),
        *("--rounds", "1", "--seconds", "0.01", "--quick", "--results", str(tmp_path / "results.md")),
    )
    assert done.returncode == 1
    assert "pytorch ended in the work chain with code 3" in done.stdout
    assert "chain, pytorch: no such library" in (tmp_path / "results.md").read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="the slow interpreter is a shell script")
def test_a_peer_that_takes_too_long_is_ended_and_told(tmp_path):
    slow = tmp_path / "python"
    slow.write_text("#!/bin/sh\nexec sleep 100\n")
    slow.chmod(0o755)
    with pytest.raises(WorkerError, match="pytorch is too slow in the work chain: no first step within 0 s"):
        Worker(slow, "pytorch", "chain", 1, 0.1)


def test_the_peak_is_the_process_s_own():
    before = peak_bytes()
    held = b"x" * (before + (100 << 20))
    assert len(held) <= peak_bytes() < len(held) + 2 * before
