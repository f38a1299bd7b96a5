"""The graph of a program: what it has built when it first runs layers in a session, or when it ends."""

from __future__ import annotations

import contextlib
import os
import sys
import unittest.mock
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from convflow.core import errors
from convflow.graph.graph import Graph
from convflow.graph.scopes import executing_eagerly, get_default_graph
from convflow.runtime.session import BaseSession
from convflow.tools import run
from convflow.tools.summary.layers import has_layers


class _Enough(SystemExit):
    """Ends the program. It leaves as programs do that call `sys.exit`, so that nothing is reported."""


@dataclass(frozen=True)
class Built:
    """A program's graph, and where that was taken, in words."""

    graph: Graph
    where: str


def graph_of(path: str, arguments: Sequence[str] = ()) -> Built:
    """Runs a program, as `convflow run` does, until its network is built.

    It is stopped where it first runs a session whose graph has layers, before that run computes anything; a program
    that never does so runs to its end, and its default graph counts. What it prints goes to standard error.

    Args:
        path: a Python file or a notebook.
        arguments: the program's own.

    Raises:
        errors.NotFoundError: there is no such file.
        errors.FailedPreconditionError: the program failed, or made no graph with layers.
    """
    if not os.path.isfile(path):
        raise errors.NotFoundError(
            None, None, f"{path} is no file; a Python program or a notebook was expected. Check the path."
        )
    found: list[Built] = []
    with _watched(lambda graph: found.append(Built(graph, _where(path)))), contextlib.redirect_stdout(sys.stderr):
        status = run.run_program(path, arguments)
    if found:
        return found[0]
    if status:
        raise errors.FailedPreconditionError(
            None, None, f"{path} ended with status {status} before it ran a session (its messages are above). A "
            "program that builds a graph was expected. See that `convflow run` runs it, and pass its arguments after "
            "--.",
        )  # fmt: skip
    return Built(_final_graph(path), "at the program's end")


def _final_graph(path: str) -> Graph:
    if executing_eagerly():
        raise errors.FailedPreconditionError(
            None, None, f"{path} runs eagerly: it has no graph to summarise. Expected a program that builds its "
            "network in a graph. Leave tf.enable_eager_execution() out, or pass a SavedModel or a .meta file of it.",
        )  # fmt: skip
    graph = get_default_graph()
    if not has_layers(graph):
        raise errors.FailedPreconditionError(
            None, None, f"{path} ran to its end without running a session on layers, and its default graph has "
            f"{len(graph.get_operations())} nodes and no layer. Expected a network in the graph of its first "
            "Session.run or in the default graph at its end. Pass the file that builds the network, or a graph that "
            "it has written.",
        )  # fmt: skip
    return graph


@contextlib.contextmanager
def _watched(tell: Callable[[Graph], Any]) -> Iterator[None]:
    """Sessions tell the first graph with layers instead of running it, and end the program."""
    plain = BaseSession.run

    def watched(session: BaseSession, *args: Any, **kwargs: Any) -> Any:
        if not has_layers(session.graph):
            # A greeting, or data that is read: the network comes later.
            return plain(session, *args, **kwargs)
        tell(session.graph)
        raise _Enough(0)

    with unittest.mock.patch.object(BaseSession, "run", watched):
        yield


def _where(path: str) -> str:
    """The program's line that runs now."""
    own = os.path.abspath(path)
    frame = sys._getframe()
    while frame is not None:
        if frame.f_code.co_filename.partition(", code cell")[0] == own:
            return f"before its first Session.run ({os.path.basename(frame.f_code.co_filename)}, line {frame.f_lineno})"
        frame = frame.f_back  # type: ignore[assignment]
    return "before its first Session.run"
