from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from convflow.core import dtypes
from convflow.graph.collections import GraphKeys
from convflow.graph.graph import Graph
from convflow.modeling.variables.scope import get_variable
from convflow.modeling.variables.variable import Variable, global_variables_initializer
from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder
from convflow.ops.math.arithmetic import maximum, multiply
from convflow.runtime.session import Session
from convflow.training.global_step import create_global_step
from convflow.training.optimizers.adam import AdamOptimizer
from convflow.training.optimizers.gradient_descent import GradientDescentOptimizer
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
        (lambda x, o: GradientDescentOptimizer(0.1, name=""), ValueError, "Must specify the optimizer name"),
        (lambda x, o: Optimizer(False, "base").apply_gradients([([1.0], x)]), NotImplementedError, "_apply_dense"),
    ],
)
def test_refusals(build: Callable[[Any, Optimizer], Any], kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        _optimize(build)
