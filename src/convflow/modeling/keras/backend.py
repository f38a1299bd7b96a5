"""What Keras keeps for a graph: its session, whether it learns, names in use (API: tf.keras.backend)."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.graph.eager_tensor import EagerTensor
from convflow.graph.function import FuncGraph
from convflow.graph.graph import Graph
from convflow.graph.operation import Operation
from convflow.graph.scopes import (
    executing_eagerly,
    get_default_graph,
    get_default_session,
    init_scope,
    name_scope,
    reset_default_graph,
)
from convflow.modeling.variables.variable import EagerVariable, Variable
from convflow.ops.array.constant import constant
from convflow.ops.array.identity import group
from convflow.ops.array.placeholder import placeholder as placeholder_op
from convflow.ops.array.placeholder import placeholder_with_default
from convflow.ops.state import is_variable_initialized
from convflow.runtime.eager.symbolic import SymbolicGraph, SymbolicSession
from convflow.runtime.session import Session


class _State:
    """Of one graph."""

    def __init__(self) -> None:
        self.session: Any = None
        self.learning_phase: Any = None
        self.counts: dict[str, int] = {}
        self.variables: list[Variable] = []


_states: weakref.WeakKeyDictionary[Graph, _State] = weakref.WeakKeyDictionary()
_initialized: weakref.WeakKeyDictionary[Any, set[int]] = weakref.WeakKeyDictionary()
_settings: dict[str, Any] = {"floatx": "float32", "epsilon": 1e-7, "image_data_format": "channels_last"}


class _Beside:
    """The graph that eager mode builds its models in, made at its first use."""

    graph: Any = None


def graph() -> Graph:
    """Where tensors without values are made: the default graph, in eager mode one beside it.

    API: tf.keras.backend.get_graph.
    """
    default = get_default_graph()
    outermost = default.outermost if isinstance(default, FuncGraph) else default
    if not outermost.executes_eagerly:
        return default
    if _Beside.graph is None or _Beside.graph.outer is not outermost:
        _Beside.graph = SymbolicGraph("keras_graph", outermost)
    return _Beside.graph


def is_symbolic() -> bool:
    """Whether layers are called to build a model or a program's graph, not to compute values."""
    return get_default_graph() is graph()


def _state() -> _State:
    return _states.setdefault(graph(), _State())


def done(update: Any) -> Any:
    """The operation of an update of a variable; None in eager mode, where it is done."""
    return None if executing_eagerly() else update if isinstance(update, Operation) else update.op


def together(*updates: Any) -> Any:
    """One operation of some updates of variables; None in eager mode, where they are done."""
    return None if executing_eagerly() else group(*map(done, updates))


def epsilon() -> float:
    """The small number that keeps divisors and logarithms from zero (API: tf.keras.backend.epsilon)."""
    return _settings["epsilon"]


def set_epsilon(value: float) -> None:
    """Sets the small number that keras adds where it divides (API: tf.keras.backend.set_epsilon).

    Args:
        value: a small positive float; it was 1e-7 at the start.
    """
    _settings["epsilon"] = value


def floatx() -> str:
    """The default type of numbers, "float32" (API: tf.keras.backend.floatx)."""
    return _settings["floatx"]


def set_floatx(value: str) -> None:
    """Sets the default type of numbers (API: tf.keras.backend.set_floatx).

    Args:
        value: "float16", "float32" or "float64".

    Raises:
        ValueError: anything else.
    """
    if value not in ("float16", "float32", "float64"):
        raise ValueError(f"Unknown floatx type: {value}. Expected float16, float32 or float64.")
    _settings["floatx"] = value


def image_data_format() -> str:
    """The default order of a picture's axes (API: tf.keras.backend.image_data_format)."""
    return _settings["image_data_format"]


def set_image_data_format(data_format: str) -> None:
    """Sets where pictures have their channels by default (API: tf.keras.backend.set_image_data_format).

    Args:
        data_format: "channels_last" or "channels_first".

    Raises:
        ValueError: anything else.
    """
    if data_format not in ("channels_last", "channels_first"):
        raise ValueError(f"Unknown data_format: {data_format}. Expected channels_last or channels_first.")
    _settings["image_data_format"] = data_format


def get_uid(prefix: str = "") -> int:
    """How often it was asked for this prefix in the default graph, from 1 (API: tf.keras.backend.get_uid).

    Args:
        prefix: any string.

    Returns:
        an int.
    """
    counts = _state().counts
    counts[prefix] = counts.get(prefix, 0) + 1
    return counts[prefix]


def reset_uids() -> None:
    """Count from 1 again."""
    _state().counts.clear()


def unique_name(base: str) -> str:
    """`base`, then base_1, base_2, ..."""
    number = get_uid(base)
    return base if number == 1 else f"{base}_{number - 1}"


def learning_phase() -> Any:
    """Whether the model learns: a bool that `fit` feeds, or what was set (API: tf.keras.backend.learning_phase)."""
    state = _state()
    if state.learning_phase is None:
        if not is_symbolic():
            return 0  # values are computed, and nobody said that it learns
        with name_scope(None):
            state.learning_phase = placeholder_with_default(constant(False), [], name="keras_learning_phase")
    return state.learning_phase


def set_learning_phase(value: int) -> None:
    """Say it for all layers made from now on: 0 or 1 (API: tf.keras.backend.set_learning_phase).

    Args:
        value: 0 for inference, 1 for learning.

    Raises:
        ValueError: any other value.
    """
    if value not in (0, 1):
        raise ValueError(f"Expected learning phase to be 0 or 1. Received: {value}.")
    _state().learning_phase = int(value)


@contextmanager
def learning_phase_scope(value: int) -> Iterator[None]:
    """`set_learning_phase` within the block (API: tf.keras.backend.learning_phase_scope).

    Args:
        value: 0 for inference, 1 for learning.

    Raises:
        ValueError: any other value.
    """
    state = _state()
    before = state.learning_phase
    set_learning_phase(value)
    try:
        yield
    finally:
        state.learning_phase = before


def learning_phase_feeds(is_learning: bool) -> dict[Any, bool]:
    """What feeds the learning phase, nothing where nothing depends on it."""
    phase = _state().learning_phase
    return {} if phase is None or isinstance(phase, int) else {phase: is_learning}


def track(variable: Variable) -> Variable:
    """Let `get_session` initialize a variable."""
    if not isinstance(variable, EagerVariable):
        _state().variables.append(variable)
    return variable


def get_session(op_input_list: Any = ()) -> Any:
    """The default session, else one of the default graph's own; new variables are initialized in it.

    API: tf.keras.backend.get_session.

    Args:
        op_input_list: accepted and not needed: there is one session of a graph.

    Returns:
        a `tf.Session`; in eager mode what runs the graph of Keras' models.
    """
    session = get_default_session()
    state = _state()
    if isinstance(graph(), SymbolicGraph):
        if state.session is None:
            state.session = SymbolicSession(_Beside.graph)
        return state.session
    if session is None or session.graph is not get_default_graph():
        if state.session is None or state.session._closed:
            state.session = Session()
        session = state.session
    _initialize(session, state.variables)
    return session


def set_session(session: Any) -> None:
    """Use this session from now on (API: tf.keras.backend.set_session).

    Args:
        session: a `tf.Session`; it is used for the graph it runs.
    """
    _states.setdefault(session.graph, _State()).session = session


def clear_session() -> None:
    """A new default graph, and names from the beginning (API: tf.keras.backend.clear_session)."""
    _states.pop(graph(), None)
    if isinstance(graph(), SymbolicGraph):
        _Beside.graph = None
    else:
        reset_default_graph()


def _initialize(session: Any, variables: Iterable[Variable]) -> None:
    done = _initialized.setdefault(session, set())
    new = [variable for variable in variables if id(variable) not in done]
    if not new:
        return
    done.update(map(id, new))
    with session.graph.as_default():
        answers = session.run([is_variable_initialized(variable) for variable in new])
    session.run([variable.initializer for variable, is_done in zip(new, answers, strict=True) if not is_done])


def get_value(x: Any) -> np.ndarray | Any:
    """The value of a variable or tensor (API: tf.keras.backend.get_value).

    Args:
        x: a variable or tensor.

    Returns:
        a NumPy array, or a NumPy scalar of no axes, computed in `get_session()` or at once in eager mode.
    """
    return batch_get_value([x])[0]


def batch_get_value(tensors: Sequence[Any]) -> list[Any]:
    """The values of variables (API: tf.keras.backend.batch_get_value).

    Args:
        tensors: a list of variables and tensors.

    Returns:
        a list of as many NumPy arrays, read in one run of `get_session()`, or at once in eager mode.
    """
    if not tensors:
        return []
    if all(isinstance(tensor, (EagerVariable, EagerTensor)) for tensor in tensors):
        with init_scope():
            return [tensor.numpy() for tensor in tensors]
    return get_session().run(list(tensors))


def set_value(x: Any, value: Any) -> None:
    """Write into a variable (API: tf.keras.backend.set_value).

    Args:
        x: a variable.
        value: an array of its shape, converted to its type.
    """
    if isinstance(x, EagerVariable):
        with init_scope():
            x.assign(np.asarray(value, x.dtype.base_dtype.as_numpy_dtype))
        return
    x.load(np.asarray(value, x.dtype.base_dtype.as_numpy_dtype), get_session())


def batch_set_value(tuples: Iterable[tuple[Any, Any]]) -> None:
    """Write into variables (API: tf.keras.backend.batch_set_value).

    Args:
        tuples: pairs of a variable and an array of its shape, which is converted to its type.
    """
    for x, value in tuples:
        set_value(x, value)


def placeholder(
    shape: Any = None, ndim: int | None = None, dtype: Any = None, sparse: bool = False, name: str | None = None
) -> Any:
    """A tensor that is fed (API: tf.keras.backend.placeholder).

    Args:
        shape: sizes, None for an unknown one.
        ndim: how many axes of unknown size, where `shape` is None.
        dtype: its type; `floatx()` by default.
        sparse: only False works.
        name: of the node.

    Returns:
        a tensor.

    Raises:
        NotImplementedError: `sparse` is True.
    """
    if sparse:
        raise NotImplementedError("tf.keras.backend.placeholder: sparse=True is not there; feed dense tensors.")
    sizes = [None] * ndim if shape is None and ndim is not None else shape
    with graph().as_default():
        return placeholder_op(dtypes.as_dtype(dtype or floatx()), sizes, name=name)


def int_shape(x: Any) -> tuple[int | None, ...] | None:
    """The static shape as a tuple, None where the rank is unknown (API: tf.keras.backend.int_shape).

    Args:
        x: a tensor or variable.

    Returns:
        a tuple of an int for each axis, None for an axis of unknown size.
    """
    return None if x.shape.rank is None else tuple(x.shape.as_list())


def variable(value: Any, dtype: Any = None, name: str | None = None, constraint: Any = None) -> Variable:
    """A variable that `get_session` initializes (API: tf.keras.backend.variable).

    Args:
        value: an array, number or tensor; it decides the shape.
        dtype: the type; `floatx()` by default.
        name: of the variable.
        constraint: a function of the variable that optimizers apply after each step; None for none.

    Returns:
        a resource variable.
    """
    kind = dtypes.as_dtype(dtype or floatx())
    made = Variable(value, dtype=kind, name=name, constraint=constraint, use_resource=True)
    return track(made)


def function(inputs: Sequence[Any], outputs: Any, updates: Any = None, name: str | None = None) -> Callable[..., Any]:
    """A function of arrays that runs some tensors (API: tf.keras.backend.function).

    Args:
        inputs: what is fed, in order; `learning_phase()` may be one.
        outputs: what is returned: a tensor or a list of them.
        updates: operations that run too.
        name: is not used.
    """
    phase, extra = learning_phase_of(inputs), list(updates or [])

    def call(values: Sequence[Any]) -> Any:
        feeds = {
            tensor: bool(value) if tensor is phase else value for tensor, value in zip(inputs, values, strict=True)
        }
        with graph().as_default():
            return get_session().run([outputs, extra], feeds)[0]

    return call


def learning_phase_of(inputs: Sequence[Any]) -> Any:
    """The learning phase, if it is among some tensors."""
    phase = _state().learning_phase
    return next((tensor for tensor in inputs if tensor is phase), None)
