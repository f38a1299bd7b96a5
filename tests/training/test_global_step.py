from __future__ import annotations

from typing import Any

import pytest

from convflow.core import dtypes
from convflow.graph.collections import GraphKeys
from convflow.graph.graph import Graph
from convflow.graph.scopes import name_scope
from convflow.modeling.variables.variable import Variable, global_variables_initializer
from convflow.ops.array.constant import constant
from convflow.runtime.session import Session
from convflow.training import global_step as steps


def test_there_is_none_at_first(graph: Graph) -> None:
    assert steps.get_global_step() is None


def test_it_is_made_once_and_outside_all_scopes(graph: Graph) -> None:
    with name_scope("scope"):
        step = steps.create_global_step()
    assert (step.name, step.dtype.base_dtype, step.trainable) == ("global_step:0", dtypes.int64, False)
    assert steps.get_global_step() is step
    assert steps.get_or_create_global_step() is step
    assert graph.get_collection(GraphKeys.GLOBAL_STEP) == [step]
    with pytest.raises(ValueError, match='"global_step" already exists'):
        steps.create_global_step()


def test_of_another_graph(graph: Graph) -> None:
    other = Graph()
    step = steps.get_or_create_global_step(other)
    assert step.graph is other
    assert steps.get_global_step() is None


def test_a_variable_of_that_name_counts(graph: Graph) -> None:
    Variable(5, name="global_step")
    assert steps.get_global_step().name == "global_step:0"


def test_reading_it(session: Session) -> None:
    step = steps.create_global_step()
    session.run(global_variables_initializer())
    assert steps.global_step(session, step) == 0


def test_several_are_none(graph: Graph, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        graph.add_to_collection(GraphKeys.GLOBAL_STEP, Variable(1))
    assert steps.get_global_step() is None
    assert "Multiple tensors in global_step collection" in caplog.text


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: 3, "must be a Variable or Tensor: 3"),
        (lambda: constant(1.0), "does not have integer type: float32"),
        (lambda: constant([1]), r"is not scalar: \(1,\)"),
    ],
)
def test_what_cannot_be_one(make: Any, text: str, graph: Graph) -> None:
    with pytest.raises(TypeError, match=text):
        steps.assert_global_step(make())
