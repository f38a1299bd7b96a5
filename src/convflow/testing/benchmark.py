"""Timed runs of an operation (API: tf.test.Benchmark)."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from tensorboard.compat.proto.config_pb2 import ConfigProto

from convflow.core import logging
from convflow.graph.scopes import get_default_session
from convflow.runtime.session import Session


class Benchmark:
    """Base class of benchmarks: methods that begin with "benchmark"."""

    @classmethod
    def is_abstract(cls) -> bool:
        """Whether this is the base class itself."""
        return cls is Benchmark

    def evaluate(self, tensors: Any) -> Any:
        """The values of tensors in the default session, or in a new one."""
        sess = get_default_session()
        return sess.run(tensors) if sess is not None else Session().run(tensors)

    def report_benchmark(
        self,
        iters: int | None = None,
        cpu_time: float | None = None,
        wall_time: float | None = None,
        throughput: float | None = None,
        extras: dict[str, Any] | None = None,
        name: str | None = None,
        metrics: Any = None,
    ) -> dict[str, Any]:
        """Logs and returns a measurement; times in seconds, throughput in MB/s."""
        record = {
            "name": name or type(self).__name__,
            "iters": iters,
            "cpu_time": cpu_time,
            "wall_time": wall_time,
            "throughput": throughput,
            "extras": extras or {},
            "metrics": metrics,
        }
        entry = {key: value for key, value in record.items() if value is not None}
        logging.info("Benchmark %s", entry)
        return entry

    def run_op_benchmark(
        self,
        sess: Session,
        op_or_tensor: Any,
        feed_dict: dict[Any, Any] | None = None,
        burn_iters: int = 2,
        min_iters: int = 10,
        store_trace: bool = False,
        store_memory_usage: bool = True,
        name: str | None = None,
        extras: dict[str, Any] | None = None,
        mbs: float = 0,
    ) -> dict[str, Any]:
        """Runs an operation or tensor again and again, and reports the median time.

        Args:
            sess: where it runs.
            op_or_tensor: what is run.
            feed_dict: what is fed.
            burn_iters: runs before the timing starts.
            min_iters: timed runs.
            store_trace, store_memory_usage: must be left as they are; `tf.RunOptions` traces.
            name: of the report.
            extras: are added to it.
            mbs: megabytes that a run works through; gives a throughput.

        Raises:
            NotImplementedError: `store_trace`.
        """
        if store_trace:
            raise NotImplementedError("run_op_benchmark stores no trace. Run the session with tf.RunOptions instead.")
        for _ in range(burn_iters):
            sess.run(op_or_tensor, feed_dict)
        times = np.zeros(min_iters)
        for number in range(min_iters):
            start = time.perf_counter()
            sess.run(op_or_tensor, feed_dict)
            times[number] = time.perf_counter() - start
        median = float(np.median(times))
        throughput = mbs / median if mbs else None
        self.report_benchmark(min_iters, wall_time=median, throughput=throughput, extras=extras, name=name)
        return {"name": name, "iters": min_iters, "wall_time": median, "throughput": throughput, "extras": extras or {}}


def benchmark_config() -> ConfigProto:
    """The session's configuration for benchmarks: as it is by default (API: tf.test.benchmark_config)."""
    return ConfigProto()
