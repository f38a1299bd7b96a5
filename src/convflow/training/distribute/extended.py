"""What libraries ask of a strategy (API: tf.distribute.StrategyExtended), for one replica."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from convflow.core import nest
from convflow.graph.scopes import colocate_with, device
from convflow.modeling.variables.store import variable_creator_scope
from convflow.ops.array.identity import group as group_nodes
from convflow.training.distribute import frames
from convflow.training.distribute.reduce_op import as_reduce_op
from convflow.training.distribute.replica import ReplicaContext


class StrategyExtended:
    """The second half of a strategy (API: tf.distribute.StrategyExtended).

    Args:
        container_strategy: the strategy that it is of.
        replica_device: where everything runs, "" for TensorFlow's own choice.
    """

    def __init__(self, container_strategy: Any, replica_device: str = "") -> None:
        self._strategy = container_strategy
        self._device = replica_device

    # Where

    @property
    def worker_devices(self) -> tuple[str, ...]:
        """The devices that run replicas."""
        return (self._device,)

    @property
    def parameter_devices(self) -> tuple[str, ...]:
        """The devices that hold variables."""
        return (self._device,)

    @property
    def worker_devices_of_replica(self) -> tuple[str, ...]:
        """The devices of one replica."""
        return (self._device,)

    def non_slot_devices(self, var_list: Sequence[Any]) -> Any:
        """The devices of an optimizer's variables that belong to no variable in particular."""
        return min(var_list, key=lambda variable: variable.name)

    # What a cluster would answer otherwise

    @property
    def experimental_between_graph(self) -> bool:
        return False

    @property
    def experimental_should_init(self) -> bool:
        return True

    @property
    def experimental_require_static_shapes(self) -> bool:
        return False

    @property
    def should_checkpoint(self) -> bool:
        return True

    @property
    def should_save_summary(self) -> bool:
        return True

    # Running

    @contextlib.contextmanager
    def scope(self) -> Iterator[Any]:
        """The strategy is in force, across replicas; new variables are resource variables of it."""
        with frames.entered(frames.Frame(self._strategy)), variable_creator_scope(self._created), self._placed():
            yield self._strategy

    def _placed(self) -> Any:
        return device(self._device) if self._device else contextlib.nullcontext()

    def _created(self, next_creator: Callable[..., Any], **kwargs: Any) -> Any:
        kwargs["use_resource"] = True
        variable = next_creator(**kwargs)
        variable._distribute_strategy = self._strategy
        return variable

    def variable_created_in_scope(self, v: Any) -> bool:
        """Whether the variable was made in this strategy's scope."""
        return getattr(v, "_distribute_strategy", None) is self._strategy

    def colocate_vars_with(self, colocate_with_variable: Any) -> Any:
        """A scope whose variables are made where this one is."""
        return colocate_with(colocate_with_variable)

    def call_for_each_replica(
        self, fn: Callable[..., Any], args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """What `fn(*args, **kwargs)` returns on the replica.

        Raises:
            RuntimeError: a replica runs already.
        """
        self._must_be_across("call_for_each_replica")
        with self._strategy.scope(), ReplicaContext(self._strategy, 0), self._placed():
            return fn(*args, **(kwargs or {}))

    def update(
        self, var: Any, fn: Callable[..., Any], args: Any = (), kwargs: dict[str, Any] | None = None, group: bool = True
    ) -> Any:
        """What `fn(var, *args, **kwargs)` returns where the variable is; a tuple of it where `group` is False."""
        self._must_be_across("update")
        with colocate_with(var):
            result = fn(var, *args, **(kwargs or {}))
        return result if group else nest.map_structure(lambda item: (item,), result)

    def update_non_slot(
        self,
        colocate_with: Any,
        fn: Callable[..., Any],
        args: Any = (),
        kwargs: dict[str, Any] | None = None,
        group: bool = True,
    ) -> Any:
        """What `fn(*args, **kwargs)` returns; a tuple of it where `group` is False."""
        self._must_be_across("update_non_slot")
        result = fn(*args, **(kwargs or {}))
        return result if group else nest.map_structure(lambda item: (item,), result)

    def _must_be_across(self, method: str) -> None:
        frame = frames.current()
        if frame is not None and frame.replica_context is not None:
            raise RuntimeError(
                f"Method {method} requires being in cross-replica context, and a replica runs: call it outside of the "
                "function of each replica, or in one that is passed to get_replica_context().merge_call()."
            )

    # Values

    def reduce_to(self, reduce_op: Any, value: Any, destinations: Any, options: Any = None) -> Any:
        """The sum or mean over the replicas: of one, its value."""
        as_reduce_op(reduce_op)
        return value

    def batch_reduce_to(self, reduce_op: Any, value_destination_pairs: Any, options: Any = None) -> list[Any]:
        """`reduce_to` of many pairs of a value and its destinations."""
        return [self.reduce_to(reduce_op, value, destination) for value, destination in value_destination_pairs]

    def broadcast_to(self, tensor: Any, destinations: Any) -> Any:
        """The value on each device: on one, the tensor."""
        return tensor

    def read_var(self, v: Any) -> Any:
        """The variable's value across replicas."""
        return v.read_value()

    def value_container(self, value: Any) -> Any:
        """What holds the values of all replicas: of one, the value."""
        return value

    def group(self, value: Any, name: str | None = None) -> Any:
        """A node that is done when the value's are."""
        nodes = [getattr(item, "op", item) for item in nest.flatten(value)]
        return nodes[0] if len(nodes) == 1 and name is None else group_nodes(*nodes, name=name)
