from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from convflow.core import dtypes
from convflow.graph.collections import GraphKeys
from convflow.graph.convert import convert_to_tensor
from convflow.graph.graph import Graph
from convflow.graph.indexed_slices import IndexedSlices
from convflow.modeling.variables.scope import get_variable
from convflow.modeling.variables.variable import Variable, global_variables_initializer
from convflow.ops.array.constant import constant, zeros
from convflow.ops.array.identity import group
from convflow.ops.array.placeholder import placeholder
from convflow.ops.math.arithmetic import maximum, multiply
from convflow.ops.math.clip import clip_by_global_norm
from convflow.ops.scatter import scatter_sub
from convflow.runtime.session import Session
from convflow.training.global_step import create_global_step
from convflow.training.optimizers.adagrad import AdagradOptimizer
from convflow.training.optimizers.adagrad_da import AdagradDAOptimizer
from convflow.training.optimizers.adam import AdamOptimizer
from convflow.training.optimizers.ftrl import FtrlOptimizer
from convflow.training.optimizers.gradient_descent import GradientDescentOptimizer
from convflow.training.optimizers.momentum import MomentumOptimizer
from convflow.training.optimizers.optimizer import Optimizer


def test_minimize_takes_steps_downhill_and_counts_them(session: Session) -> None:
    variable = Variable([3.0, -4.0])
    step = create_global_step()
    train_op = GradientDescentOptimizer(0.25).minimize(multiply(variable, variable), global_step=step)
    session.run(global_variables_initializer())
    for _ in range(3):
        session.run(train_op)
    # Each step halves the variable: its gradient is twice itself.
    np.testing.assert_allclose(session.run(variable), [0.375, -0.5])
    assert session.run(step) == 3


def test_compute_gradients_pairs_each_variable_with_its_gradient(graph: Graph, session: Session) -> None:
    used, unused = Variable([3.0], name="used"), Variable([1.0], name="unused")
    pairs = GradientDescentOptimizer(0.1).compute_gradients(multiply(used, used), grad_loss=constant([10.0]))
    session.run(global_variables_initializer())
    assert [variable for _, variable in pairs] == [used, unused]
    assert pairs[1][0] is None
    assert session.run(pairs[0][0]).tolist() == [60.0]


@pytest.mark.parametrize("gate", [Optimizer.GATE_NONE, Optimizer.GATE_OP, Optimizer.GATE_GRAPH])
def test_every_gate_gives_the_same_step(gate: int, session: Session) -> None:
    x, y = Variable([3.0]), Variable([5.0])
    train_op = GradientDescentOptimizer(1.0).minimize(multiply(x, y), gate_gradients=gate)
    session.run(global_variables_initializer())
    session.run(train_op)
    assert session.run([x, y]) == [[-2.0], [2.0]]


def test_only_the_variables_listed_change(session: Session) -> None:
    x, y = Variable([3.0]), Variable([5.0])
    train_op = GradientDescentOptimizer(1.0).minimize(multiply(x, y), var_list=[[x]])
    session.run(global_variables_initializer())
    session.run(train_op)
    assert session.run([x, y]) == [[-2.0], [5.0]]


def test_a_constraint_holds_after_the_update(session: Session) -> None:
    x = Variable([1.0, 2.0], constraint=lambda value: maximum(value, [0.5, 0.5]))
    train_op = GradientDescentOptimizer(1.0).apply_gradients([([1.0, 1.0], x)])
    session.run(global_variables_initializer())
    session.run(train_op)
    session.run(train_op)
    assert session.run(x).tolist() == [0.5, 0.5]


def test_the_learning_rate_may_be_fed_or_a_function(session: Session) -> None:
    x = Variable([1.0])
    rate = placeholder(dtypes.float32, [])
    fed = GradientDescentOptimizer(rate).apply_gradients([([1.0], x)])
    called = GradientDescentOptimizer(lambda: 0.25).apply_gradients([([1.0], x)])
    session.run(global_variables_initializer())
    session.run(fed, {rate: 0.5})
    assert session.run(x).tolist() == [0.5]
    session.run(called)
    assert session.run(x).tolist() == [0.25]


def test_slots_are_found_by_variable_and_name(graph: Graph) -> None:
    x, other = get_variable("scope/x", initializer=[1.0]), get_variable("other", initializer=[1.0])
    adam = AdamOptimizer()
    assert adam.get_slot(x, "m") is None
    adam.apply_gradients([([1.0], x)])
    m, v = adam.get_slot(x, "m"), adam.get_slot(x, "v")
    assert m is not None and v is not None
    assert (m.name, v.name) == ("scope/x/Adam:0", "scope/x/Adam_1:0")
    assert adam.get_slot(other, "m") is None
    assert adam.get_slot_names() == ["m", "v"]
    assert adam.get_name() == "Adam"
    own = ["beta1_power:0", "beta2_power:0", "scope/x/Adam:0", "scope/x/Adam_1:0"]
    assert [variable.name for variable in adam.variables()] == own
    assert not any(variable.trainable for variable in adam.variables())
    with Graph().as_default():
        assert adam.variables() == []


def test_the_train_op_is_collected_once(graph: Graph) -> None:
    x = get_variable("x", initializer=[1.0])
    train_op = GradientDescentOptimizer(0.1).apply_gradients([([1.0], x)], name="step")
    assert train_op.name == "step"
    assert graph.get_collection(GraphKeys.TRAIN_OP) == [train_op]


def test_the_powers_of_beta_can_stand_in_a_scope_of_their_own(graph: Graph) -> None:
    x = get_variable("x", initializer=[1.0])
    adam = AdamOptimizer(name="Mine", use_own_namescope_for_non_slot_vars=True)
    adam.apply_gradients([([1.0], x)])
    assert [variable.name for variable in adam.variables()][:2] == ["Mine/beta1_power:0", "Mine/beta2_power:0"]


class Averaged(Optimizer):
    """What programs write: steps along a moving average of gradients, kept in slots."""

    def __init__(self, rate: float, name: str = "Averaged") -> None:
        super().__init__(False, name)
        self._rate = rate
        self._rate_t: Any = None

    def _create_slots(self, var_list: list[Any]) -> None:
        for variable in var_list:
            self._get_or_make_slot(variable, zeros(variable.shape), "mean", self._name)

    def _prepare(self) -> None:
        self._rate_t = convert_to_tensor(self._call_if_callable(self._rate), name="rate")

    def _apply_dense(self, grad: Any, var: Any) -> Any:
        mean = self.get_slot(var, "mean")
        moved = mean.assign(0.5 * mean + 0.5 * grad)
        return group(var.assign_sub(self._rate_t * moved), moved)

    def _apply_sparse(self, grad: Any, var: Any) -> Any:
        return scatter_sub(var, grad.indices, self._rate_t * grad.values)


def test_optimizers_that_programs_write(session: Session) -> None:
    x, table = Variable([1.0, 2.0]), Variable(np.zeros([3, 2], np.float32))
    optimizer = Averaged(0.5)
    rows = IndexedSlices(constant([[1.0, 1.0], [2.0, 2.0]]), constant([1, 1]))
    train_op = optimizer.apply_gradients([([1.0, 1.0], x), (rows, table)])
    session.run(global_variables_initializer())
    session.run(train_op)
    session.run(train_op)
    np.testing.assert_allclose(session.run(x), [1.0 - 0.25 - 0.375, 2.0 - 0.25 - 0.375])
    np.testing.assert_allclose(session.run(table), [[0, 0], [-3, -3], [0, 0]])
    assert optimizer.get_slot_names() == ["mean"]


def test_gradients_may_be_clipped_between(session: Session) -> None:
    x, y = Variable([3.0]), Variable([4.0])
    optimizer = GradientDescentOptimizer(1.0)
    pairs = optimizer.compute_gradients(x * 3.0 + y * 4.0)
    clipped, norm = clip_by_global_norm([grad for grad, _ in pairs], 1.0)
    train_op = optimizer.apply_gradients(zip(clipped, [variable for _, variable in pairs], strict=True))
    session.run(global_variables_initializer())
    assert session.run(norm) == pytest.approx(5.0)
    session.run(train_op)
    np.testing.assert_allclose(session.run([x, y]), [[2.4], [3.2]], rtol=1e-6)


def test_types_may_be_widened_by_a_subclass(graph: Graph) -> None:
    class Any_(GradientDescentOptimizer):
        def _valid_dtypes(self) -> Any:
            return {*super()._valid_dtypes(), dtypes.complex64}

    x = Variable(constant([1j], dtypes.complex64))
    assert Any_(0.5).compute_gradients(x * 2.0, grad_loss=constant([1 + 0j], dtypes.complex64))


def test_slots_of_a_variable_of_no_fixed_shape(session: Session) -> None:
    first = placeholder(dtypes.float32)
    x = Variable(first, validate_shape=False)
    optimizer = MomentumOptimizer(1.0, 0.5)
    grad = placeholder(dtypes.float32)
    train_op = optimizer.apply_gradients([(grad, x)])
    session.run(global_variables_initializer(), {first: [1.0, 2.0]})
    assert session.run(optimizer.get_slot(x, "momentum")).tolist() == [0.0, 0.0]
    session.run(train_op, {grad: [1.0, 1.0]})
    assert session.run(x).tolist() == [0.0, 1.0]


def _optimize(build: Callable[[Any, Optimizer], Any]) -> None:
    with Graph().as_default():
        build(get_variable("x", initializer=[1.0]), GradientDescentOptimizer(0.1))


@pytest.mark.parametrize(
    ("build", "kind", "text"),
    [
        (lambda x, o: o.minimize(constant(1.0)), ValueError, "No gradients provided for any variable, check"),
        (lambda x, o: o.minimize(x * x, var_list=[]), ValueError, "No variables to optimize"),
        (lambda x, o: o.minimize(x * x, var_list=[3]), NotImplementedError, "unsupported type 3"),
        (lambda x, o: o.minimize(constant(1)), ValueError, "Invalid type tf.int32 for Const:0, expected"),
        (lambda x, o: o.minimize(x * x, gate_gradients=7), ValueError, "gate_gradients must be one of.*Not 7"),
        (lambda x, o: o.apply_gradients([]), ValueError, "No variables provided"),
        (lambda x, o: o.apply_gradients([(None, x)]), ValueError, "No gradients provided for any variable: .*'x:0'"),
        (lambda x, o: o.apply_gradients([([1.0, 2.0], x)]), ValueError, "the variable has"),
        (lambda x, o: o.apply_gradients([([1.0], x * 1.0)]), NotImplementedError, "Trying to update a Tensor"),
        (lambda x, o: o.apply_gradients([(x, object())]), AttributeError, "op"),
        (lambda x, o: o.apply_gradients([("text", x)]), TypeError, "string"),
        (lambda x, o: o.minimize(x * x, global_step=constant(1)), AttributeError, "it is a value, not a variable"),
        (lambda x, o: AdagradOptimizer(0.1, 0.0), ValueError, "initial_accumulator_value must be positive: 0.0"),
        (lambda x, o: AdagradDAOptimizer(0.1, x, -1.0), ValueError, "squared_accumulator_value must be positive: -1.0"),
        (lambda x, o: FtrlOptimizer(0.1, 0.5), ValueError, "learning_rate_power 0.5 needs to be negative or zero"),
        (
            lambda x, o: FtrlOptimizer(0.1, -0.5, -1.0),
            ValueError,
            "value -1.0 needs to be positive or zero",
        ),
        (lambda x, o: MomentumOptimizer([0.1], 0.9).minimize(x * x), ValueError, "lr must be rank 0 but is rank 1"),
        (lambda x, o: GradientDescentOptimizer(0.1, name=""), ValueError, "Must specify the optimizer name"),
        (lambda x, o: Optimizer(False, "base").apply_gradients([([1.0], x)]), NotImplementedError, "_apply_dense"),
    ],
)
def test_refusals(build: Callable[[Any, Optimizer], Any], kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        _optimize(build)
