"""What a behaviour script writes down, under TensorFlow and here alike."""

from __future__ import annotations

import importlib.util
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

TOPICS = (
    "element_types",
    "shapes",
    "names",
    "lookup",
    "placement",
    "conversion",
    "nodes",
    "sessions",
    "variables",
    "scopes",
    "initializers",
    "gradients",
    "layers",
)


class Notes:
    """A list of lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, *values: Any) -> None:
        """One line of the values, texts as they are."""
        self.lines.append(" | ".join(value if isinstance(value, str) else repr(value) for value in values))

    def tried(self, *functions: Callable[[], Any]) -> None:
        """A line a call: its result, or the class of error it raises."""
        for function in functions:
            try:
                self(function())
            except Exception as error:
                self(f"raises {_public_class(error)}")

    def nodes(self, graph: Any) -> None:
        """A line a node."""
        for op in graph.get_operations():
            inputs = ", ".join(tensor.name for tensor in op.inputs)
            waits = ", ".join(sorted(control.name for control in op.control_inputs))
            location = [group.decode() for group in op.colocation_groups() if group != b"loc:@" + op.name.encode()]
            shapes = ", ".join(str(tensor.shape) for tensor in op.outputs)
            self(op.type, op.name, inputs, waits, op.device, str(location), shapes)


def _public_class(error: Exception) -> str:
    # TensorFlow 2 has subclasses of its own for some Python errors.
    names = {"OperatorNotAllowedInGraphError": "TypeError", "InaccessibleTensorError": "ValueError"}
    return names.get(type(error).__name__, type(error).__name__)


def cases(topic: str) -> dict[str, Callable[[Any, Notes], None]]:
    """The functions of a script, each taking `tf` and where to write."""
    # By its path: other folders of scripts on the search path have a `scopes` or `gradients` too.
    spec = importlib.util.spec_from_file_location(f"behaviour_{topic}", Path(__file__).with_name(f"{topic}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {
        name: function
        for name, function in vars(module).items()
        if inspect.isfunction(function) and not name.startswith("_") and function.__module__ == module.__name__
    }


def played(tf: Any, function: Callable[[Any, Notes], None]) -> list[str]:
    """What a case writes down, in a graph of its own."""
    notes = Notes()
    with tf.Graph().as_default():
        function(tf, notes)
    return notes.lines
