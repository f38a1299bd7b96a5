"""Strategies of one replica (API: tf.distribute.Strategy, OneDeviceStrategy, MirroredStrategy)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

from convflow.core import dtypes, nest
from convflow.graph.convert import convert_to_tensor
from convflow.graph.device import DeviceSpec
from convflow.graph.operation import Tensor
from convflow.input.dataset import Dataset
from convflow.ops.array.constant import constant
from convflow.ops.array.identity import identity
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.math.arithmetic import truediv
from convflow.ops.math.cast import cast
from convflow.ops.math.reduce import reduce_sum
from convflow.training.distribute import frames
from convflow.training.distribute.extended import StrategyExtended
from convflow.training.distribute.inputs import FunctionIterator, InputIterator, InputReplicationMode
from convflow.training.distribute.reduce_op import ReduceOp, as_reduce_op
from convflow.training.distribute.replica import InputContext


class Strategy:
    """How a program runs on its devices (API: tf.distribute.Strategy).

    Args:
        extended: its `StrategyExtended`.
    """

    def __init__(self, extended: StrategyExtended) -> None:
        self._extended = extended

    def __deepcopy__(self, memo: Any) -> Strategy:
        # Configurations are copied; a strategy is known by who it is.
        return self

    @property
    def extended(self) -> StrategyExtended:
        return self._extended

    @property
    def num_replicas_in_sync(self) -> int:
        """How many replicas' gradients are added: 1."""
        return 1

    def scope(self) -> contextlib.AbstractContextManager[Any]:
        """The strategy is in force inside: its variables are made there.

        Raises:
            RuntimeError: another strategy is in force.
        """
        frame = frames.current()
        if frame is None:
            return self._extended.scope()
        if frame.strategy is not self:
            raise RuntimeError(
                f"{type(self).__name__}.scope: the scope of another strategy, {type(frame.strategy).__name__}, is "
                "open, and strategies do not nest. Leave that scope first."
            )
        return contextlib.nullcontext(self)

    # Running

    def run(
        self, fn: Callable[..., Any], args: Any = (), kwargs: dict[str, Any] | None = None, options: Any = None
    ) -> Any:
        """What `fn(*args, **kwargs)` returns on each replica: of one, what it returns."""
        with self.scope():
            return self._extended.call_for_each_replica(fn, args=args, kwargs=kwargs)

    def experimental_run_v2(self, fn: Callable[..., Any], args: Any = (), kwargs: dict[str, Any] | None = None) -> Any:
        """`run` by its name in TensorFlow 1.15."""
        return self.run(fn, args, kwargs)

    def experimental_run(self, fn: Callable[..., Any], input_iterator: Any = None) -> Any:
        """`run` with the iterator's next element as the argument, if there is one."""
        with self.scope():
            return self.run(fn, () if input_iterator is None else (input_iterator.get_next(),))

    def reduce(self, reduce_op: Any, value: Any, axis: int | None = None) -> Any:
        """The sum or mean over replicas, and over `axis` of each replica's value if it is given.

        Args:
            reduce_op: a `ReduceOp` or its name.
            value: tensors in any nesting, what `run` returned.
            axis: None to leave the values' axes as they are.
        """
        kind = as_reduce_op(reduce_op)
        if axis is None:
            return value
        return nest.map_structure(lambda item: _over_axis(kind, convert_to_tensor(item), axis), value)

    def experimental_local_results(self, value: Any) -> tuple[Any, ...]:
        """The values of all replicas here."""
        return (value,)

    def unwrap(self, value: Any) -> tuple[Any, ...]:
        """`experimental_local_results` by its older name."""
        return self.experimental_local_results(value)

    def group(self, value: Any, name: str | None = None) -> Any:
        """A node that is done when those of all replicas are."""
        return self._extended.group(value, name)

    def colocate_vars_with(self, colocate_with_variable: Any) -> Any:
        """A scope whose variables are made where this one is."""
        return self._extended.colocate_vars_with(colocate_with_variable)

    # Input

    def make_dataset_iterator(self, dataset: Any) -> InputIterator:
        """An iterator over the data set, whose batches are those of all replicas together."""
        return InputIterator(dataset)

    def make_input_fn_iterator(
        self, input_fn: Callable[[InputContext], Any], replication_mode: Any = InputReplicationMode.PER_WORKER
    ) -> InputIterator | FunctionIterator:
        """An iterator over what `input_fn(input_context)` returns: a data set, or a function of tensors.

        Raises:
            ValueError: another replication mode than one call per worker.
        """
        if replication_mode is not InputReplicationMode.PER_WORKER:
            raise ValueError(
                f"make_input_fn_iterator: replication_mode is {replication_mode}, and input is made once per worker: "
                "pass InputReplicationMode.PER_WORKER or leave it out."
            )
        made = input_fn(InputContext(num_replicas_in_sync=self.num_replicas_in_sync))
        return FunctionIterator(made) if callable(made) else InputIterator(made)

    def experimental_distribute_dataset(self, dataset: Any, options: Any = None) -> Any:
        """The data set whose elements go to the replicas: to one, the data set itself."""
        return dataset

    def experimental_distribute_datasets_from_function(
        self, dataset_fn: Callable[[InputContext], Any], options: Any = None
    ) -> Any:
        """The data set that `dataset_fn(input_context)` returns."""
        return dataset_fn(InputContext(num_replicas_in_sync=self.num_replicas_in_sync))

    def distribute_datasets_from_function(self, dataset_fn: Callable[[InputContext], Any], options: Any = None) -> Any:
        """`experimental_distribute_datasets_from_function` by its later name."""
        return self.experimental_distribute_datasets_from_function(dataset_fn, options)

    def experimental_make_numpy_dataset(self, numpy_input: Any, session: Any = None) -> Dataset:
        """A data set of the rows of arrays."""
        return Dataset.from_tensor_slices(numpy_input)

    # Configurations

    def configure(
        self,
        session_config: Any = None,
        cluster_spec: Any = None,
        task_type: str | None = None,
        task_id: int | None = None,
    ) -> None:
        """Nothing: one process needs no configuration.

        Raises:
            NotImplementedError: a cluster.
        """
        if cluster_spec:
            raise NotImplementedError(
                f"{type(self).__name__}.configure: cluster_spec is {cluster_spec}, and convflow runs in one process. "
                "Leave it out."
            )

    def update_config_proto(self, config_proto: Any) -> Any:
        """The configuration that sessions should have: a copy of this one."""
        copied = type(config_proto)()
        copied.CopyFrom(config_proto)
        return copied


def _over_axis(kind: ReduceOp, value: Tensor, axis: int) -> Tensor:
    total = reduce_sum(value, axis=axis)
    if kind is ReduceOp.SUM:
        return total
    size = value.shape[axis].value if value.shape.ndims is not None else None
    count = constant(size, dtypes.int64) if size is not None else shape_of(value, out_type=dtypes.int64)[axis]
    return truediv(total, cast(identity(count), total.dtype))


class DefaultStrategy(Strategy):
    """What is in force where no strategy is: everything runs as it stands."""

    def __init__(self) -> None:
        super().__init__(_DefaultExtended(self))

    def scope(self) -> contextlib.AbstractContextManager[Any]:
        """Nothing changes inside."""
        return contextlib.nullcontext(self)


class _DefaultExtended(StrategyExtended):
    def call_for_each_replica(
        self, fn: Callable[..., Any], args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        self._must_be_across("call_for_each_replica")
        return fn(*args, **(kwargs or {}))

    @property
    def worker_devices(self) -> tuple[str, ...]:
        raise RuntimeError("worker_devices() method unsupported by default tf.distribute.Strategy.")

    @property
    def parameter_devices(self) -> tuple[str, ...]:
        raise RuntimeError("parameter_devices() method unsupported by default tf.distribute.Strategy.")

    def variable_created_in_scope(self, v: Any) -> bool:
        """Whether the variable was made in no other strategy's scope."""
        return getattr(v, "_distribute_strategy", None) is None


class OneDeviceStrategy(Strategy):
    """One replica on one device (API: tf.distribute.OneDeviceStrategy).

    Args:
        device: such as "/gpu:0"; recorded, values live on the CPU.
    """

    def __init__(self, device: str) -> None:
        super().__init__(StrategyExtended(self, _full_name(device)))


class MirroredStrategy(Strategy):
    """A replica on each device of the machine (API: tf.distribute.MirroredStrategy); here there is one.

    Args:
        devices: None, or a list of one device.
        cross_device_ops: how several devices would add their gradients; has no effect with one.

    Raises:
        NotImplementedError: several devices. ValueError: an empty list.
    """

    def __init__(self, devices: Sequence[str] | None = None, cross_device_ops: Any = None) -> None:
        names = ["/cpu:0"] if devices is None else list(devices)
        if not names:
            raise ValueError("MirroredStrategy: devices is empty, expected one device: leave it out.")
        if len(names) > 1:
            raise NotImplementedError(
                f"MirroredStrategy: devices are {names}, and convflow has one device. Pass one, or leave devices out."
            )
        super().__init__(StrategyExtended(self, _full_name(names[0])))


def _full_name(device: str) -> str:
    """The device as TensorFlow names it within a strategy: with replica and task."""
    spec = DeviceSpec.from_string("/replica:0/task:0")
    spec.merge_from(DeviceSpec.from_string(device))
    return spec.to_string()
