"""Parts of a program that no two threads run at once (API: tf.CriticalSection)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from convflow.core import dtypes, nest
from convflow.graph.apply import apply_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import (
    add_to_collection,
    colocate_with,
    control_dependencies,
    executing_eagerly,
    get_collection,
    get_default_graph,
    init_scope,
    name_scope,
)
from convflow.ops import mutex  # noqa: F401  (registers the nodes)
from convflow.ops.array.identity import group, identity, tuple_
from convflow.ops.tensor_array import TensorArray

_SECTIONS = "critical_sections"
_EXECUTIONS = "critical_section_executions"


class _Execution(NamedTuple):
    op: Operation
    handle: Tensor
    resources: list[Tensor]
    exclusive_resource_access: bool


class CriticalSection:
    """What `execute` runs in it is run by one thread at a time (API: tf.CriticalSection).

    Args:
        name: of the node of its lock, "CriticalSection" by default.
        shared_name: sections of one name share the lock; by default one of its own.
        critical_section_def, import_scope: not used by TensorFlow either; must be None.

    Raises:
        ValueError: `critical_section_def` or `import_scope` is given.
    """

    def __init__(
        self,
        name: str | None = None,
        shared_name: str | None = None,
        critical_section_def: Any = None,
        import_scope: str | None = None,
    ) -> None:
        if critical_section_def is not None or import_scope is not None:
            raise ValueError("critical_section_def and import_scope are not supported: leave them out.")
        with name_scope(name, "CriticalSection", []) as scope, init_scope():
            self._shared_name = scope if shared_name is None else shared_name
            self._handle = apply_op("MutexV2", shared_name=self._shared_name, name=scope)
        if not executing_eagerly():
            add_to_collection(_SECTIONS, self)

    @property
    def name(self) -> str:
        return self._handle.op.name

    def execute(self, fn: Callable[[], Any], exclusive_resource_access: bool = True, name: str | None = None) -> Any:
        """Call `fn`, whose nodes run while the lock is held (API: tf.CriticalSection.execute).

        Args:
            fn: a function without arguments that returns tensors, tensor arrays or operations, or a structure of them.
            exclusive_resource_access: whether no other section may use the variables and tables that `fn` uses.
            name: a name scope for the nodes, "critical_section_execute" by default.

        Returns:
            What `fn` returns, once all of it is computed and the lock released.

        Raises:
            ValueError: `fn` executes this very section, which could never begin, or uses a resource that another
                section uses and one of the two wants for itself.
        """
        with name_scope(name, "critical_section_execute", []):
            lock = apply_op("MutexLock", mutex=self._handle)
            if executing_eagerly():
                try:
                    return fn()
                finally:
                    apply_op("ConsumeMutexLock", mutex_lock=lock)
            before = set(get_default_graph().get_operations())
            with control_dependencies([lock]):
                result = fn()
            created = [op for op in get_default_graph().get_operations() if op not in before]
            self._wait_for_arguments(created, lock.op)
            resources = self._resources(created)
            self._check_others(resources, exclusive_resource_access)
            flat = [_passed(item) for item in nest.flatten(result)]
            with control_dependencies(flat):
                with colocate_with(self._handle):
                    release = apply_op("ConsumeMutexLock", mutex_lock=lock)
                together = nest.pack_sequence_as(result, _together(nest.flatten(result)))
            with control_dependencies([release]):
                outputs = nest.map_structure(_passed, together)
            add_to_collection(_EXECUTIONS, _Execution(lock.op, self._handle, resources, exclusive_resource_access))
            return outputs

    def _wait_for_arguments(self, created: list[Operation], lock: Operation) -> None:
        """The lock is taken when all is there that the section takes from outside, so that it is held briefly."""
        inside = set(created)
        taken = [tensor.op for op in created for tensor in op.inputs]
        taken += [control for op in created for control in op.control_inputs]
        arguments = [op for op in dict.fromkeys(taken) if op not in inside and op is not lock]
        if arguments:
            with control_dependencies(None):
                lock._add_control_input(group(*arguments))

    def _resources(self, created: list[Operation]) -> list[Tensor]:
        found = list(dict.fromkeys(tensor for op in created for tensor in op.inputs if tensor.dtype == dtypes.resource))
        if any(self._is_own(tensor) for tensor in found):
            raise ValueError(
                f"Attempting to lock the CriticalSection {self.name} in which we are already running: the function "
                "would wait for itself. Call what it executes directly."
            )
        return found

    def _is_own(self, handle: Tensor) -> bool:
        if handle is self._handle:
            return True
        return handle.op.type == "MutexV2" and handle.op.get_attr("shared_name") == self._handle.op.get_attr(
            "shared_name"
        )

    def _check_others(self, resources: Iterable[Tensor], exclusive: bool) -> None:
        for other in get_collection(_EXECUTIONS):
            if self._is_own(other.handle) or not (exclusive or other.exclusive_resource_access):
                continue
            common = [tensor.name for tensor in resources if any(tensor is theirs for theirs in other.resources)]
            if common:
                raise ValueError(
                    f"This execution would access resources: {common}. Either this lock (CriticalSection: {self.name}) "
                    f"or lock {other.handle.op.name!r}, which {other.op.name!r} takes and which uses them too, asked "
                    "for exclusive access. Use one section, or pass exclusive_resource_access=False to both."
                )


def _passed(value: Any) -> Any:
    if isinstance(value, TensorArray):
        return value.identity()
    return group(value) if isinstance(value, Operation) else identity(value)


def _together(flat: list[Any]) -> list[Any]:
    """What a section returns, each passed on when all is there."""
    if all(isinstance(item, Tensor) for item in flat):
        return tuple_(flat)
    return [_passed(item) for item in flat]
