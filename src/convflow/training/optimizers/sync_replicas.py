"""The optimizer that waits for the gradients of several replicas (API: tf.train.SyncReplicasOptimizer).

A replica's step adds its gradients to accumulators and waits for a token. The chief's queue runner takes the means
as soon as enough gradients are there, lets the real optimizer step, and hands out the tokens for the next step: the
new global step, by which accumulators know gradients that are too old.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import Any

from convflow.core import logging
from convflow.graph.collections import GraphKeys
from convflow.graph.indexed_slices import IndexedSlices
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import control_dependencies, device, name_scope
from convflow.modeling.variables.variable import Variable, global_variables, report_uninitialized_variables
from convflow.ops import state
from convflow.ops.accumulator import ConditionalAccumulator, ConditionalAccumulatorBase, SparseConditionalAccumulator
from convflow.ops.array.constant import fill
from convflow.ops.array.identity import group, no_op
from convflow.ops.queue import FIFOQueue
from convflow.runtime.waiting import release_accumulators
from convflow.training.optimizers.optimizer import GradsAndVars, Optimizer
from convflow.training.queue_runner import QueueRunner
from convflow.training.session_manager import missing_variables
from convflow.training.session_run_hook import SessionRunHook


class SyncReplicasOptimizer(Optimizer):
    """Steps once for several replicas' gradients, with their mean (API: tf.train.SyncReplicasOptimizer).

    The program gives `make_session_run_hook` to its monitored session. Replicas here are steps of one process, in one
    thread or several.

    Args:
        opt: the optimizer that takes the steps.
        replicas_to_aggregate: how many gradients make a step.
        total_num_replicas: how many replicas there are, `replicas_to_aggregate` by default. With more of them the
            slowest are left out; with fewer each contributes several gradients to a step.
        variable_averages: a `tf.train.ExponentialMovingAverage` that is brought up to date after each step.
        variables_to_average: of what it keeps averages.
        use_locking: kept on the update nodes.
        name: the name scope of the nodes.
    """

    def __init__(
        self,
        opt: Optimizer,
        replicas_to_aggregate: int,
        total_num_replicas: int | None = None,
        variable_averages: Any = None,
        variables_to_average: Any = None,
        use_locking: bool = False,
        name: str = "sync_replicas",
    ) -> None:
        super().__init__(use_locking, name)
        self._opt = opt
        self._replicas_to_aggregate = replicas_to_aggregate
        self._total_num_replicas = replicas_to_aggregate if total_num_replicas is None else total_num_replicas
        self._tokens_per_step = max(self._total_num_replicas, replicas_to_aggregate)
        self._variable_averages = variable_averages
        self._variables_to_average = variables_to_average
        self._gradients_applied = False
        self._accumulator_list: list[tuple[ConditionalAccumulatorBase, str]] = []
        logging.info(
            "SyncReplicasV2: replicas_to_aggregate=%s; total_num_replicas=%s",
            replicas_to_aggregate,
            self._total_num_replicas,
        )

    def compute_gradients(self, *args: Any, **kwargs: Any) -> GradsAndVars:
        """The gradients of one replica, by the real optimizer (API: tf.train.SyncReplicasOptimizer.compute_gradients).

        Args:
            args, kwargs: as of its `compute_gradients`.
        """
        return self._opt.compute_gradients(*args, **kwargs)

    def apply_gradients(
        self, grads_and_vars: Iterable[tuple[Any, Any]], global_step: Any = None, name: str | None = None
    ) -> Any:
        """What a replica runs as its step: it adds its gradients and waits for a token.

        API: tf.train.SyncReplicasOptimizer.apply_gradients.

        Args:
            grads_and_vars: what `compute_gradients` returned, the gradients perhaps changed.
            global_step: the variable that counts the steps.
            name: is not used, as in TensorFlow.

        Returns:
            The replica's new local step, a reference.

        Raises:
            ValueError: no variables, no global step, or a gradient that is neither tensor nor slices.
        """
        pairs = list(grads_and_vars)
        if not pairs:
            raise ValueError("Must supply at least one variable")
        if global_step is None:
            raise ValueError("Global step is required to check staleness")
        self._global_step = global_step
        self._make_local_step(global_step)
        with name_scope(None, self._name):
            added, means = self._accumulated(pairs)
            with device(global_step.device), name_scope(""):
                update = self._opt.apply_gradients(means, global_step)
            with device(global_step.device), name_scope(""):
                self._sync_token_queue = FIFOQueue(
                    -1, global_step.dtype.base_dtype, shapes=(), name="sync_token_q", shared_name="sync_token_q"
                )
            with device(global_step.device), name_scope(""):
                train_op = self._replica_step(added)
                self._chief_queue_runner = QueueRunner(self._sync_token_queue, [self._chief_step(update)])
            self.chief_init_op = group(self.local_step_init_op, *self._set_steps(global_step))
        self._gradients_applied = True
        return train_op

    def _make_local_step(self, global_step: Any) -> None:
        no_op()
        self._local_step = Variable(
            initial_value=0,
            trainable=False,
            collections=[GraphKeys.LOCAL_VARIABLES],
            dtype=global_step.dtype.base_dtype,
            name="sync_rep_local_step",
        )
        self.local_step_init_op = state.assign(self._local_step, global_step)
        self.ready_for_local_init_op = report_uninitialized_variables(global_variables())

    def _accumulated(self, pairs: GradsAndVars) -> tuple[list[Operation], GradsAndVars]:
        """For each variable the node that adds a gradient, and the mean of those that were added."""
        added, means = [], []
        for grad, variable in pairs:
            with device(variable.device):
                if grad is None:
                    means.append((None, variable))
                    continue
                accumulator, add, mean = self._accumulate(grad, variable)
                self._accumulator_list.append((accumulator, variable.device))
            added.append(add)
            means.append((mean, variable))
        return added, means

    def _accumulate(self, grad: Any, variable: Any) -> tuple[ConditionalAccumulatorBase, Operation, Any]:
        shared_name = f"{variable.name}/grad_accum"
        if isinstance(grad, Tensor):
            dense = ConditionalAccumulator(grad.dtype, shape=variable.shape, shared_name=shared_name)
            add = dense.apply_grad(grad, local_step=self._local_step)
            return dense, add, dense.take_grad(self._replicas_to_aggregate)
        if not isinstance(grad, IndexedSlices):
            raise ValueError(f"Unknown grad type: {grad!r}. Expected a Tensor, tf.IndexedSlices or None.")
        sparse = SparseConditionalAccumulator(grad.dtype, shape=(), shared_name=shared_name)
        add = sparse.apply_indexed_slices_grad(grad, local_step=self._local_step)
        return sparse, add, sparse.take_indexed_slices_grad(self._replicas_to_aggregate)

    def _replica_step(self, added: list[Operation]) -> Any:
        with control_dependencies(added):
            token = self._sync_token_queue.dequeue()
        return state.assign(self._local_step, token)

    def _chief_step(self, update: Operation) -> Operation:
        with control_dependencies([update]):
            tokens = fill([self._tokens_per_step], self._global_step)
            step = self._sync_token_queue.enqueue_many((tokens,))
        if self._variable_averages is None:
            return step
        with control_dependencies([step]), name_scope(""):
            return self._variable_averages.apply(self._variables_to_average)

    def _set_steps(self, global_step: Any) -> list[Operation]:
        made = []
        for accumulator, place in self._accumulator_list:
            with device(place):
                made.append(accumulator.set_global_step(global_step, name="SetGlobalStep"))
        return made

    def get_chief_queue_runner(self) -> QueueRunner:
        """What steps and hands out tokens, run by the chief (API: SyncReplicasOptimizer.get_chief_queue_runner).

        Raises:
            ValueError: before `apply_gradients`.
        """
        if not self._gradients_applied:
            raise ValueError("Should be called after apply_gradients().")
        return self._chief_queue_runner

    def get_init_tokens_op(self, num_tokens: int = -1) -> Operation:
        """The node that hands out the first tokens (API: SyncReplicasOptimizer.get_init_tokens_op).

        Args:
            num_tokens: how many, `replicas_to_aggregate` if -1; at least as many as replicas are fewer than that.

        Raises:
            ValueError: too few, or before `apply_gradients`.
        """
        if not self._gradients_applied:
            raise ValueError("get_init_tokens_op() should be called after apply_gradients().")
        needed = self._replicas_to_aggregate - self._total_num_replicas
        if num_tokens == -1:
            num_tokens = self._replicas_to_aggregate
        elif num_tokens < needed:
            raise ValueError(f"Too few tokens to finish the first step: {num_tokens} (given) vs {needed} (needed)")
        if num_tokens <= 0:
            return no_op(name="no_init_tokens")
        with device(self._global_step.device), name_scope(""):
            return self._sync_token_queue.enqueue_many((fill([num_tokens], self._global_step),))

    def make_session_run_hook(self, is_chief: bool, num_tokens: int = -1) -> SessionRunHook:
        """The hook of a replica's monitored session (API: SyncReplicasOptimizer.make_session_run_hook).

        Args:
            is_chief: whether this replica takes the steps; one does.
            num_tokens: as of `get_init_tokens_op`.
        """
        return _SyncReplicasOptimizerHook(self, is_chief, num_tokens)

    def get_slot(self, *args: Any, **kwargs: Any) -> Any:
        """A slot of the real optimizer (API: tf.train.SyncReplicasOptimizer.get_slot).

        Args:
            args, kwargs: as of its `get_slot`.
        """
        return self._opt.get_slot(*args, **kwargs)

    def get_slot_names(self, *args: Any, **kwargs: Any) -> Any:
        """The names of the real optimizer's slots (API: tf.train.SyncReplicasOptimizer.get_slot_names).

        Args:
            args, kwargs: as of its `get_slot_names`.
        """
        return self._opt.get_slot_names(*args, **kwargs)

    def variables(self) -> Any:
        """The real optimizer's variables; the local step is none of them."""
        return self._opt.variables()


class _SyncReplicasOptimizerHook(SessionRunHook):
    """Sets the local step, and in the chief hands out the first tokens and starts the queue runner."""

    def __init__(self, sync_optimizer: SyncReplicasOptimizer, is_chief: bool, num_tokens: int) -> None:
        self._sync_optimizer = sync_optimizer
        self._is_chief = is_chief
        self._num_tokens = num_tokens

    def begin(self) -> None:
        optimizer = self._sync_optimizer
        if not optimizer._gradients_applied:
            raise ValueError("SyncReplicasOptimizer.apply_gradient should be called before using the hook.")
        self._local_init_op = optimizer.chief_init_op if self._is_chief else optimizer.local_step_init_op
        self._q_runner = optimizer.get_chief_queue_runner() if self._is_chief else None
        self._init_tokens_op = optimizer.get_init_tokens_op(self._num_tokens) if self._is_chief else None

    def after_create_session(self, session: Any, coord: Any) -> None:
        missing = missing_variables(session, self._sync_optimizer.ready_for_local_init_op)
        if missing:
            raise RuntimeError(
                "Init operations did not make model ready for SyncReplicasOptimizer local_init. Init op: "
                f"{self._local_init_op.name}, error: {missing}"
            )
        session.run(self._local_init_op)
        if self._init_tokens_op is not None:
            session.run(self._init_tokens_op)
        if self._q_runner is not None:
            threads = self._q_runner.create_threads(session, coord=coord, daemon=True, start=True)
            threading.Thread(target=_stop_waiting, args=(session, coord, threads), daemon=True).start()


def _stop_waiting(session: Any, coord: Any, threads: list[threading.Thread]) -> None:
    """At the end the chief's thread waits for gradients that nobody will add; stopping should not take its time."""
    coord.wait_for_stop()
    while any(thread.is_alive() for thread in threads):
        release_accumulators(session)
        time.sleep(0.01)
