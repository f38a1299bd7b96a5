"""One peer with one work, in the peer's own interpreter: `python -m benchmarks.worker PEER WORK`.

Reads one JSON object a line and answers with one: `{"turn": {"seconds", "steps"}}` steps the work for that long,
`{"end": true}` says what it took and ends. Imports nothing but the standard library and NumPy until it knows the peer.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import limits
from benchmarks.catalogue import Work, find
from benchmarks.engines import eager, exported, graph, jitted
from benchmarks.peers import LIMITS

ENGINES = {
    "convflow": graph,
    "tensorflow": graph,
    "pytorch": eager,
    "pytorch-compile": eager,
    "jax": jitted,
    "onnxruntime": exported,
    "openvino": exported,
}


def peak_bytes() -> int:
    """The most memory this process held at once.

    From /proc where it exists: `getrusage` would count what the parent held when it started this process.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def turn(step: Callable[[], float | None], seconds: float, steps: int) -> list[float]:
    """Times of steps in seconds: as many as fit in `seconds`, at least `steps`."""
    times: list[float] = []
    end = time.perf_counter() + seconds
    while len(times) < steps or time.perf_counter() < end:
        start = time.perf_counter()
        measured = step()
        times.append(time.perf_counter() - start if measured is None else measured)
    return times


def serve_work(peer: str, work: Work, requests: Any, answer: Callable[[dict[str, Any]], None]) -> None:
    start = time.perf_counter()
    prepared = ENGINES[peer].prepare(peer, work)
    prepared.step()
    answer(
        {
            "parameters": prepared.parameters,
            "versions": prepared.versions,
            "first_step_seconds": time.perf_counter() - start,
        }
    )
    for line in requests:
        request = json.loads(line)
        if "end" in request:
            answer({"peak_bytes": peak_bytes()})
            return
        answer({"times": turn(prepared.step, **request["turn"])})


def serve_limits(work: Work, requests: Any, answer: Callable[[dict[str, Any]], None]) -> None:
    answer({"operations": limits.operations(work) if work.network else 0.0})
    for line in requests:
        request = json.loads(line)
        if "end" in request:
            answer({})
            return
        answer({"rates": limits.measure(request["turn"]["seconds"] / 4)})


def restrict(processors: int) -> None:
    """Keep to so many processors: not every library asks the environment how many threads it may have."""
    if hasattr(os, "sched_setaffinity"):
        allowed = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, allowed[:processors])


def main() -> None:
    restrict(int(os.environ["OMP_NUM_THREADS"]))
    peer, (work,) = sys.argv[1], find([sys.argv[2]])
    # Libraries print; their output must not reach the driver as an answer.
    channel = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(message: dict[str, Any]) -> None:
        channel.write(json.dumps(message) + "\n")
        channel.flush()

    if peer == LIMITS:
        serve_limits(work, sys.stdin, answer)
    else:
        serve_work(peer, work, sys.stdin, answer)


if __name__ == "__main__":
    main()
