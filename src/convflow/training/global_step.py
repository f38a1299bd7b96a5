"""The number of steps trained so far, a variable of the graph (API: tf.train.get_global_step and its kin)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes, logging
from convflow.graph.collections import GraphKeys
from convflow.graph.graph import Graph
from convflow.graph.operation import Tensor
from convflow.graph.scopes import get_default_graph, name_scope
from convflow.modeling.variables.initializers import Zeros
from convflow.modeling.variables.scope import get_variable
from convflow.modeling.variables.variable import Variable
from convflow.ops.control_flow import cond
from convflow.ops.state import is_variable_initialized

# TensorFlow's name of the collection.
_READS = "global_step_read_op_cache"


def global_step(sess: Any, global_step_tensor: Any) -> int:
    """The number of steps a session has trained (API: tf.train.global_step)."""
    return int(sess.run(global_step_tensor))


def get_global_step(graph: Graph | None = None) -> Any:
    """The global step of a graph, None if it has none (API: tf.train.get_global_step).

    Args:
        graph: the default one if None.

    Returns:
        a variable or tensor, or None.

    Raises:
        TypeError: what is called global_step is no integer scalar.
    """
    graph = graph or get_default_graph()
    steps = graph.get_collection(GraphKeys.GLOBAL_STEP)
    if len(steps) > 1:
        logging.error("Multiple tensors in global_step collection.")
        return None
    if steps:
        step = steps[0]
    else:
        try:
            step = graph.get_tensor_by_name("global_step:0")
        except KeyError:
            return None
    assert_global_step(step)
    return step


def create_global_step(graph: Graph | None = None) -> Variable:
    """A new int64 variable `global_step` that begins at 0 (API: tf.train.create_global_step).

    Args:
        graph: the default one if None.

    Returns:
        the variable, which is not trained.

    Raises:
        ValueError: the graph has one.
    """
    graph = graph or get_default_graph()
    if get_global_step(graph) is not None:
        raise ValueError('"global_step" already exists. Use tf.train.get_or_create_global_step() to share it.')
    with graph.as_default(), name_scope(None):
        return get_variable(
            GraphKeys.GLOBAL_STEP,
            shape=[],
            dtype=dtypes.int64,
            initializer=Zeros(),
            trainable=False,
            collections=[GraphKeys.GLOBAL_VARIABLES, GraphKeys.GLOBAL_STEP],
        )


def get_or_create_global_step(graph: Graph | None = None) -> Any:
    """The global step of a graph, made if it has none (API: tf.train.get_or_create_global_step).

    Args:
        graph: the default one if None.

    Returns:
        a variable or tensor, an integer scalar.

    Raises:
        TypeError: what is called global_step is no integer scalar.
    """
    graph = graph or get_default_graph()
    step = get_global_step(graph)
    return create_global_step(graph) if step is None else step


def get_or_create_global_step_read(graph: Graph | None = None) -> Any:
    """A tensor that reads the global step, made once in each graph; None if there is no step.

    Before the variable is initialized it reads what it will begin with.
    """
    graph = graph or get_default_graph()
    reads = graph.get_collection(_READS)
    if reads:
        return reads[0]
    step = get_global_step(graph)
    if step is None:
        return None
    with graph.as_default(), graph.name_scope(None), graph.name_scope(f"{step.op.name}/"):
        value = step
        if isinstance(step, Variable):
            value = cond(is_variable_initialized(step), step.read_value, lambda: step.initial_value)
        read = value + 0
    graph.add_to_collection(_READS, read)
    return read


def assert_global_step(global_step_tensor: Any) -> None:
    """Refuses what cannot be a global step (API: tf.train.assert_global_step).

    Args:
        global_step_tensor: an integer variable or tensor of no axes.

    Raises:
        TypeError: anything else.
    """
    if not isinstance(global_step_tensor, (Variable, Tensor)):
        raise TypeError(f'Existing "global_step" must be a Variable or Tensor: {global_step_tensor}.')
    if not global_step_tensor.dtype.base_dtype.is_integer:
        raise TypeError(f'Existing "global_step" does not have integer type: {global_step_tensor.dtype.name}')
    if global_step_tensor.shape.rank not in (0, None):
        raise TypeError(f'Existing "global_step" is not scalar: {global_step_tensor.shape}')
