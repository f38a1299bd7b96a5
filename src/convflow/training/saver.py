"""Saving and restoring variables (API: tf.train.Saver)."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from tensorboard.compat.proto.saver_pb2 import SaverDef

from convflow.core import errors, logging
from convflow.formats import missing_checkpoint
from convflow.graph.collections import GraphKeys
from convflow.graph.scoped_names import prepend_name_scope, strip_name_scope
from convflow.graph.scopes import executing_eagerly, get_collection, get_default_graph
from convflow.modeling.variables.variable import global_variables
from convflow.runtime.session import BaseSession
from convflow.training import checkpoint_management, meta_graph, saver_eager
from convflow.training.collection_defs import register_collection
from convflow.training.global_step import global_step as read_global_step
from convflow.training.saveables import as_saveables
from convflow.training.saver_graph import build_saver

_HOUR = 3600


class Saver:
    """Saves variables of a session to checkpoints, and restores them (API: tf.train.Saver).

    A saver remembers the checkpoints it wrote, deletes the oldest when there are more than `max_to_keep`, and
    lists them in the folder's file `checkpoint`.

    Args:
        var_list: the variables, in a list or by their names in the checkpoint in a dict; all by default.
        reshape: restore tensors of another shape with as many elements.
        sharded: write one file for each device.
        max_to_keep: how many of the latest checkpoints stay; None or 0 for all.
        keep_checkpoint_every_n_hours: of those that would be deleted, one in so many hours stays.
        name: the name scope of the nodes, "save" by default; with `saver_def` the scope that they were imported into.
        restore_sequentially: accepted; variables are always restored one after the other.
        saver_def: a `SaverDef` of nodes that are there already, instead of making new ones.
        builder: must be None.
        defer_build: make the nodes when `build` is called.
        allow_empty: without variables do nothing, instead of refusing.
        write_version: the format of the checkpoints, SaverDef.V2 or SaverDef.V1; V1 is one file for each part, which
            TensorFlow wrote before 0.12.
        pad_step_number: write steps with eight digits.
        save_relative_paths: list checkpoints relative to their folder, which then can be moved.
        filename: the path used where a run of the nodes feeds none.

    Raises:
        ValueError: there are no variables, or two of one name.
        TypeError: something in `var_list` is no variable.
    """

    def __init__(
        self,
        var_list: Any = None,
        reshape: bool = False,
        sharded: bool = False,
        max_to_keep: int | None = 5,
        keep_checkpoint_every_n_hours: float = 10000.0,
        name: str | None = None,
        restore_sequentially: bool = False,
        saver_def: Any = None,
        builder: Any = None,
        defer_build: bool = False,
        allow_empty: bool = False,
        write_version: int = SaverDef.V2,
        pad_step_number: bool = False,
        save_relative_paths: bool = False,
        filename: str | None = None,
    ) -> None:
        if defer_build and var_list is not None:
            raise ValueError(
                "If `var_list` is provided then build cannot be deferred. Either set defer_build=False or "
                "var_list=None."
            )
        if builder is not None:
            raise NotImplementedError("A builder of one's own is not supported: leave builder out.")
        if write_version not in (SaverDef.V1, SaverDef.V2):
            raise ValueError(f"write_version must be SaverDef.V1 or SaverDef.V2, got {write_version!r}. Leave it out.")
        self._var_list = var_list
        self._reshape = reshape
        self._sharded = sharded
        self._max_to_keep = max_to_keep or 0
        self._keep_every_n_hours = keep_checkpoint_every_n_hours
        self._name = name
        self._allow_empty = allow_empty
        self._write_version = write_version
        self._pad_step_number = pad_step_number
        self._save_relative_paths = save_relative_paths
        self._filename = filename
        self._is_empty = False
        self._turn = threading.Lock()
        # In eager mode, the variables by their names.
        self._eager: dict[str, Any] | None = None
        # Prefixes of the checkpoints that stay for now, and when they were written; the oldest first.
        self._last_checkpoints: list[tuple[str, float]] = []
        self.saver_def = None if saver_def is None else _in_scope(_checked_def(saver_def), name)
        if not defer_build:
            self.build()

    def build(self) -> None:
        """Make the nodes, if the saver was made with `defer_build`."""
        if self.saver_def is None and not self._is_empty:
            self._build()
        if self.saver_def is not None:
            hours = self.saver_def.keep_checkpoint_every_n_hours
            self._next_kept_time = time.time() + hours * _HOUR

    def _build(self) -> None:
        if executing_eagerly():
            if self._write_version != SaverDef.V2:
                raise NotImplementedError("In eager mode checkpoints are of format V2: leave write_version out.")
            self._eager = saver_eager.named(self._var_list)
            self.saver_def = SaverDef(
                max_to_keep=self._max_to_keep, keep_checkpoint_every_n_hours=self._keep_every_n_hours,
                version=self._write_version,
            )  # fmt: skip
            return
        if self._var_list is None:
            self._var_list = global_variables() + get_collection(GraphKeys.SAVEABLE_OBJECTS)
        saveables = as_saveables(self._var_list)
        if not saveables:
            if not self._allow_empty:
                raise ValueError(
                    "No variables to save: the graph has none. Make the saver after the variables, in their graph."
                )
            self._is_empty = True
            return
        self.saver_def = build_saver(
            saveables,
            reshape=self._reshape,
            sharded=self._sharded,
            max_to_keep=self._max_to_keep,
            keep_checkpoint_every_n_hours=self._keep_every_n_hours,
            name=self._name,
            filename=self._filename,
            version=self._write_version,
        )

    @staticmethod
    def from_proto(saver_def: Any, import_scope: str | None = None) -> Saver:
        """A saver of nodes that are there already (API: tf.train.Saver.from_proto)."""
        return Saver(saver_def=saver_def, name=import_scope)

    def to_proto(self, export_scope: str | None = None) -> Any:
        """The `SaverDef`; with a scope, names within it, None where the saver is not in it."""
        definition = self.as_saver_def()
        if not export_scope or definition is None:
            return definition
        if not definition.save_tensor_name.startswith(export_scope):
            return None
        return _renamed(definition, lambda name: strip_name_scope(name, export_scope))

    def as_saver_def(self) -> Any:
        """The `SaverDef`, which names the nodes."""
        return self.saver_def

    @property
    def last_checkpoints(self) -> list[str]:
        """The checkpoints that are not deleted yet, the oldest first."""
        return [prefix for prefix, _ in self._last_checkpoints]

    def set_last_checkpoints(self, last_checkpoints: Sequence[str]) -> None:
        """Deprecated: say which checkpoints were written before, without the times they were written at."""
        if not isinstance(last_checkpoints, list):
            raise TypeError(f"last_checkpoints must be a list of paths, got {last_checkpoints!r}.")
        self._last_checkpoints = [(prefix, float("inf")) for prefix in last_checkpoints]

    def set_last_checkpoints_with_time(self, last_checkpoints_with_time: list[tuple[str, float]]) -> None:
        """Say which checkpoints were written before, and when in seconds since 1970."""
        if not isinstance(last_checkpoints_with_time, list):
            raise TypeError(f"last_checkpoints_with_time must be a list of pairs, got {last_checkpoints_with_time!r}.")
        self._last_checkpoints = list(last_checkpoints_with_time)

    def recover_last_checkpoints(self, checkpoint_paths: Sequence[str]) -> None:
        """Take over those of the checkpoints that exist, after a restart; the oldest first."""
        existing = [path for path in checkpoint_paths if checkpoint_management.checkpoint_exists(path)]
        times = checkpoint_management.get_checkpoint_mtimes(existing)
        self.set_last_checkpoints_with_time(list(zip(existing, times, strict=True)))

    def save(
        self,
        sess: Any,
        save_path: str | os.PathLike[str],
        global_step: Any = None,
        latest_filename: str | None = None,
        meta_graph_suffix: str = "meta",
        write_meta_graph: bool = True,
        write_state: bool = True,
        strip_default_attrs: bool = False,
        save_debug_info: bool = False,
    ) -> str | None:
        """Write the variables of a session to a checkpoint (API: tf.train.Saver.save).

        An interrupted save leaves the checkpoint that was there before. Threads take turns: of two that save, the one
        that reads the later step comes last in the state file.

        Args:
            sess: the session; None in eager mode.
            save_path: the checkpoint's prefix.
            global_step: a number, or a tensor that has it, put after the prefix.
            latest_filename: the name of the state file, "checkpoint" by default.
            write_meta_graph: also write the graph, beside the checkpoint with the suffix `meta_graph_suffix`.
            write_state: list it in the state file and delete those that are too many.
            save_debug_info: accepted, without effect.

        Returns:
            The prefix with the step; None for an empty saver.

        Raises:
            FailedPreconditionError: a variable has no value yet.
            ValueError: the folder does not exist and cannot be made, or the name is that of the state file.
            ResourceExhaustedError: the disk is full.
        """
        self._check_built("save")
        latest_filename = latest_filename or "checkpoint"
        if os.path.split(latest_filename)[0]:
            raise ValueError("'latest_filename' must not contain path components")
        if self._eager is not None:
            write_meta_graph = False
        elif not isinstance(sess, BaseSession):
            raise TypeError(f"'sess' must be a Session; {sess}")
        with self._turn:
            checkpoint_file = self._with_step(sess, os.fspath(save_path), global_step, latest_filename)
            if not self._is_empty:
                checkpoint_file = self._write(sess, checkpoint_file, write_state and latest_filename, meta_graph_suffix)
        if write_meta_graph:
            with sess.graph.as_default():
                self.export_meta_graph(
                    checkpoint_management.meta_graph_filename(checkpoint_file, meta_graph_suffix),
                    strip_default_attrs=strip_default_attrs,
                )
        return None if self._is_empty else checkpoint_file

    def _with_step(self, sess: Any, save_path: str, global_step: Any, latest_filename: str) -> str:
        if global_step is None:
            if os.path.basename(save_path) == latest_filename and not self._sharded:
                raise ValueError(f"'latest_filename' collides with 'save_path': '{latest_filename}' and '{save_path}'")
            return save_path
        if self._eager is None and not hasattr(global_step, "__index__"):
            global_step = read_global_step(sess, global_step)
        return f"{save_path}-{int(global_step):08d}" if self._pad_step_number else f"{save_path}-{int(global_step)}"

    def _write(self, sess: Any, prefix: str, latest_filename: str | bool, meta_graph_suffix: str) -> str:
        definition = self._definition()
        folder = os.path.dirname(prefix)
        try:
            if self._eager is not None:
                written: Any = saver_eager.write(prefix, self._eager)
            else:
                written = sess.run(definition.save_tensor_name, {definition.filename_tensor_name: prefix})
        except (errors.FailedPreconditionError, errors.NotFoundError):
            if folder and not os.path.isdir(folder):
                raise ValueError(
                    f"Parent directory of {prefix} doesn't exist, can't save. Make it first: os.makedirs({folder!r})."
                ) from None
            raise
        path = os.fsdecode(written)
        if latest_filename:
            outdated = self._record(path)
            checkpoint_management.write_state(
                folder, path, self.last_checkpoints, str(latest_filename), self._save_relative_paths
            )
            self._delete(outdated, meta_graph_suffix)
        return path

    def _record(self, path: str) -> list[tuple[str, float]]:
        """Remember a checkpoint; returns those that are too many now."""
        keep = self._definition().max_to_keep
        if not keep:
            return []
        self._last_checkpoints = [item for item in self._last_checkpoints if item[0] != path]
        self._last_checkpoints.append((path, time.time()))
        outdated = self._last_checkpoints[:-keep]
        self._last_checkpoints = self._last_checkpoints[-keep:]
        return outdated

    def _delete(self, outdated: list[tuple[str, float]], meta_graph_suffix: str) -> None:
        # The new checkpoint and the state file are in place: what goes wrong here loses nothing.
        definition = self._definition()
        for prefix, written_at in outdated:
            if written_at > self._next_kept_time:
                self._next_kept_time += definition.keep_checkpoint_every_n_hours * _HOUR
                continue
            try:
                checkpoint_management.remove_checkpoint(prefix, definition.version, meta_graph_suffix)
            except errors.OpError as error:
                logging.warning("Ignoring: %s", error)

    def export_meta_graph(
        self,
        filename: str | None = None,
        collection_list: Any = None,
        as_text: bool = False,
        export_scope: str | None = None,
        clear_devices: bool = False,
        clear_extraneous_savers: bool = False,
        strip_default_attrs: bool = False,
        save_debug_info: bool = False,
    ) -> Any:
        """The default graph with this saver as a `MetaGraphDef`; see `tf.train.export_meta_graph`."""
        return meta_graph.export_meta_graph(
            filename=filename,
            saver_def=self.saver_def,
            collection_list=collection_list,
            as_text=as_text,
            graph=get_default_graph(),
            export_scope=export_scope,
            clear_devices=clear_devices,
            clear_extraneous_savers=clear_extraneous_savers,
            strip_default_attrs=strip_default_attrs,
            save_debug_info=save_debug_info,
        )

    def restore(self, sess: Any, save_path: str | os.PathLike[str] | None) -> None:
        """Read the variables of a session from a checkpoint (API: tf.train.Saver.restore).

        They need not be initialized before.

        Args:
            sess: the session.
            save_path: the checkpoint's prefix, as `save` or `tf.train.latest_checkpoint` returned it.

        Raises:
            ValueError: there is no such checkpoint.
            NotFoundError: it lacks a variable.
            InvalidArgumentError: a variable has another shape or type there.
            DataLossError: it is damaged or cut short.
        """
        self._check_built("restore")
        if self._is_empty:
            return
        if save_path is None:
            raise ValueError(
                "Can't load save_path when it is None. tf.train.latest_checkpoint returns None for a folder "
                "without checkpoints."
            )
        path = os.fspath(save_path)
        if not checkpoint_management.checkpoint_exists(path):
            raise ValueError(
                f"The passed save_path is not a valid checkpoint: {path}. {missing_checkpoint.error(path).message}"
            )
        logging.info("Restoring parameters from %s", path)
        definition = self._definition()
        try:
            if self._eager is not None:
                saver_eager.read(path, self._eager)
            else:
                sess.run(definition.restore_op_name, {definition.filename_tensor_name: path})
        except errors.NotFoundError as error:
            reason = "a Variable name or other graph key that is missing"
            raise _restore_error(error, reason, path) from error
        except errors.InvalidArgumentError as error:
            reason = "a mismatch between the current graph and the graph"
            raise _restore_error(error, reason, path) from error

    def _check_built(self, action: str) -> None:
        if self.saver_def is None and not self._is_empty:
            raise RuntimeError(f"`build()` should be called before {action} if defer_build==True")

    def _definition(self) -> Any:
        return self.saver_def


def _checked_def(saver_def: Any) -> Any:
    if not isinstance(saver_def, SaverDef):
        raise ValueError(f"saver_def must be a saver_pb2.SaverDef: {saver_def}")
    for field in ("save_tensor_name", "restore_op_name"):
        if not getattr(saver_def, field):
            raise ValueError(f"saver_def must specify the {field}: {saver_def}")
    return saver_def


_NAMES = ("filename_tensor_name", "save_tensor_name", "restore_op_name")


def _in_scope(saver_def: Any, scope: str | None) -> Any:
    return _renamed(saver_def, lambda name: prepend_name_scope(name, scope))


def _renamed(saver_def: Any, rename: Callable[[str], str]) -> Any:
    result = SaverDef()
    result.CopyFrom(saver_def)
    for field in _NAMES:
        setattr(result, field, rename(getattr(saver_def, field)))
    return result


def _restore_error(error: Any, reason: str, path: str) -> Exception:
    culprit = ""
    if error.op is not None and error.op.type == "Assign":
        # The node's own message knows shapes only.
        culprit = f"Variable {error.op.inputs[0].op.name}: "
    return type(error)(
        error.node_def,
        error.op,
        f"Restoring from checkpoint {path} failed. This is most likely due to {reason} from the checkpoint. "
        "Please ensure that you have not altered the graph expected based on the checkpoint. Original error:\n\n"
        f"{culprit}{error.message}",
    )


register_collection(GraphKeys.SAVERS, SaverDef, lambda proto, scope: Saver.from_proto(proto, import_scope=scope))
