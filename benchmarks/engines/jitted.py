"""JAX: the work's JAX twin, each step one compiled function."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from benchmarks.catalogue import Work
from benchmarks.engines.prepared import Prepared
from benchmarks.works.program import Action


def prepare(peer: str, work: Work) -> Prepared:
    """Raises:
    ModuleNotFoundError: the work has no twin.
    """
    import jax

    versions = {"jax": jax.__version__}
    twin = import_module(f"benchmarks.jax_twins.{work.module}").build(work.batch)
    if isinstance(twin, Action):
        return Prepared(twin.step, 0, versions)
    network = _all_phases(twin) if twin.phases else twin.forward
    from benchmarks.jax_twins.scope import initial

    parameters, state = initial(network, work.training, twin.inputs)
    count = sum(each.size for each in parameters.values())
    begin = training_step if work.training else inference_step
    return Prepared(begin(twin, parameters, state), count, versions)


def _all_phases(twin: Any) -> Callable[..., list[Any]]:
    return lambda scope, *inputs: [phase.loss(scope, *inputs) for phase in twin.phases]


def training_step(twin: Any, parameters: dict[str, Any], state: dict[str, Any]) -> Callable[[], None]:
    """Every phase in turn, compiled together; the arrays of the last step are given away to the next."""
    import jax
    import numpy as np

    from benchmarks.jax_twins.scope import Scope

    slots = {
        f"{name}.{slot}": np.zeros_like(array)
        for phase in twin.phases
        for name, array in parameters.items()
        if name.startswith(phase.part)
        for slot in range(phase.optimizer.slots)
    }

    def train(
        held: tuple[dict[str, Any], dict[str, Any], dict[str, Any]], number: Any, *inputs: Any
    ) -> tuple[Any, list[Any]]:
        parameters, state, slots = held
        losses = []
        for index, phase in enumerate(twin.phases):
            trained = {name: each for name, each in parameters.items() if name.startswith(phase.part)}
            still = {name: each for name, each in parameters.items() if name not in trained}
            key = jax.random.fold_in(jax.random.key(index), number)

            def loss_of(
                trained: Any, phase: Any = phase, still: Any = still, key: Any = key, state: Any = state
            ) -> Any:
                scope = Scope(True, {**still, **trained}, state, key)
                return phase.loss(scope, *inputs), {**state, **scope.updated}

            (loss, state), gradients = jax.value_and_grad(loss_of, has_aux=True)(trained)
            moved, kept = phase.optimizer.update(trained, gradients, slots, number)
            parameters, slots = {**parameters, **moved}, {**slots, **kept}
            losses.append(loss)
        return (parameters, state, slots), losses

    compiled = jax.jit(train, donate_argnums=0)
    held = jax.device_put((parameters, state, slots))
    number = 0

    def step() -> None:
        nonlocal held, number
        number += 1
        held, losses = compiled(held, np.float32(number), *twin.inputs)
        jax.block_until_ready(held)
        for loss in losses:
            float(loss)

    return step


def inference_step(twin: Any, parameters: dict[str, Any], state: dict[str, Any]) -> Callable[[], None]:
    import jax
    import numpy as np

    from benchmarks.jax_twins.scope import Scope

    def infer(parameters: Any, state: Any, key: Any, *inputs: Any) -> Any:
        return twin.forward(Scope(False, parameters, state, key), *inputs)

    compiled = jax.jit(infer)
    held, key = jax.device_put((parameters, state)), jax.random.key(0)

    def step() -> None:
        np.asarray(compiled(*held, key, *twin.inputs))

    return step
