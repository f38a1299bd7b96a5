"""Sessions that are ready for use: restored or initialized (API: tf.train.SessionManager)."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from convflow.core import errors, logging
from convflow.graph.graph import Graph
from convflow.graph.scopes import get_default_graph
from convflow.runtime.session import Session
from convflow.training.checkpoint_management import get_checkpoint_state


class SessionManager:
    """Makes sessions (API: tf.train.SessionManager).

    Args:
        local_init_op, local_init_feed_dict: run in every new session, restored or not.
        ready_op: gives the names of what is not initialized; empty when a session is ready.
        ready_for_local_init_op: the same, asked before `local_init_op`.
        graph: the default one if None.
        recovery_wait_secs: the pause between two looks for a checkpoint.
        local_init_run_options: `RunOptions` of the local initialization.
    """

    def __init__(
        self,
        local_init_op: Any = None,
        ready_op: Any = None,
        ready_for_local_init_op: Any = None,
        graph: Graph | None = None,
        recovery_wait_secs: float = 30,
        local_init_run_options: Any = None,
        local_init_feed_dict: Any = None,
    ) -> None:
        if ready_for_local_init_op is not None and local_init_op is None:
            raise ValueError(
                "If you pass a ready_for_local_init_op you must also pass a local_init_op, "
                f"ready_for_local_init_op [{ready_for_local_init_op}]"
            )
        self._local_init_op = local_init_op
        self._ready_op = ready_op
        self._ready_for_local_init_op = ready_for_local_init_op
        self._graph = graph or get_default_graph()
        self._recovery_wait_secs = recovery_wait_secs
        self._local_init_run_options = local_init_run_options
        self._local_init_feed_dict = local_init_feed_dict

    def prepare_session(
        self,
        master: str,
        init_op: Any = None,
        saver: Any = None,
        checkpoint_dir: str | None = None,
        checkpoint_filename_with_path: str | None = None,
        wait_for_checkpoint: bool = False,
        max_wait_secs: float = 7200,
        config: Any = None,
        init_feed_dict: Any = None,
        init_fn: Any = None,
    ) -> Session:
        """A session, restored from a checkpoint if there is one, else initialized.

        Raises:
            RuntimeError: nothing initializes the model, or it is not ready afterwards.
            ValueError: both a folder and a checkpoint.
        """
        sess, is_restored = self._restored(
            master, saver, checkpoint_dir, checkpoint_filename_with_path, wait_for_checkpoint, max_wait_secs, config
        )
        if not is_restored:
            if init_op is None and init_fn is None and self._local_init_op is None:
                raise RuntimeError("Model is not initialized and no init_op or init_fn or local_init_op was given")
            if init_op is not None:
                sess.run(init_op, feed_dict=init_feed_dict)
            if init_fn is not None:
                init_fn(sess)
        missing = self._initialize_locally(sess) or missing_variables(sess, self._ready_op)
        if missing:
            raise RuntimeError(
                f"Init operations did not make model ready. Init op: {getattr(init_op, 'name', init_op)}, init fn: "
                f"{init_fn}, local_init_op: {self._local_init_op}, error: {missing}"
            )
        return sess

    def recover_session(
        self,
        master: str,
        saver: Any = None,
        checkpoint_dir: str | None = None,
        checkpoint_filename_with_path: str | None = None,
        wait_for_checkpoint: bool = False,
        max_wait_secs: float = 7200,
        config: Any = None,
    ) -> tuple[Session, bool]:
        """A session, and whether a checkpoint made it ready."""
        sess, is_restored = self._restored(
            master, saver, checkpoint_dir, checkpoint_filename_with_path, wait_for_checkpoint, max_wait_secs, config
        )
        missing = self._initialize_locally(sess)
        if not is_restored:
            return sess, False
        missing = missing or missing_variables(sess, self._ready_op)
        if missing:
            logging.info("Restoring did not make model ready: %s", missing)
        return sess, not missing

    def wait_for_session(self, master: str, config: Any = None, max_wait_secs: float | None = None) -> Session:
        """A session, once it is ready without being initialized here; DeadlineExceededError after the time."""
        end = time.monotonic() + (float("inf") if max_wait_secs is None else max_wait_secs)
        while True:
            sess = Session(master, graph=self._graph, config=config)
            missing = self._initialize_locally(sess) or missing_variables(sess, self._ready_op)
            if not missing:
                return sess
            sess.close()
            if time.monotonic() + self._recovery_wait_secs > end:
                raise errors.DeadlineExceededError(
                    None, None, f"Session was not ready after waiting {max_wait_secs} secs: {missing}"
                )
            logging.info("Waiting for model to be ready: %s", missing)
            time.sleep(self._recovery_wait_secs)

    def _restored(
        self,
        master: str,
        saver: Any,
        folder: str | None,
        path: str | None,
        wait: bool,
        max_wait_secs: float,
        config: Any,
    ) -> tuple[Session, bool]:
        if folder and path:
            raise ValueError("Can not provide both checkpoint_dir and checkpoint_filename_with_path.")
        sess = Session(master, graph=self._graph, config=config)
        if saver is None or not (folder or path):
            return sess, False
        if path:
            saver.restore(sess, path)
            return sess, True
        end = time.monotonic() + max_wait_secs
        while (state := get_checkpoint_state(str(folder))) is None or not state.model_checkpoint_path:
            if not wait or time.monotonic() >= end:
                return sess, False
            logging.info("Waiting for checkpoint to be available.")
            time.sleep(self._recovery_wait_secs)
        saver.restore(sess, state.model_checkpoint_path)
        saver.recover_last_checkpoints(state.all_model_checkpoint_paths)
        return sess, True

    def _initialize_locally(self, sess: Session) -> str:
        if self._local_init_op is None:
            return ""
        missing = missing_variables(sess, self._ready_for_local_init_op)
        if not missing:
            logging.info("Running local_init_op.")
            sess.run(self._local_init_op, self._local_init_feed_dict, self._local_init_run_options)
            logging.info("Done running local_init_op.")
        return missing


def missing_variables(sess: Session, ready_op: Any) -> str:
    """What keeps a session from being ready; empty if nothing does."""
    if ready_op is None:
        return ""
    try:
        found = sess.run(ready_op)
    except errors.FailedPreconditionError as error:
        if "uninitialized" not in str(error):
            raise
        return str(error)
    if found is None or np.asarray(found).dtype == np.int32 or np.size(found) == 0:
        return ""
    return "Variables not initialized: " + ", ".join(name.decode() for name in found)
