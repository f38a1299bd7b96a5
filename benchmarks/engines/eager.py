"""PyTorch, eager or compiled: the twin of the work, with channels_last parameters."""

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
    import torch

    versions = {"torch": str(torch.__version__)}
    torch.manual_seed(0)
    twin = import_module(f"benchmarks.twins.{work.module}").build(work.batch)
    if isinstance(twin, Action):
        return Prepared(twin.step, 0, versions)
    twin.module.to(memory_format=torch.channels_last)
    twin.module.train(work.training)
    parameters = sum(each.numel() for each in twin.module.parameters())
    if peer == "pytorch-compile":
        compile_in_place(twin, work.training)
    step = training_step(twin, work.bfloat16) if work.training else inference_step(twin)
    return Prepared(step, parameters, versions)


def compile_in_place(twin: Any, training: bool) -> None:
    """Compile as much as can be at once: the forward pass, or the loss with all that leads to it.

    Phases that share a tensor cannot: all that one compiled function holds for going back is gone once any of its
    results has been gone back from. There each part of the network is compiled by itself.
    """
    import torch

    if not training:
        twin.forward = torch.compile(twin.forward)
    elif len(twin.phases) == 1:
        twin.phases[0].loss = torch.compile(twin.phases[0].loss)
    else:
        for part in twin.module.children():
            part.compile()


def training_step(twin: Any, bfloat16: bool) -> Callable[[], None]:
    """Every phase in turn: gradients of its parameters only, then its optimizer."""
    import torch

    optimizers = [phase.optimizer(phase.parameters) for phase in twin.phases]

    def step() -> None:
        inputs = [torch.from_numpy(each) for each in twin.inputs]
        for phase, optimizer in zip(twin.phases, optimizers, strict=True):
            optimizer.zero_grad(set_to_none=True)
            with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
                loss = phase.loss(*inputs)
            loss.backward(inputs=phase.parameters)
            optimizer.step()
            loss.item()

    return step


def inference_step(twin: Any) -> Callable[[], None]:
    import torch

    def step() -> None:
        with torch.inference_mode():
            twin.forward(*(torch.from_numpy(each) for each in twin.inputs)).numpy()

    return step
