"""What is exported when a training is evaluated (API: tf.estimator.LatestExporter and its kin)."""

from __future__ import annotations

import glob
import os
import shutil
from collections.abc import Callable, Mapping
from typing import Any

from convflow.core import logging
from convflow.formats.event import read_events
from convflow.training.estimator.functions import argument_names

_LOSS = "loss"


class Exporter:
    """The base of exporters (API: tf.estimator.Exporter)."""

    @property
    def name(self) -> str:
        """The folder's name within `export`."""
        raise NotImplementedError(f"{type(self).__name__} has no name: override the property.")

    def export(
        self,
        estimator: Any,
        export_path: str,
        checkpoint_path: str,
        eval_result: Mapping[str, Any],
        is_the_final_export: bool,
    ) -> Any:
        """Write a model; returns the folder's path, None if nothing was written."""
        raise NotImplementedError(f"{type(self).__name__} exports nothing: override export.")


class _SavedModelExporter(Exporter):
    """Writes SavedModels. Arguments as of the classes below."""

    def __init__(
        self,
        name: str,
        serving_input_receiver_fn: Callable[[], Any],
        assets_extra: Mapping[str, str] | None = None,
        as_text: bool = False,
    ) -> None:
        self._name = name
        self._serving_input_receiver_fn = serving_input_receiver_fn
        self._assets_extra = assets_extra
        self._as_text = as_text

    @property
    def name(self) -> str:
        return self._name

    def _write(self, estimator: Any, export_path: str, checkpoint_path: str) -> bytes:
        return estimator.export_saved_model(
            export_path, self._serving_input_receiver_fn, assets_extra=self._assets_extra, as_text=self._as_text,
            checkpoint_path=checkpoint_path,
        )  # fmt: skip


class FinalExporter(_SavedModelExporter):
    """Exports at the end of the training only (API: tf.estimator.FinalExporter).

    Args:
        name: of the folder within `export`.
        serving_input_receiver_fn: returns a `ServingInputReceiver`.
        assets_extra, as_text: as of `Estimator.export_saved_model`.
    """

    def export(
        self, estimator: Any, export_path: str, checkpoint_path: str, eval_result: Any, is_the_final_export: bool
    ) -> Any:
        if not is_the_final_export:
            return None
        logging.info("Performing the final export in the end of training.")
        return self._write(estimator, export_path, checkpoint_path)


class LatestExporter(_SavedModelExporter):
    """Exports at every evaluation (API: tf.estimator.LatestExporter).

    Args:
        name: of the folder within `export`.
        serving_input_receiver_fn: returns a `ServingInputReceiver`.
        assets_extra, as_text: as of `Estimator.export_saved_model`.
        exports_to_keep: how many of the latest stay; all if None.

    Raises:
        ValueError: fewer than one.
    """

    def __init__(
        self,
        name: str,
        serving_input_receiver_fn: Callable[[], Any],
        assets_extra: Mapping[str, str] | None = None,
        as_text: bool = False,
        exports_to_keep: int | None = 5,
    ) -> None:
        super().__init__(name, serving_input_receiver_fn, assets_extra, as_text)
        self._keep = _checked_keep(exports_to_keep)

    def export(
        self, estimator: Any, export_path: str, checkpoint_path: str, eval_result: Any, is_the_final_export: bool
    ) -> Any:
        written = self._write(estimator, export_path, checkpoint_path)
        _forget_old(export_path, self._keep)
        return written


class BestExporter(_SavedModelExporter):
    """Exports when an evaluation is better than all before (API: tf.estimator.BestExporter).

    Args:
        name: of the folder within `export`.
        serving_input_receiver_fn: returns a `ServingInputReceiver`.
        event_file_pattern: event files, relative to the model's folder, of earlier evaluations that count too.
        compare_fn: of `best_eval_result` and `current_eval_result`: whether the second is better; by default whether
            its loss is smaller.
        assets_extra, as_text: as of `Estimator.export_saved_model`.
        exports_to_keep: how many of the latest stay; all if None.

    Raises:
        ValueError: no function to compare, or of other arguments; fewer than one export to keep.
    """

    def __init__(
        self,
        name: str = "best_exporter",
        serving_input_receiver_fn: Any = None,
        event_file_pattern: str | None = None,
        compare_fn: Callable[..., bool] | None = None,
        assets_extra: Mapping[str, str] | None = None,
        as_text: bool = False,
        exports_to_keep: int | None = 5,
    ) -> None:
        super().__init__(name, serving_input_receiver_fn, assets_extra, as_text)
        self._compare = compare_fn or _is_smaller
        if argument_names(self._compare) != {"best_eval_result", "current_eval_result"}:
            raise ValueError(
                f"compare_fn must take best_eval_result and current_eval_result; it takes "
                f"{sorted(argument_names(self._compare))}."
            )
        self._pattern = event_file_pattern
        self._keep = _checked_keep(exports_to_keep)
        self._best: Mapping[str, Any] | None = None
        self._has_looked = False

    def export(
        self,
        estimator: Any,
        export_path: str,
        checkpoint_path: str,
        eval_result: Mapping[str, Any],
        is_the_final_export: bool,
    ) -> Any:
        if not self._has_looked and self._pattern and os.path.exists(export_path):
            self._best = self._earlier(os.path.join(estimator.model_dir, self._pattern))
        self._has_looked = True
        if self._best is not None and not self._compare(best_eval_result=self._best, current_eval_result=eval_result):
            return None
        logging.info("Performing best model export.")
        self._best = eval_result
        written = self._write(estimator, export_path, checkpoint_path)
        _forget_old(export_path, self._keep)
        return written

    def _earlier(self, pattern: str) -> Mapping[str, Any] | None:
        """The best evaluation in event files."""
        best: Mapping[str, Any] | None = None
        for path in sorted(glob.glob(pattern)):
            for event in read_events(path):
                found = {
                    value.tag: value.simple_value for value in event.summary.value if value.HasField("simple_value")
                }
                if found and (best is None or self._compare(best_eval_result=best, current_eval_result=found)):
                    best = found
        return best


def _is_smaller(best_eval_result: Mapping[str, Any], current_eval_result: Mapping[str, Any]) -> bool:
    for what, result in (("best", best_eval_result), ("current", current_eval_result)):
        if not result or _LOSS not in result:
            raise ValueError(f"{what}_eval_result cannot be empty or no loss is found in it: {result}.")
    return bool(best_eval_result[_LOSS] > current_eval_result[_LOSS])


def _checked_keep(number: int | None) -> int | None:
    if number is not None and number <= 0:
        raise ValueError(f"`exports_to_keep`, if provided, must be positive number. Got {number}.")
    return number


def _forget_old(folder: str, keep: int | None) -> None:
    if keep is None:
        return
    versions = sorted((name for name in os.listdir(folder) if name.isdigit()), key=int)
    for name in versions[:-keep]:
        shutil.rmtree(os.path.join(folder, name))
