"""Every differentiable op against finite differences in float64.

The functions are those of the cases recorded for `tests/ops/test_against_oracle.py`: for each op the first cases whose
graph holds it between a float64 input and a floating output. Some of them stand on a tie or a rounding, where there is
no slope: one must agree. What has no case is named below with the reason.
"""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import convflow as tf
from convflow import api  # noqa: F401  # registers every op
from convflow.graph import opdef

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "ops"
STEP = 1e-5
# Central differences leave the third derivative times the square of the step, and rounding over the step.
TOLERANCE = 2e-5
# Every element costs two runs.
_LARGEST = 64
_ENOUGH = 6

spec = importlib.util.spec_from_file_location("cases", GOLDEN / "cases.py")
cases = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cases)

Case = dict[str, Any]


@cache
def chosen() -> dict[str, list[Case]]:
    """For each op the cases that check it."""
    found: dict[str, list[Case]] = {}
    wanted = {op.name for op in opdef.all_ops() if callable(op.gradient)}
    recorded = [case for path in _files() for case in json.loads(path.read_text(encoding="utf-8"))["cases"]]
    for dtype in ("float64", "float32"):
        for case in recorded:
            if _is_checkable(case, dtype):
                wide = case if dtype == "float64" else _in_float64(case)
                for op in _ops_between(wide) & wanted:
                    found.setdefault(op, []).append(wide)
                wanted -= {op for op, those in found.items() if len(those) == _ENOUGH}
    return found


def _files() -> list[Path]:
    # The plainest cases first: one op between an input and an output.
    return sorted(GOLDEN.glob("*.json"), key=lambda path: (path.stem != "registry", path.stem))


def _is_checkable(case: Case, dtype: str) -> bool:
    types = {case["inputs"][index]["dtype"] for index in case.get("differentiate") or ()}
    is_smooth = all(g is not None for g in case.get("gradients", ()))
    size = sum(np.prod(case["inputs"][index]["shape"]) for index in case.get("differentiate") or ())
    return types == {dtype} and case.get("runs", 1) == 1 and is_smooth and 0 < size <= _LARGEST


def _in_float64(case: Case) -> Case:
    inputs = [{**value, "dtype": "float64"} if value["dtype"] == "float32" else value for value in case["inputs"]]
    return {**case, "inputs": inputs}


def _ops_between(case: Case) -> set[str]:
    with cases.fresh_graph(tf):
        try:
            placeholders, outputs = cases.build(tf, case, "full")
        except (TypeError, ValueError):
            return set()  # no float64 where float32 was recorded
        if any(output.dtype.is_floating and output.dtype != tf.float64 for output in outputs):
            return set()
        reached = {op for index in case["differentiate"] for op in _readers(placeholders[index])}
        needed = {op for output in outputs if output.dtype.is_floating for op in _sources(output)}
        return {op.type for op in reached & needed}


def _readers(tensor: Any) -> set[Any]:
    found: set[Any] = set()
    waiting = list(tensor.consumers())
    while waiting:
        op = waiting.pop()
        if op not in found:
            found.add(op)
            waiting += [reader for output in op.outputs for reader in output.consumers()]
    return found


def _sources(tensor: Any) -> set[Any]:
    found: set[Any] = set()
    waiting = [tensor.op]
    while waiting:
        op = waiting.pop()
        if op not in found:
            found.add(op)
            waiting += [source.op for source in op.inputs]
    return found


def differences(case: Case) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each input the gradient of a weighted sum of the outputs, by the rules and by differences."""
    with cases.fresh_graph(tf) as graph, tf.Session(graph=graph) as session:
        placeholders, outputs = cases.build(tf, case, "full")
        floating = [output for output in outputs if output.dtype.is_floating]
        values = [cases.decode(value) for value in case["inputs"]]
        feed = dict(zip(placeholders, values, strict=True))
        weights = [cases.upstream(value.shape, np.float64) for value in session.run(floating, feed)]
        by = [placeholders[index] for index in case["differentiate"]]
        slopes = tf.gradients(floating, by, grad_ys=[tf.constant(weight) for weight in weights])
        ours = session.run([tf.convert_to_tensor(slope) for slope in slopes], feed)

        def total(changed: Any, value: np.ndarray) -> float:
            results = session.run(floating, {**feed, changed: value})
            return sum(float(np.sum(weight * result)) for weight, result in zip(weights, results, strict=True))

        return [(slope, _numeric(total, x, feed[x])) for x, slope in zip(by, ours, strict=True)]


def _numeric(total: Any, x: Any, value: np.ndarray) -> np.ndarray:
    slope = np.zeros_like(value)
    for index in np.ndindex(value.shape):
        moved = [value.copy(), value.copy()]
        moved[0][index] += STEP
        moved[1][index] -= STEP
        slope[index] = (total(x, moved[0]) - total(x, moved[1])) / (2 * STEP)
    return slope


@pytest.mark.parametrize("op", [op.name for op in opdef.all_ops() if callable(op.gradient)])
def test_gradient_is_the_slope(op: str) -> None:
    if op in ELSEWHERE:
        assert not any(agrees(case) for case in chosen().get(op, [])), f"{op} has a case by now: take it off the list"
        pytest.skip(ELSEWHERE[op])
    assert op in chosen(), f"no recorded case takes {op} between a float64 input and a floating output"
    assert any(agrees(case) for case in chosen()[op]), [case["id"] for case in chosen()[op]]


def agrees(case: Case) -> bool:
    return all(
        np.allclose(ours, numeric, rtol=TOLERANCE, atol=TOLERANCE * np.abs(numeric).max(initial=1.0))
        for ours, numeric in differences(case)
    )


def _because(reason: str, ops: str) -> dict[str, str]:
    return dict.fromkeys(ops.split(), reason)


ELSEWHERE = {
    **_because("goes by the inverse: tests/ops/test_projective.py compares it", "ImageProjectiveTransformV2"),
    **_because("calls Python: tests/autodiff/test_gradient_tape.py compares its derivative", "EagerPyFunc"),
    **_because("flat: its gradient is None", "ArgMax ArgMin Ceil FloorDiv Rint Round TruncateDiv"),
    **_because(
        "complex: tests/ops/math compares its derivative along both axes",
        "Angle ComplexAbs Conj ConjugateTranspose FFT FFT2D FFT3D IFFT IFFT2D IFFT3D IRFFT2D Imag RFFT2D",
    ),
    **_because(
        "takes no float64: recorded gradients are compared instead",
        "CTCLossV2 FakeQuantWithMinMaxArgs FakeQuantWithMinMaxVars FakeQuantWithMinMaxVarsPerChannel FusedBatchNorm "
        "FusedBatchNormV2 FusedBatchNormV3 LRN MaxPool3D SparseMatMul",
    ),
    **_because(
        "calculates in float32 whatever it takes: tests/ops/image/test_image.py takes longer steps",
        "CropAndResize ResizeBicubic ResizeBilinear",
    ),
    **_because(
        "a gradient itself: second derivatives are checked in the tests of its function",
        "AvgPool3DGrad AvgPoolGrad FusedBatchNormGrad FusedBatchNormGradV2 FusedBatchNormGradV3 MaxPool3DGrad "
        "MaxPool3DGradGrad MaxPoolGrad MaxPoolGradGrad MirrorPadGrad StridedSliceGrad",
    ),
    **_because(
        "needs a variable or a loop: tests/ops/test_while_loop.py, tests/ops/test_state.py, tests/modeling/variables",
        "ReadVariableOp RefEnter RefExit RefIdentity RefMerge RefNextIteration RefSwitch ResourceGather "
        "ResourceGatherNd TensorArrayConcatV3 TensorArrayGatherV3 TensorArrayReadV3 TensorArrayScatterV3 "
        "TensorArraySplitV3 TensorArrayWriteV3 AccumulateNV2",
    ),
    **_because("differentiable by one of its inputs only: tests/ops/math", "Betainc Polygamma Zeta"),
    **_because(
        "no recorded case takes its gradient by every input: finite differences stand in the tests of its function",
        "ExtractVolumePatches FractionalAvgPool MatrixDiagPartV2 MatrixDiagV2 MatrixSetDiag MatrixSetDiagV2 "
        "MatrixSolveLs ScatterNdNonAliasingAdd SparseDenseCwiseAdd SparseSparseMaximum SparseSparseMinimum TopK",
    ),
    **_because(
        "no oracle has it: finite differences stand in the tests of its function", "CudnnRNN CudnnRNNV3 Resampler"
    ),
    **_because("passes values on: tests/ops/test_optional.py", "OptionalFromValue OptionalGetValue"),
    **_because("its gradient is an error", "PreventGradient"),
    **_because("passes on what it prints: tests/training/test_queues.py", "Print"),
    **_because(
        "recorded at ties: the derivative of one side is checked in tests/ops", "FractionalMaxPool MaxPoolWithArgmax"
    ),
    **_because("passes the gradient of another function by design", "QuantizeAndDequantizeV2"),
    **_because("draws anew in each run: tests/ops/test_random_gamma.py", "RandomGamma"),
    **_because("rounds: tests/ops/math", "ClipByValue"),
}
