"""A worker as the driver sees it."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# The part of a failed worker's output that says what went wrong.
_TAIL = 2000


class WorkerError(RuntimeError):
    """A worker ended before it answered, or took too long; the message holds the end of what it printed."""


class Worker:
    """A running `benchmarks.worker`; a context that ends it.

    Args:
        python: the interpreter.
        peer, work: names.
        threads: how many threads every library may use.
        patience: seconds until the first answer, after which the worker is ended.

    Attributes:
        ready: the worker's first answer.
    """

    def __init__(self, python: Path, peer: str, work: str, threads: int, patience: float) -> None:
        self._peer, self._work = peer, work
        self._output = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed by the context
        environment = dict(os.environ)
        # A checkout's own source goes first: what is measured is the tree the benchmarks stand in.
        paths = [str(ROOT), str(ROOT / "src"), environment.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
        for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
            environment[name] = str(threads)
        self._process = subprocess.Popen(
            [python, "-m", "benchmarks.worker", peer, work],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._output,
            text=True,
            env=environment,
            cwd=ROOT,
        )
        try:
            self.ready = self._first_answer(patience)
        except WorkerError:
            self._close()
            raise

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        if self._process.stdin is None:
            raise WorkerError("The worker has no input.")
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _first_answer(self, patience: float) -> dict[str, Any]:
        late = threading.Event()

        def give_up() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(patience, give_up)
        timer.start()
        try:
            return self._answer()
        except WorkerError as error:
            if late.is_set():
                reason = f"{self._peer} is too slow in the work {self._work}: no first step within {patience:.0f} s"
                raise WorkerError(reason) from error
            raise
        finally:
            timer.cancel()

    def _answer(self) -> dict[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if line:
            return json.loads(line)
        self._process.wait()
        self._output.seek(0)
        said = self._output.read()[-_TAIL:]
        raise WorkerError(f"{self._peer} ended in the work {self._work} with code {self._process.returncode}:\n{said}")

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        for stream in (self._process.stdin, self._process.stdout, self._output):
            if stream is not None:
                stream.close()
        if self._process.poll() is None:
            self._process.terminate()
        self._process.wait()
