"""What a replica knows (API: tf.distribute.ReplicaContext, InputContext)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.autodiff.custom import custom_gradient
from convflow.core import dtypes, nest
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.ops.array.constant import constant
from convflow.training.distribute import frames
from convflow.training.distribute.reduce_op import as_reduce_op


class ReplicaContext:
    """Where a function runs that a strategy runs on each replica (API: tf.distribute.ReplicaContext).

    Args:
        strategy: the `Strategy`.
        replica_id_in_sync_group: the replica's number, 0.
    """

    def __init__(self, strategy: Any, replica_id_in_sync_group: int) -> None:
        self._strategy = strategy
        self._replica_id = replica_id_in_sync_group
        self._entered: list[Any] = []

    def __enter__(self) -> None:
        frame = frames.entered(frames.Frame(self._strategy, self))
        frame.__enter__()
        self._entered.append(frame)

    def __exit__(self, exception_type: Any, exception_value: Any, traceback: Any) -> None:
        self._entered.pop().__exit__(exception_type, exception_value, traceback)

    @property
    def strategy(self) -> Any:
        return self._strategy

    @property
    def num_replicas_in_sync(self) -> int:
        return self._strategy.num_replicas_in_sync

    @property
    def replica_id_in_sync_group(self) -> Tensor:
        """The replica's number, an int32 scalar."""
        return constant(self._replica_id, dtypes.int32, name="replica_id_in_sync_group")

    @property
    def devices(self) -> tuple[str, ...]:
        """The devices of this replica."""
        return self._strategy.extended.worker_devices_of_replica

    def merge_call(self, merge_fn: Callable[..., Any], args: Any = (), kwargs: dict[str, Any] | None = None) -> Any:
        """What `merge_fn(strategy, *args, **kwargs)` returns across replicas.

        Raises:
            RuntimeError: this replica is not the one that runs.
        """
        frame = frames.current()
        # The default strategy has no frame.
        if frame is not None and frame.replica_context is not self:
            raise RuntimeError(
                "merge_call() should only be called inside the function that a strategy runs on each replica, by the "
                "context that tf.distribute.get_replica_context() returns there."
            )
        with frames.entered(frames.Frame(self._strategy)):
            return merge_fn(self._strategy, *args, **(kwargs or {}))

    def all_reduce(self, reduce_op: Any, value: Any, options: Any = None) -> Any:
        """The sum or mean of `value` over all replicas, with gradients: of one replica, its value.

        Args:
            reduce_op: a `ReduceOp` or its name.
            value: tensors in any nesting.
            options: how several devices would talk to each other; has no effect here.
        """
        as_reduce_op(reduce_op)
        tensors = [convert_to_tensor(item) for item in nest.flatten(value)]

        @custom_gradient
        def reduced(*parts: Tensor) -> Any:
            return list(parts), lambda *slopes: list(slopes)

        return nest.pack_sequence_as(value, reduced(*tensors))


class InputContext:
    """What an input function is told of where its data goes (API: tf.distribute.InputContext).

    Args:
        num_input_pipelines: how many input functions are called.
        input_pipeline_id: which of them this is.
        num_replicas_in_sync: how many replicas share a batch.
    """

    def __init__(self, num_input_pipelines: int = 1, input_pipeline_id: int = 0, num_replicas_in_sync: int = 1) -> None:
        self._values = (num_input_pipelines, input_pipeline_id, num_replicas_in_sync)

    @property
    def num_input_pipelines(self) -> int:
        return self._values[0]

    @property
    def input_pipeline_id(self) -> int:
        return self._values[1]

    @property
    def num_replicas_in_sync(self) -> int:
        return self._values[2]

    def get_per_replica_batch_size(self, global_batch_size: int) -> int:
        """The batch size of one replica.

        Raises:
            ValueError: the batch cannot be divided evenly.
        """
        if global_batch_size % self.num_replicas_in_sync:
            raise ValueError(
                f"The global_batch_size {global_batch_size} is not divisible by the {self.num_replicas_in_sync} "
                "replicas in sync. Pass a multiple of their number."
            )
        return global_batch_size // self.num_replicas_in_sync
