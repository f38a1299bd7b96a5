"""ONNX Runtime and OpenVINO: the PyTorch twin's forward pass, exported to ONNX."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np

from benchmarks.catalogue import Work
from benchmarks.engines.prepared import Prepared


def prepare(peer: str, work: Work) -> Prepared:
    """Raises:
    RuntimeError: PyTorch could not export the twin; the message holds the end of what it said.
    """
    with tempfile.TemporaryDirectory() as folder:
        # PyTorch's threads and memory must not stand beside the peer's: it exports in a process of its own.
        command = [sys.executable, "-m", "benchmarks.engines.export", work.name, folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"The twin of {work.name} could not be exported to ONNX: {done.stderr[-1000:]}")
        parameters = int((Path(folder) / "parameters").read_text())
        arrays = np.load(Path(folder) / "inputs.npz")
        inputs = {name: arrays[name] for name in arrays.files}
        model = Path(folder) / "model.onnx"
        start = {"onnxruntime": _onnxruntime, "openvino": _openvino}[peer]
        step = start(model, inputs, int(os.environ["OMP_NUM_THREADS"]))
    return Prepared(step, parameters, {peer: version(peer)})


def _onnxruntime(model: Path, inputs: dict[str, np.ndarray], threads: int) -> Callable[[], None]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    feeds = {each.name: inputs[each.name] for each in session.get_inputs()}

    def step() -> None:
        session.run(None, feeds)

    return step


def _openvino(model: Path, inputs: dict[str, np.ndarray], threads: int) -> Callable[[], None]:
    import openvino

    # Where the processor multiplies bfloat16, OpenVINO would take it unasked: the others compute in float32.
    settings = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
    compiled = openvino.Core().compile_model(model, "CPU", settings)
    feeds = [inputs[each.any_name] for each in compiled.inputs]

    def step() -> None:
        np.asarray(compiled(feeds, share_inputs=True)[0])

    return step
