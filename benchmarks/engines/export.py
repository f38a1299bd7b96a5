"""A work's PyTorch twin as ONNX, for the engines that only infer: `python -m benchmarks.engines.export WORK FOLDER`.

Leaves in the folder `model.onnx`, `inputs.npz` (what is fed, by the model's names) and `parameters` (their number).
"""

from __future__ import annotations

import sys
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from benchmarks.catalogue import Work, find
from benchmarks.twins.twin import Twin


class _Forward(nn.Module):
    """The twin's forward pass as a module, which is what can be exported."""

    def __init__(self, twin: Twin) -> None:
        super().__init__()
        self.module, self._forward = twin.module, twin.forward

    def forward(self, *inputs: Any) -> Any:
        return self._forward(*inputs)


def export(work: Work, folder: Path) -> None:
    """Write the work's network, its inputs and how many parameters it has."""
    torch.manual_seed(0)
    twin: Twin = import_module(f"benchmarks.twins.{work.module}").build(work.batch)
    twin.module.eval()
    names = [f"input_{number}" for number in range(len(twin.inputs))]
    tensors = tuple(torch.from_numpy(each) for each in twin.inputs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Forward(twin), tensors, folder / "model.onnx", input_names=names, opset_version=17, dynamo=False
        )
    named: dict[str, Any] = dict(zip(names, twin.inputs, strict=True))
    np.savez(folder / "inputs.npz", **named)
    count = sum(each.numel() for each in twin.module.parameters())
    (folder / "parameters").write_text(str(count))


if __name__ == "__main__":
    (chosen,) = find([sys.argv[1]])
    export(chosen, Path(sys.argv[2]))
