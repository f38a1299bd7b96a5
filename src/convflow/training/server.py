"""A server in this process, whose sessions share their variables (API: tf.train.Server)."""

from __future__ import annotations

import itertools
import threading
from typing import Any, NoReturn

from tensorboard.compat.proto import cluster_pb2, config_pb2

from convflow.formats.messages import ServerDef
from convflow.runtime import servers
from convflow.training.cluster import ClusterSpec

_PROTOCOL = "grpc"
_ports = itertools.count(2222)


class Server:
    """One task of a cluster, run by this process (API: tf.train.Server).

    Sessions made with its `target` share variables and queues. No port is opened: a cluster has one task here.

    Args:
        server_or_cluster_def: a `ServerDef`, `ClusterDef`, `ClusterSpec`, or dict from jobs to addresses.
        job_name: which job this is; may be left out where there is one.
        task_index: which task of the job; may be left out where it has one.
        protocol: "grpc" by default; recorded.
        config: a `ConfigProto`, recorded.
        start: whether to start at once.

    Raises:
        ValueError: a job or task that the cluster does not have, or that must be given.
        NotImplementedError: the cluster has other tasks too.
    """

    def __init__(
        self,
        server_or_cluster_def: Any,
        job_name: str | None = None,
        task_index: int | None = None,
        protocol: str | None = None,
        config: Any = None,
        start: bool = True,
    ) -> None:
        self._server_def = _completed(server_or_cluster_def, job_name, task_index, protocol, config)
        cluster = ClusterSpec(self._server_def.cluster)
        others = sum(cluster.num_tasks(job) for job in cluster.jobs) - 1
        if others:
            raise NotImplementedError(
                f"{cluster} has {others} more tasks than this one, {self._server_def.job_name!r} number "
                f"{self._server_def.task_index}: convflow runs a program in one process. Start it with one worker and "
                "no parameter servers."
            )
        self._address = cluster.task_address(self._server_def.job_name, self._server_def.task_index)
        if start:
            self.start()

    @staticmethod
    def create_local_server(config: Any = None, start: bool = True) -> Server:
        """A server of a cluster of its own, whose only job is "local"."""
        address = f"localhost:{next(_ports)}"
        return Server({"local": [address]}, protocol=_PROTOCOL, config=config, start=start)

    def start(self) -> None:
        """Let sessions name this server."""
        servers.open_server(self.target)

    def join(self) -> NoReturn:
        """Wait for ever: a server does not end by itself."""
        while True:
            threading.Event().wait()

    @property
    def server_def(self) -> Any:
        """A `tf.train.ServerDef` of this server."""
        return self._server_def

    @property
    def target(self) -> str:
        """What to pass to `tf.Session` to run here."""
        return f"{self._server_def.protocol}://{self._address}"


def _completed(given: Any, job_name: str | None, task_index: int | None, protocol: str | None, config: Any) -> Any:
    definition = ServerDef()
    if isinstance(given, ServerDef):
        definition.CopyFrom(given)
    elif isinstance(given, cluster_pb2.ClusterDef):
        definition.cluster.CopyFrom(given)
    else:
        definition.cluster.CopyFrom(ClusterSpec(given).as_cluster_def())
    cluster = ClusterSpec(definition.cluster)
    definition.job_name = job_name or definition.job_name or _only(cluster.jobs, "job_name", cluster)
    if task_index is not None:
        definition.task_index = task_index
    elif not isinstance(given, ServerDef):
        definition.task_index = _only(cluster.task_indices(definition.job_name), "task_index", cluster)
    definition.protocol = protocol or definition.protocol or _PROTOCOL
    if config is not None:
        if not isinstance(config, config_pb2.ConfigProto):
            raise TypeError(f"config must be a tf.ConfigProto, but got {type(config)}")
        definition.default_session_config.MergeFrom(config)
    cluster.task_address(definition.job_name, definition.task_index)
    return definition


def _only(values: list[Any], what: str, cluster: ClusterSpec) -> Any:
    if len(values) != 1:
        raise ValueError(f"Must specify an explicit `{what}`: {cluster} leaves {values or 'none'} to choose from.")
    return values[0]
