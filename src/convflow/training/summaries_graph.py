"""The nodes of tf.contrib.summary in a graph: each summary is one that writes when it is run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import (
    add_to_collection,
    control_dependencies,
    device,
    get_collection,
    get_default_graph,
    get_default_session,
    name_scope,
)
from convflow.modeling.variables.variable import Variable
from convflow.ops import summary_writer_nodes as summary_writer_nodes  # the nodes register themselves
from convflow.ops.array.constant import constant
from convflow.ops.array.identity import identity, no_op
from convflow.ops.array.placeholder import placeholder
from convflow.ops.control_flow import smart_cond
from convflow.ops.math.comparison import equal, logical_and
from convflow.training.global_step import get_or_create_global_step
from convflow.training.summaries import summary_scope
from convflow.training.summary_state import here, writing_to

SUMMARIES = "_SUMMARY_V2"
WRITERS = "_SUMMARY_WRITER_V2"
_CPU = "cpu:0"
_RED = np.array([255, 0, 0, 255], np.uint8)


class GraphSummaryWriter:
    """A writer of a graph: its file is made when a session runs `init` (API: tf.contrib.summary.SummaryWriter).

    Args:
        resource: the writer's handle.
        init_op_fn: makes the node that opens the file.
    """

    def __init__(self, resource: Tensor, init_op_fn: Callable[[], Operation]) -> None:
        self._resource = resource
        self._init_op_fn = init_op_fn
        add_to_collection(WRITERS, init_op_fn())

    def set_as_default(self) -> None:
        """Summaries are written to it from here on."""
        here.writer = self

    @contextmanager
    def as_default(self) -> Iterator[GraphSummaryWriter]:
        """Summaries of the block are written to it."""
        with writing_to(self):
            yield self
            # As TensorFlow does, though nobody runs the node.
            self.flush()

    def init(self) -> Operation:
        """A node that opens the file."""
        return self._init_op_fn()

    def flush(self) -> Operation:
        """A node that hands what waits to the operating system."""
        return flush(self, None)

    def close(self) -> Operation:
        """A node that flushes and closes the file."""
        with control_dependencies([self.flush()]), device(_CPU):
            return apply_op("CloseSummaryWriter", writer=self._resource)


def create_file_writer(logdir: Any, max_queue: Any, flush_millis: Any, filename_suffix: Any, name: Any) -> Any:
    """A writer of the graph; see `tf.contrib.summary.create_file_writer`."""
    with device(_CPU):
        waiting = constant(10) if max_queue is None else max_queue
        millis = constant(2 * 60 * 1000) if flush_millis is None else flush_millis
        suffix = constant(".v2") if filename_suffix is None else filename_suffix
        shared_name = f"logdir:{logdir}" if name is None else name
        handle = apply_op("SummaryWriter", shared_name=shared_name)

        def open_file() -> Operation:
            with device(_CPU):
                return apply_op(
                    "CreateSummaryFileWriter",
                    writer=handle,
                    logdir=logdir,
                    max_queue=waiting,
                    flush_millis=millis,
                    filename_suffix=suffix,
                )

        return GraphSummaryWriter(handle, open_file)


def every_n_global_steps(n: int, global_step: Any) -> Tensor:
    """Whether it is one of the steps."""
    with device(_CPU):
        step = get_or_create_global_step() if global_step is None else global_step
        return equal(step % n, 0)


def should_record_summaries() -> Tensor:
    """A bool scalar: whether there is a writer, and recording is on."""
    if here.writer is None or here.is_recording is False:
        return constant(False)
    return logical_and(True, here.is_recording)


def _write(name: str, tensor: Any, family: str | None, node: Callable[[str, str, Any], Operation]) -> Any:
    """Add what writes a summary where recording is on; `node` makes it from the tag, the scope and the writer."""
    writer = here.writer
    if writer is None:
        return no_op()
    around = get_default_graph().get_name_scope()

    def record() -> Tensor:
        with name_scope(f"{around}/" if around else ""), summary_scope(name, family, tensor) as (tag, scope):
            made = node(tag, scope, writer._resource)
            with control_dependencies([made]):
                return constant(True)

    with device(_CPU):
        written = smart_cond(should_record_summaries(), record, lambda: constant(False), name="")
        add_to_collection(SUMMARIES, written)
    return written


def _chosen(step: Any) -> Any:
    if step is None:
        return get_or_create_global_step()
    return step if isinstance(step, (Tensor, Variable)) else convert_to_tensor(step, dtypes.int64)


def scalar(name: str, tensor: Any, family: str | None, step: Any) -> Any:
    """The node that writes a number."""

    def node(tag: str, scope: str, writer: Tensor) -> Operation:
        return apply_op(
            "WriteScalarSummary", writer=writer, step=_chosen(step), tag=tag, value=identity(tensor), name=scope
        )

    return _write(name, tensor, family, node)


def histogram(name: str, tensor: Any, family: str | None, step: Any) -> Any:
    """The node that writes how values are distributed."""

    def node(tag: str, scope: str, writer: Tensor) -> Operation:
        return apply_op(
            "WriteHistogramSummary", writer=writer, step=_chosen(step), tag=tag, values=identity(tensor), name=scope
        )

    return _write(name, tensor, family, node)


def image(name: str, tensor: Any, bad_color: Any, max_images: int, family: str | None, step: Any) -> Any:
    """The node that writes pictures."""

    def node(tag: str, scope: str, writer: Tensor) -> Operation:
        color = constant(_RED, dtypes.uint8) if bad_color is None else bad_color
        return apply_op(
            "WriteImageSummary",
            writer=writer,
            step=_chosen(step),
            tag=tag,
            tensor=identity(tensor),
            bad_color=color,
            max_images=max_images,
            name=scope,
        )

    return _write(name, tensor, family, node)


def audio(name: str, tensor: Any, sample_rate: Any, max_outputs: int, family: str | None, step: Any) -> Any:
    """The node that writes clips of sound."""

    def node(tag: str, scope: str, writer: Tensor) -> Operation:
        return apply_op(
            "WriteAudioSummary",
            writer=writer,
            step=_chosen(step),
            tag=tag,
            tensor=identity(tensor),
            sample_rate=sample_rate,
            max_outputs=max_outputs,
            name=scope,
        )

    return _write(name, tensor, family, node)


def generic(name: str, tensor: Any, metadata: Any, family: str | None, step: Any) -> Any:
    """The node that writes a tensor."""

    def node(tag: str, scope: str, writer: Tensor) -> Operation:
        return apply_op(
            "WriteSummary",
            writer=writer,
            step=_chosen(step),
            summary_metadata=constant(serialized(metadata)),
            tensor=identity(tensor),
            tag=tag,
            name=scope,
        )

    return _write(name, tensor, family, node)


def serialized(message: Any) -> Any:
    """A proto as bytes, nothing as no bytes, anything else as it is."""
    if message is None:
        return b""
    return message.SerializeToString() if hasattr(message, "SerializeToString") else message


def graph(param: Any, step: Any, name: str | None) -> Operation:
    """The node that writes a graph, of its serialized `GraphDef`."""
    if not isinstance(param, Tensor):
        raise TypeError(
            f"graph() needs a tf.Tensor in a graph, a string with a serialized GraphDef, but received param={param!r}. "
            "Pass a tf.placeholder(tf.string) and feed it."
        )
    if here.writer is None:
        return no_op()
    with device(_CPU):
        return apply_op("WriteGraphSummary", writer=here.writer._resource, step=_chosen(step), tensor=param, name=name)


def import_event(tensor: Any, name: str | None) -> Operation:
    """The node that writes a serialized `Event`."""
    if here.writer is None:
        return no_op()
    return apply_op("ImportEvent", writer=here.writer._resource, event=tensor, name=name)


def flush(writer: Any, name: str | None) -> Operation:
    """The node that hands what waits to the operating system."""
    writer = here.writer if writer is None else writer
    if writer is None:
        return no_op()
    with device(_CPU):
        return apply_op("FlushSummaryWriter", writer=writer._resource, name=name)


def initialize(graph_to_write: Any, session: Any) -> None:
    """Run what opens the writers, and write a graph; see `tf.contrib.summary.initialize`."""
    if here.writer is None:
        raise RuntimeError("No default tf.contrib.summary.SummaryWriter found: open `with writer.as_default():`.")
    session = get_default_session() if session is None else session
    if session is None:
        raise ValueError("Argument `session must be passed if no default session exists.")
    session.run(get_collection(WRITERS))
    if graph_to_write is not None:
        described = getattr(graph_to_write, "as_graph_def", lambda **_: graph_to_write)(add_shapes=True)
        text = placeholder(dtypes.string)
        session.run(graph(text, 0, None), {text: described.SerializeToString()})
