"""PyTorch, eager or compiled: the twin of the work, with channels_last parameters."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from benchmarks.catalogue import Work
from benchmarks.engines.prepared import Prepared
from benchmarks.works.program import Action


def _as_it_is(function: Callable[..., Any]) -> Callable[..., Any]:
    return function


def prepare(peer: str, work: Work) -> Prepared:
    """Raises:
    ModuleNotFoundError: the work has no twin.
    """
    import torch

    versions = {"torch": str(torch.__version__)}
    torch.manual_seed(0)
    twin = import_module(f"benchmarks.twins.{work.module}").build(work.batch)
    if isinstance(twin, Action):
        return Prepared(twin.step, 0, versions)
    twin.module.to(memory_format=torch.channels_last)
    twin.module.train(work.training)
    parameters = sum(each.numel() for each in twin.module.parameters())
    compiled = torch.compile if peer == "pytorch-compile" else _as_it_is
    step = training_step(twin, compiled, work.bfloat16) if work.training else inference_step(twin, compiled)
    return Prepared(step, parameters, versions)


def training_step(
    twin: Any, compiled: Callable[[Callable[..., Any]], Callable[..., Any]], bfloat16: bool
) -> Callable[[], None]:
    """Every phase in turn: gradients of its parameters only, then its optimizer."""
    import torch

    optimizers = [phase.optimizer(phase.parameters) for phase in twin.phases]
    losses = [compiled(phase.loss) for phase in twin.phases]

    def step() -> None:
        inputs = [torch.from_numpy(each) for each in twin.inputs]
        for phase, loss_of, optimizer in zip(twin.phases, losses, optimizers, strict=True):
            optimizer.zero_grad(set_to_none=True)
            with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
                loss = loss_of(*inputs)
            loss.backward(inputs=phase.parameters)
            optimizer.step()
            loss.item()

    return step


def inference_step(twin: Any, compiled: Callable[[Callable[..., Any]], Callable[..., Any]]) -> Callable[[], None]:
    import torch

    forward = compiled(twin.forward)

    def step() -> None:
        with torch.inference_mode():
            forward(*(torch.from_numpy(each) for each in twin.inputs)).numpy()

    return step
