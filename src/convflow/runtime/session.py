"""Running graphs (API: tf.Session, tf.InteractiveSession)."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import torch
from tensorboard.compat.proto import config_pb2

from convflow.core import errors
from convflow.graph import defaults
from convflow.graph.graph import Graph
from convflow.graph.scopes import get_default_graph
from convflow.ops.session_tensor import session_tensors
from convflow.runtime import functions, servers, settings, step_stats
from convflow.runtime.debug_dump import TensorDump
from convflow.runtime.devices import SessionDevice
from convflow.runtime.feeds import feedable_tensors, read_feeds
from convflow.runtime.fetches import FetchStructure
from convflow.runtime.kept_memory import keep_freed_memory
from convflow.runtime.options import plan_options
from convflow.runtime.partial_run import PartialRun, Program, Stage
from convflow.runtime.plan import Plan
from convflow.runtime.shaped_plans import ShapedPlans
from convflow.runtime.store import Store
from convflow.runtime.tensor_handle import TensorHandle
from convflow.runtime.trace import Trace

# Programs that make new nodes in a loop would fill the memory with plans; the least recently used one goes.
_PLANS_KEPT = 256


class BaseSession:
    """A graph, and the values of its variables between runs.

    Args:
        target: "", or the `target` of a `tf.train.Server` of this process: its sessions share their variables.
        graph: the graph to run; the default one if None.
        config: a `ConfigProto`. `intra_op_parallelism_threads` is honoured; device settings have no effect.
    """

    def __init__(self, target: str = "", graph: Graph | None = None, config: Any = None) -> None:
        if graph is not None and not isinstance(graph, Graph):
            raise TypeError(f"graph must be a tf.Graph, but got {type(graph)}")
        if config is not None and not isinstance(config, config_pb2.ConfigProto):
            raise TypeError(f"config must be a tf.ConfigProto, but got {type(config)}")
        shared = servers.store_of(target) if target else None
        keep_freed_memory()
        self._graph = graph if graph is not None else get_default_graph()
        self._config = config
        self._plan_options = plan_options(config)
        self._target = target
        self._store = Store(functions.compiled) if shared is None else shared
        self._plans: OrderedDict[Any, ShapedPlans] = OrderedDict()
        self._partial_runs: dict[str, PartialRun] = {}
        self._partial_count = -1
        self._stages: dict[Any, tuple[Stage, Program]] = {}
        self._lock = threading.Lock()
        self._closed = False

    @property
    def graph(self) -> Graph:
        return self._graph

    @property
    def graph_def(self) -> Any:
        return self._graph.as_graph_def()

    @property
    def sess_str(self) -> str:
        return self._target

    def list_devices(self) -> list[SessionDevice]:
        """What nodes run on: the CPU."""
        return [SessionDevice()]

    def run(self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None) -> Any:
        """Compute `fetches` and return their values in the same form (API: tf.Session.run).

        Args:
            fetches: a tensor, operation, variable or name; or lists, tuples, named tuples, dicts of them.
            feed_dict: values for tensors, by tensor or name; a `SparseTensorValue` for a sparse one.
            options: a `RunOptions`. With a `trace_level` the run is traced, with `output_partition_graphs` the nodes
                that ran are told, with `debug_options` watched tensors are written to files: of the plan as the graph
                stands, without rewrites.
            run_metadata: a `RunMetadata` to be filled with that: `step_stats` with one entry for each step of the
                plan, `partition_graphs`, and `cost_graph` if the configuration's `graph_options.build_cost_model` asks.

        Returns:
            NumPy arrays (scalars for shape ()) in place of tensors, None in place of operations.

        Raises:
            RuntimeError: the session is closed, or the graph empty.
            TypeError, ValueError: fetches, feeds, options or metadata that cannot be.
            tf.errors.OpError: a node failed.
        """
        self._check_open()
        _check_protos(options, run_metadata)
        structure = FetchStructure(self._graph, fetches)
        feeds = read_feeds(self._graph, feed_dict)
        if not structure.elements:
            return structure.build([])
        fed_values = list(feeds.values())
        if options is not None and options.debug_options.debug_tensor_watch_opts:
            return self._built(structure, self._run_dumped(structure, feeds, options, run_metadata))
        plan = self._plans_of(structure, list(feeds)).plan_for(fed_values)
        if run_metadata is None:
            with self._threads():
                return self._built(structure, plan.run(fed_values))
        return self._built(structure, self._run_told(plan, fed_values, options, run_metadata))

    def partial_run_setup(self, fetches: Any, feeds: Any = None) -> str:
        """Begin a run whose values are fed in several steps (API: tf.Session.partial_run_setup).

        Args:
            fetches: all that the steps will fetch, in any form that `run` takes. Operations among them run as soon as
                what they need is fed.
            feeds: a list of all tensors that the steps will feed.

        Returns:
            A handle for `partial_run`.

        Raises:
            InvalidArgumentError: there is nothing to fetch.
            RuntimeError: the session is closed, or the graph empty.
            TypeError, ValueError: fetches or feeds that cannot be.
        """
        self._check_open()
        elements = tuple(FetchStructure(self._graph, fetches).elements)
        keys = [] if feeds is None else feeds if isinstance(feeds, (list, tuple)) else [feeds]
        fed = tuple(dict.fromkeys(tensor for key in keys for tensor in feedable_tensors(self._graph, key)))
        if not elements:
            raise errors.InvalidArgumentError(
                None, None, "Must specify at least one target to fetch or execute: partial_run_setup got no fetches."
            )
        with self._lock:
            self._partial_count += 1
            handle = f"{_names(fed)}->{_names(elements)}//1/;{self._partial_count}"
            self._partial_runs[handle] = self._begun(elements, fed)
        return handle

    def _begun(self, elements: tuple[Any, ...], fed: tuple[Any, ...]) -> PartialRun:
        """A run of what was set up. The stages of the same setup are kept, with their plans."""
        version = self._graph.plan_version
        for key in [key for key in self._stages if key[2] != version]:
            del self._stages[key]
        key = (elements, fed, version)
        if key not in self._stages:
            program = Program(list(elements), list(fed), self._store, self._plan_options)
            self._stages[key] = Stage(program), program
        return PartialRun(*self._stages[key])

    def partial_run(self, handle: str, fetches: Any, feed_dict: Any = None) -> Any:
        """Go on with a run: feed some more, fetch some more (API: tf.Session.partial_run).

        No node runs twice between `partial_run_setup` and the last step, when all is fed and fetched.

        Args:
            handle: what `partial_run_setup` returned.
            fetches: tensors of those set up, in any form that `run` takes; may be empty.
            feed_dict: values for tensors of those set up, each once.

        Returns:
            NumPy arrays in place of tensors.

        Raises:
            InvalidArgumentError: the handle is unknown or its run is over; fed or fetched twice, or not set up;
                fetched before it can be computed.
            RuntimeError: an operation is fetched, the session is closed, or the graph empty.
            TypeError, ValueError: fetches or feeds that cannot be.
            tf.errors.OpError: a node failed; the run is over.
        """
        self._check_open()
        structure = FetchStructure(self._graph, fetches)
        feeds = read_feeds(self._graph, feed_dict)
        with self._lock:
            run = self._partial_runs.pop(handle, None)
        if run is None:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Must run 'setup' before performing partial runs! There is no run with the handle {handle!r}, or it "
                "is over: call partial_run_setup.",
            )
        with self._threads():
            values = run.step(structure.elements, feeds)
        if not run.is_over:
            with self._lock:
                self._partial_runs[handle] = run
        return self._built(structure, values)

    def _built(self, structure: FetchStructure, values: list[Any]) -> Any:
        """The fetched values in the form asked for; handles of values that stay in the session are objects."""
        kept = session_tensors(self._store) if structure.handles else None
        for position, dtype in structure.handles.items():
            values[position] = TensorHandle(_text(values[position]), dtype, kept)  # type: ignore[arg-type]
        return structure.build(values)

    def _run_told(self, plan: Plan, fed_values: list[Any], options: Any, run_metadata: Any) -> list[Any]:
        """Run a plan and fill `run_metadata` with what `options` ask for."""
        trace = _trace(options)
        with self._threads():
            values = plan.run(fed_values, trace)
        self._tell(run_metadata, plan, trace, options)
        return values

    def _run_dumped(self, structure: FetchStructure, feeds: Any, options: Any, run_metadata: Any) -> list[Any]:
        """Run the graph node by node and write down the tensors that `options` watch."""
        trace = _trace(options) if run_metadata is not None else None
        dump = TensorDump(options.debug_options, trace)
        plan = Plan(structure.elements, list(feeds), self._store, replace(self._plan_options, rewrites=False))
        dump.write_given(feeds | plan.constants())
        with self._threads():
            values = plan.run(list(feeds.values()), dump)
        if run_metadata is not None:
            self._tell(run_metadata, plan, trace, options)
        return values

    def _tell(self, run_metadata: Any, plan: Plan, trace: Trace | None, options: Any) -> None:
        with_costs = self._config is not None and self._config.graph_options.build_cost_model > 0
        step_stats.fill(run_metadata, plan, trace, options, with_costs)

    def _plans_of(self, structure: FetchStructure, fed: list[Any]) -> ShapedPlans:
        key = (tuple(structure.elements), tuple(fed), self._graph.plan_version)
        with self._lock:
            plans = self._plans.get(key)
            if plans is None:
                plans = ShapedPlans(Plan(structure.elements, fed, self._store, self._plan_options))
                self._make_room(key[2])
                self._plans[key] = plans
            self._plans.move_to_end(key)
        return plans

    def _make_room(self, version: int) -> None:
        for key in [key for key in self._plans if key[2] != version]:
            del self._plans[key]
        while len(self._plans) >= _PLANS_KEPT:
            self._plans.popitem(last=False)

    @contextmanager
    def _threads(self) -> Iterator[None]:
        """This session's number of threads, for one run: other sessions have their own."""
        wanted = self._config.intra_op_parallelism_threads if self._config is not None else 0
        wanted = wanted or settings.get_intra_op_parallelism_threads()
        before = torch.get_num_threads()
        if wanted <= 0 or wanted == before:
            yield
            return
        torch.set_num_threads(wanted)
        try:
            yield
        finally:
            torch.set_num_threads(before)

    def make_callable(self, fetches: Any, feed_list: Any = None, accept_options: bool = False) -> Callable[..., Any]:
        """A function of the values of `feed_list` that runs `fetches` (API: tf.Session.make_callable)."""
        feed_list = list(feed_list or [])
        FetchStructure(self._graph, fetches)
        for tensor in feed_list:
            feedable_tensors(self._graph, tensor)

        def call(*feed_values: Any, options: Any = None, run_metadata: Any = None) -> Any:
            if len(feed_values) != len(feed_list):
                raise TypeError(f"The callable takes {len(feed_list)} values, got {len(feed_values)}.")
            return self.run(fetches, dict(zip(feed_list, feed_values, strict=True)), options, run_metadata)

        return call

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("Attempted to use a closed Session.")
        if self._graph.version == 0:
            raise RuntimeError("The Session graph is empty. Add operations to the graph before calling run().")

    def as_default(self) -> Any:
        return defaults.sessions.pushed(self)

    def close(self) -> None:
        """Forget the variables, unless they are a server's; the session cannot run any more."""
        self._closed = True
        self._plans.clear()
        self._partial_runs.clear()
        self._stages.clear()
        if not self._target:
            self._store.clear()


def _names(elements: tuple[Any, ...]) -> str:
    return ",".join(element.name for element in elements)


def _text(handle: Any) -> str:
    return handle.decode() if isinstance(handle, bytes) else str(handle)


def _trace(options: Any) -> Trace | None:
    return Trace() if options is not None and options.trace_level != config_pb2.RunOptions.NO_TRACE else None


def _check_protos(options: Any, run_metadata: Any) -> None:
    if options is not None and not isinstance(options, config_pb2.RunOptions):
        raise TypeError(f"options must be a tf.RunOptions, but got {type(options)}")
    if run_metadata is not None and not isinstance(run_metadata, config_pb2.RunMetadata):
        raise TypeError(f"run_metadata must be a tf.RunMetadata, but got {type(run_metadata)}")


class Session(BaseSession):
    """A session; as a context manager it is the default one inside and closed at the end (API: tf.Session).

    Args:
        target: "", or the `target` of a `tf.train.Server` of this process, whose sessions share their variables.
        graph: the `tf.Graph` to run; the default one if None.
        config: a `tf.ConfigProto` or None; the numbers of threads are honoured, settings of devices have no effect.

    Raises:
        TypeError: `graph` is no graph, or `config` no `ConfigProto`.
    """

    def __init__(self, target: str = "", graph: Graph | None = None, config: Any = None) -> None:
        super().__init__(target, graph, config)
        self._contexts: list[Any] = []

    @staticmethod
    def reset(target: str, containers: Any = None, config: Any = None) -> None:
        """Forget what the sessions of a server keep (API: tf.Session.reset).

        Args:
            target: a `tf.train.Server`'s.
            containers: names of containers; variables and queues of all are forgotten.
            config: accepted.
        """
        servers.reset(target)

    def __enter__(self) -> Session:
        context = (self._graph.as_default(), self.as_default())
        for part in context:
            part.__enter__()
        self._contexts.append(context)
        return self

    def __exit__(self, *exc: Any) -> None:
        for part in reversed(self._contexts.pop()):
            part.__exit__(*exc)
        if not self._contexts:
            self.close()


class InteractiveSession(BaseSession):
    """A session that is the default one from the start, until closed (API: tf.InteractiveSession).

    Args:
        target: "", or the `target` of a `tf.train.Server` of this process, whose sessions share their variables.
        graph: the `tf.Graph` to run, then the default graph too until closed; the default one if None.
        config: a `tf.ConfigProto` or None, as for `Session`.

    Raises:
        TypeError: `graph` is no graph, or `config` no `ConfigProto`.
    """

    def __init__(self, target: str = "", graph: Graph | None = None, config: Any = None) -> None:
        super().__init__(target, graph, config)
        self._explicit_graph = graph
        defaults.sessions.push(self)
        if graph is not None:
            defaults.graphs.push(graph)

    def close(self) -> None:
        super().close()
        defaults.sessions.remove(self)
        if self._explicit_graph is not None:
            defaults.graphs.remove(self._explicit_graph)
