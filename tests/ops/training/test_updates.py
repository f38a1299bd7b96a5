"""Every update node against TensorFlow's results, as a node of references and as one of resources."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import convflow.ops.training
from convflow.core import dtypes, errors
from convflow.graph.opdef import all_ops, get_op, is_registered
from convflow.modeling.variables.variable import Variable, global_variables_initializer
from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder
from convflow.ops.training import adagrad, gradient_descent, momentum
from convflow.runtime.store import VariableSlot

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "updates"
TOLERANCE = {"float16": 4e-3, "float32": 1e-6, "float64": 1e-14}


def _load() -> Any:
    spec = importlib.util.spec_from_file_location("golden_update_cases", GOLDEN / "cases.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


cases = _load()
CASES = cases.cases()
FAMILY_FILES = [
    module.name for module in pkgutil.iter_modules(convflow.ops.training.__path__) if module.name != "update"
]

MODULES = [importlib.import_module(f"convflow.ops.training.{name}") for name in FAMILY_FILES]


def function(op_type: str) -> Any:
    """The function that makes a node of the type."""
    found = [value for module in MODULES for value in vars(module).values() if _makes(value, op_type)]
    return found[0]


def _makes(value: Any, op_type: str) -> bool:
    return callable(value) and f"(API: tf.raw_ops.{op_type})" in (getattr(value, "__doc__", None) or "")


OP_TYPES = {
    "ApplyAdaMax", "ApplyAdadelta", "ApplyAdagrad", "ApplyAdagradDA", "ApplyAdagradV2", "ApplyAdam",
    "ApplyAddSign", "ApplyCenteredRMSProp", "ApplyFtrl", "ApplyFtrlV2", "ApplyGradientDescent", "ApplyMomentum",
    "ApplyPowerSign", "ApplyProximalAdagrad", "ApplyProximalGradientDescent", "ApplyRMSProp",
    "ResourceApplyAdaMax", "ResourceApplyAdadelta", "ResourceApplyAdagrad", "ResourceApplyAdagradDA",
    "ResourceApplyAdagradV2", "ResourceApplyAdam", "ResourceApplyAdamWithAmsgrad", "ResourceApplyAddSign",
    "ResourceApplyCenteredRMSProp", "ResourceApplyFtrl", "ResourceApplyFtrlV2", "ResourceApplyGradientDescent",
    "ResourceApplyKerasMomentum", "ResourceApplyMomentum", "ResourceApplyPowerSign",
    "ResourceApplyProximalAdagrad", "ResourceApplyProximalGradientDescent", "ResourceApplyRMSProp",
    "ResourceSparseApplyAdadelta", "ResourceSparseApplyAdagrad", "ResourceSparseApplyAdagradDA",
    "ResourceSparseApplyAdagradV2", "ResourceSparseApplyCenteredRMSProp", "ResourceSparseApplyFtrl",
    "ResourceSparseApplyFtrlV2", "ResourceSparseApplyKerasMomentum", "ResourceSparseApplyMomentum",
    "ResourceSparseApplyProximalAdagrad", "ResourceSparseApplyProximalGradientDescent",
    "ResourceSparseApplyRMSProp", "SparseApplyAdadelta", "SparseApplyAdagrad", "SparseApplyAdagradDA",
    "SparseApplyAdagradV2", "SparseApplyCenteredRMSProp", "SparseApplyFtrl", "SparseApplyFtrlV2",
    "SparseApplyMomentum", "SparseApplyProximalAdagrad", "SparseApplyProximalGradientDescent",
    "SparseApplyRMSProp",
}  # fmt: skip


def test_every_update_node_has_cases() -> None:
    covered = {case.op_type(resource) for case in CASES for resource in (False, True)}
    assert {op_type for op_type in covered if is_registered(op_type)} == OP_TYPES
    registered = {op.name for op in all_ops() if any(arg.name in ("grad", "delta") for arg in op.inputs)}
    assert {name for name in registered if "Apply" in name and "Accumulator" not in name} == OP_TYPES


@pytest.fixture(scope="module")
def recorded() -> Any:
    return np.load(GOLDEN / "values.npz")


def check(found: list[Any], expected: np.ndarray, dtype: str) -> None:
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.dtype == theirs.dtype
        np.testing.assert_allclose(ours, theirs, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_references(case: Any, run: Any, recorded: Any) -> None:
    op_type = case.op_type(resource=False)
    if not is_registered(op_type):
        assert case.family in cases.WITHOUT_REFERENCES
        return
    variables = {name: Variable(value.astype(case.dtype)) for name, value in case.start.items()}
    run(global_variables_initializer())
    for gradient in case.gradients:
        inputs = case.inputs(gradient)
        fed = {name: placeholder(value.dtype) for name, value in inputs.items()}
        update = function(op_type)(*variables.values(), **fed, **case.attrs)
        assert update.op.type == op_type
        run(update, {fed[name]: value for name, value in inputs.items()})
    check(run(list(variables.values())), recorded[case.id], case.dtype)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_resources(case: Any, graph: Any, recorded: Any) -> None:
    handles = [placeholder(dtypes.resource, []) for _ in case.variables]
    slots = []
    for name, value in case.start.items():
        slots.append(VariableSlot(name))
        slots[-1].assign(torch.from_numpy(value.astype(case.dtype)))
    for gradient in case.gradients:
        inputs = case.inputs(gradient)
        op = function(case.op_type(resource=True))(*handles, **inputs, **case.attrs)
        assert get_op(op.type).stateful
        assert (
            op.definition.kernel(op)(*slots, *(torch.from_numpy(np.array(value)) for value in inputs.values())) is None
        )
    check([slot.read().numpy() for slot in slots], recorded[case.id], case.dtype)


def test_a_gradient_may_share_the_variables_memory(run: Any) -> None:
    # As in the gradient of x * x / 2, which is x itself.
    for make, others in (
        (momentum.apply_momentum, lambda x: (x, 0.5)),
        (adagrad.apply_adagrad, lambda x: (x,)),
    ):
        var, accum = Variable([2.0, 4.0]), Variable([0.0, 0.0])
        update = make(var, accum, 0.5, *others(var))
        run(global_variables_initializer())
        run(update.op)
        expected = [1.0, 2.0] if make is momentum.apply_momentum else [1.5, 3.5]
        np.testing.assert_allclose(run(var), expected)


def test_attributes_and_names_are_the_nodes() -> None:
    var, accum = Variable([1.0]), Variable([1.0])
    update = momentum.apply_momentum(var, accum, 0.1, [1.0], momentum=0.5, use_nesterov=True, name="step")
    assert (update.op.name, update.op.get_attr("use_nesterov"), update.op.get_attr("use_locking")) == (
        "step",
        True,
        False,
    )
    sparse = adagrad.sparse_apply_adagrad(var, accum, 0.1, [1.0], constant([0], dtypes.int64), use_locking=True)
    assert sparse.op.get_attr("Tindices") is dtypes.int64
    assert sparse.op.get_attr("use_locking")
    with pytest.raises(TypeError, match="missing a required argument: 'grad'"):
        adagrad.apply_adagrad(var, accum, 0.1)


@pytest.mark.parametrize(
    ("grad", "indices", "text"),
    [
        ([1.0], [0], r"indices \(1,\) of a variable \(3, 2\) need a gradient \(1, 2\), it has \(1,\)"),
        ([[1.0, 2.0]], [0, 1], r"need a gradient \(2, 2\), it has \(1, 2\)"),
        ([[1.0, 2.0]], 0, "indices must be rank 1 but is rank 0"),
    ],
)
def test_rows_that_do_not_fit_are_refused_while_the_graph_is_built(grad: Any, indices: Any, text: str) -> None:
    var, accum = Variable(np.ones([3, 2], np.float32)), Variable(np.ones([3, 2], np.float32))
    with pytest.raises(ValueError, match=text):
        adagrad.sparse_apply_adagrad(var, accum, 0.1, grad, indices)


def test_a_scalar_has_no_rows() -> None:
    with pytest.raises(ValueError, match="var must be at least rank 1 but is rank 0"):
        gradient_descent.sparse_apply_proximal_gradient_descent(Variable(1.0), 0.1, 0.0, 0.0, [1.0], [0])


@pytest.mark.parametrize(
    ("grad", "indices", "text"),
    [
        ([[1.0, 2.0]], [3], r"Index 3 at offset 0 in indices is out of range \[0, 3\)"),
        ([[1.0, 2.0], [1.0, 2.0]], [0, -1], r"Index -1 at offset 1 in indices is out of range \[0, 3\)"),
        ([[1.0, 2.0, 3.0]], [0], r"need a gradient \(1, 2\), it has \(1, 3\)"),
    ],
)
def test_rows_that_do_not_fit_are_refused_when_run(grad: Any, indices: Any, text: str, run: Any) -> None:
    var, accum = Variable(np.ones([3, 2], np.float32)), Variable(np.ones([3, 2], np.float32))
    fed = placeholder(dtypes.float32), placeholder(dtypes.int32)
    update = adagrad.sparse_apply_adagrad(var, accum, 0.1, *fed)
    run(global_variables_initializer())
    with pytest.raises(errors.InvalidArgumentError, match=text):
        run(update.op, dict(zip(fed, (grad, indices), strict=True)))
    np.testing.assert_array_equal(run(var), np.ones([3, 2]))


def test_slots_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match=r"the variable has \(2,\), input 1 has \(3,\)"):
        adagrad.apply_adagrad(Variable([1.0, 2.0]), Variable([1.0, 2.0, 3.0]), 0.1, [1.0, 2.0])
    with pytest.raises(ValueError, match="lr must be rank 0 but is rank 1"):
        adagrad.apply_adagrad(Variable([1.0]), Variable([1.0]), [0.1], [1.0])
