"""Training under a supervisor (API: slim.learning)."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import Any

from tensorboard.compat.proto.config_pb2 import RunMetadata, RunOptions

from convflow.core import errors, logging
from convflow.formats.files import write_atomically
from convflow.graph.graph import Graph
from convflow.graph.scopes import get_default_graph, name_scope
from convflow.modeling.variables.variable import (
    global_variables_initializer,
    report_uninitialized_variables,
)
from convflow.ops.array.constant import constant
from convflow.ops.math.arithmetic import floormod
from convflow.ops.math.comparison import equal, greater_equal
from convflow.runtime.timeline import Timeline
from convflow.training import global_step as global_steps
from convflow.training import summaries
from convflow.training.saver import Saver
from convflow.training.scaffold import Scaffold
from convflow.training.supervisor import Supervisor

USE_DEFAULT = 0


def train_step(sess: Any, train_op: Any, global_step: Any, train_step_kwargs: dict[str, Any]) -> tuple[Any, Any]:
    """One step, logged and traced where `train_step_kwargs` say so (API: slim.learning.train_step).

    Args:
        sess: a session.
        train_op: returns the loss.
        global_step: the tensor of the step.
        train_step_kwargs: `should_stop`, and perhaps `should_log` and `should_trace`, boolean tensors; with the last,
            `logdir`, where the trace is written.

    Returns:
        The loss, and whether training ends here.
    """
    begun = time.monotonic()
    is_traced = "should_trace" in train_step_kwargs and sess.run(train_step_kwargs["should_trace"])
    options = RunOptions(trace_level=RunOptions.FULL_TRACE) if is_traced else None
    metadata = RunMetadata() if is_traced else None
    loss, step = sess.run([train_op, global_step], options=options, run_metadata=metadata)
    seconds = time.monotonic() - begun
    if metadata is not None:
        _write_trace(metadata, os.path.join(train_step_kwargs["logdir"], f"tf_trace-{step}.json"))
    if "should_log" in train_step_kwargs and sess.run(train_step_kwargs["should_log"]):
        logging.info("global step %d: loss = %.4f (%.3f sec/step)", step, loss, seconds)
    return loss, sess.run(train_step_kwargs["should_stop"]) if "should_stop" in train_step_kwargs else False


def _write_trace(metadata: Any, path: str) -> None:
    logging.info("Writing trace to %s", path)
    write_atomically(path, Timeline(metadata.step_stats).generate_chrome_trace_format(show_memory=True).encode())


def train(
    train_op: Any,
    logdir: str | None,
    train_step_fn: Callable[..., tuple[Any, Any]] = train_step,
    train_step_kwargs: Any = USE_DEFAULT,
    log_every_n_steps: int = 1,
    graph: Graph | None = None,
    master: str = "",
    is_chief: bool = True,
    global_step: Any = None,
    number_of_steps: int | None = None,
    init_op: Any = USE_DEFAULT,
    init_feed_dict: Any = None,
    local_init_op: Any = USE_DEFAULT,
    init_fn: Callable[[Any], Any] | None = None,
    ready_op: Any = USE_DEFAULT,
    summary_op: Any = USE_DEFAULT,
    save_summaries_secs: float = 600,
    summary_writer: Any = USE_DEFAULT,
    startup_delay_steps: int = 0,
    saver: Any = None,
    save_interval_secs: float = 600,
    sync_optimizer: Any = None,
    session_config: Any = None,
    session_wrapper: Callable[[Any], Any] | None = None,
    trace_every_n_steps: int | None = None,
    ignore_live_threads: bool = False,
) -> Any:
    """Train, with checkpoints and summaries in `logdir`, going on from its last checkpoint (API: slim.learning.train).

    Args:
        train_op: updates the model and returns the loss, see `create_train_op`.
        logdir: for checkpoints, summaries and traces; None writes none.
        train_step_fn: takes a step: a function of the session, `train_op`, the global step and `train_step_kwargs` that
            returns the loss and whether training ends.
        train_step_kwargs: for `train_step_fn`; by default tensors `should_stop` and `should_log`.
        log_every_n_steps: how often the loss is logged.
        number_of_steps: the value of the global step that ends the training; None: until the input ends.
        init_op, init_feed_dict, local_init_op, init_fn, ready_op: see `tf.train.Supervisor`.
        summary_op, save_summaries_secs, summary_writer: the summaries, all of the graph by default.
        startup_delay_steps: of one that is not chief: begins when the global step is there.
        saver, save_interval_secs: for the checkpoints.
        session_wrapper: takes the session and returns what is used instead.
        trace_every_n_steps: how often a step is traced, into `tf_trace-STEP.json`.
        ignore_live_threads: whether threads that do not end are an error.

    Returns:
        The last loss, None if no step was taken.

    Raises:
        ValueError: no `train_op`, a number of steps below 1, or something to write without a `logdir`.
        NotImplementedError: `sync_optimizer`, which is for several processes.
    """
    _check_arguments(train_op, logdir, summary_op, saver, trace_every_n_steps, number_of_steps)
    if sync_optimizer is not None:
        raise NotImplementedError(
            "slim.learning.train: sync_optimizer joins several processes; convflow trains in one."
        )
    graph = graph or get_default_graph()
    with graph.as_default():
        global_step = global_steps.get_or_create_global_step() if global_step is None else global_step
        saver = saver or Saver()
        with name_scope("init_ops"):
            init_op = global_variables_initializer() if init_op is USE_DEFAULT else init_op
            ready_op = report_uninitialized_variables() if ready_op is USE_DEFAULT else ready_op
            if local_init_op is USE_DEFAULT:
                local_init_op = Scaffold.default_local_init_op()
        summary_op = summaries.merge_all() if summary_op is USE_DEFAULT else summary_op
        if train_step_kwargs is USE_DEFAULT:
            train_step_kwargs = _step_arguments(
                global_step, number_of_steps, log_every_n_steps, trace_every_n_steps if is_chief else None, logdir
            )
    supervisor = Supervisor(
        graph=graph, is_chief=is_chief, logdir=logdir, init_op=init_op, init_feed_dict=init_feed_dict,
        local_init_op=local_init_op, ready_op=ready_op, summary_op=summary_op,
        summary_writer=Supervisor.USE_DEFAULT if summary_writer is USE_DEFAULT else summary_writer,
        global_step=global_step, saver=saver, save_summaries_secs=save_summaries_secs,
        save_model_secs=save_interval_secs, init_fn=init_fn,
    )  # fmt: skip

    def step(session: Any) -> tuple[Any, Any]:
        return train_step_fn(session, train_op, global_step, train_step_kwargs)

    while True:
        try:
            with supervisor.managed_session(master, start_standard_services=False, config=session_config) as session:
                logging.info("Starting Session.")
                wrapped = session_wrapper(session) if session_wrapper is not None else session
                return _run_steps(supervisor, wrapped, step, startup_delay_steps, number_of_steps, ignore_live_threads)
        except errors.AbortedError:
            logging.info("Retrying training!")


def _run_steps(
    supervisor: Supervisor,
    session: Any,
    step: Callable[[Any], tuple[Any, Any]],
    startup_delay_steps: int,
    number_of_steps: int | None,
    ignore_live_threads: bool,
) -> Any:
    """Steps in one session until they end; the last loss."""
    if supervisor.is_chief and supervisor.save_path is not None:
        supervisor.start_standard_services(session)
    elif startup_delay_steps > 0:
        _wait_for_step(session, supervisor.global_step, min(startup_delay_steps, number_of_steps or sys.maxsize))
    threads = supervisor.start_queue_runners(session)
    logging.info("Starting Queues.")
    loss = None
    try:
        is_over = False
        while not is_over and not supervisor.should_stop():
            loss, is_over = step(session)
    except errors.OutOfRangeError as end:
        logging.info("Caught OutOfRangeError. Stopping Training. %s", end)
    if supervisor.is_chief and supervisor.save_path is not None:
        logging.info("Finished training! Saving model to disk.")
        supervisor.saver.save(session, supervisor.save_path, global_step=supervisor.global_step)
    if supervisor.is_chief:
        # The writer is closed with the session.
        supervisor.stop(threads, close_summary_writer=False, ignore_live_threads=ignore_live_threads)
    return loss


def _wait_for_step(session: Any, global_step: Any, step: int) -> None:
    while global_steps.global_step(session, global_step) < step:
        time.sleep(1)


def _step_arguments(
    global_step: Any, number_of_steps: int | None, log_every: int, trace_every: int | None, logdir: str | None
) -> dict[str, Any]:
    """The default `train_step_kwargs`: tensors that say when to stop, to log and to trace."""
    with name_scope("train_step"):
        arguments: dict[str, Any] = {
            "should_stop": constant(False) if number_of_steps is None else greater_equal(global_step, number_of_steps)
        }
        if log_every > 0:
            arguments["should_log"] = equal(floormod(global_step, log_every), 0)
        if trace_every is not None:
            arguments["should_trace"] = equal(floormod(global_step, trace_every), 0)
            arguments["logdir"] = logdir
    return arguments


def _check_arguments(
    train_op: Any, logdir: str | None, summary_op: Any, saver: Any, trace_every: int | None, steps: int | None
) -> None:
    if train_op is None:
        raise ValueError("train_op cannot be None: slim.learning.create_train_op makes one.")
    written = {
        "summary_op": None if summary_op is USE_DEFAULT else summary_op,
        "saver": saver,
        "trace_every_n_steps": trace_every,
    }
    for name, value in written.items():
        if logdir is None and value is not None:
            raise ValueError(f"Cannot provide {name} because logdir=None. Name a folder to write to, or leave it out.")
    if steps is not None and steps <= 0:
        raise ValueError(f"number_of_steps must be either None or a positive number, not {steps}.")
