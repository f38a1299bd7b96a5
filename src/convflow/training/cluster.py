"""The processes of a distributed program, by job and number (API: tf.train.ClusterSpec)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tensorboard.compat.proto import cluster_pb2

from convflow.core.compat import as_text


class ClusterSpec:
    """Addresses of the tasks of each job (API: tf.train.ClusterSpec).

    Args:
        cluster: from a job's name to its tasks' addresses, "host:port", a list or a dict by number; or a `ClusterDef`,
            or another `ClusterSpec`.

    Raises:
        TypeError: something else.
    """

    def __init__(self, cluster: Any) -> None:
        if isinstance(cluster, ClusterSpec):
            cluster = cluster.as_cluster_def()
        if isinstance(cluster, cluster_pb2.ClusterDef):
            cluster = {job.name: dict(job.tasks) for job in cluster.job}
        if not isinstance(cluster, Mapping):
            raise TypeError(
                "`cluster` must be a dictionary mapping one or more job names to lists of network addresses, or a "
                f"`ClusterDef` protocol buffer. Received: {cluster!r}."
            )
        self._jobs = {as_text(job): _tasks(job, tasks) for job, tasks in cluster.items()}

    @property
    def jobs(self) -> list[str]:
        """The jobs' names."""
        return list(self._jobs)

    def num_tasks(self, job_name: str) -> int:
        """How many tasks a job has; ValueError for a job that there is not."""
        return len(self._tasks_of(job_name))

    def task_indices(self, job_name: str) -> list[int]:
        """The numbers of a job's tasks, ascending; ValueError for a job that there is not."""
        return sorted(self._tasks_of(job_name))

    def task_address(self, job_name: str, task_index: int) -> str:
        """Where a task runs; ValueError for a job or task that there is not."""
        tasks = self._tasks_of(job_name)
        if task_index not in tasks:
            raise ValueError(f"No task with index {task_index!r} in job {job_name!r}: it has {sorted(tasks)}.")
        return tasks[task_index]

    def job_tasks(self, job_name: str) -> list[str | None]:
        """Where a job's tasks run, None for numbers left out; ValueError for a job that there is not."""
        tasks = self._tasks_of(job_name)
        return [tasks.get(index) for index in range(max(tasks, default=-1) + 1)]

    def as_dict(self) -> dict[str, Any]:
        """From a job's name to its addresses: a list where tasks are numbered from 0, else a dict."""
        whole = {job: sorted(tasks) == list(range(len(tasks))) for job, tasks in self._jobs.items()}
        return {job: self.job_tasks(job) if whole[job] else dict(tasks) for job, tasks in self._jobs.items()}

    def as_cluster_def(self) -> Any:
        """The same as a `tf.train.ClusterDef`."""
        found = cluster_pb2.ClusterDef()
        for name in sorted(self._jobs):
            job = found.job.add(name=name)
            for index, address in sorted(self._jobs[name].items()):
                job.tasks[index] = address
        return found

    def _tasks_of(self, job_name: str) -> dict[int, str]:
        if job_name not in self._jobs:
            raise ValueError(f"No such job in cluster: {job_name!r}. There are {sorted(self._jobs)}.")
        return self._jobs[job_name]

    def __bool__(self) -> bool:
        return bool(self._jobs)

    __nonzero__ = __bool__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ClusterSpec) and self._jobs == other._jobs

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        jobs = ", ".join(f"{job!r}: {tasks!r}" for job, tasks in sorted(self.as_dict().items()))
        return f"ClusterSpec({{{jobs}}})"

    __repr__ = __str__


def _tasks(job: Any, tasks: Any) -> dict[int, str]:
    if isinstance(tasks, Mapping):
        numbered = dict(tasks)
    elif isinstance(tasks, list | tuple):
        numbered = dict(enumerate(tasks))
    else:
        raise TypeError(f"The tasks for job {job!r} must be a list or a dictionary from integers to strings.")
    for index, address in numbered.items():
        if not isinstance(index, int) or not isinstance(address, str | bytes):
            raise TypeError(f"Task {index!r} of job {job!r} has the address {address!r}: expected a number and a text.")
    return {index: as_text(address) for index, address in numbered.items()}
