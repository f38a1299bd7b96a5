"""What is done along a training (API: tf.keras.callbacks)."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Sequence
from typing import Any, TextIO

import numpy as np
from tensorboard.compat.proto.summary_pb2 import Summary

from convflow.core import logging
from convflow.modeling.keras import backend
from convflow.training.keras.progress import Progbar
from convflow.training.writer import FileWriter

Logs = dict[str, Any]


class Callback:
    """Each method may be left out (API: tf.keras.callbacks.Callback).

    Attributes:
        model: the model that is trained.
        params: of the training: epochs, steps, samples, verbose, metrics ...
    """

    validation_data: Any = None

    def __init__(self) -> None:
        self.model: Any = None
        self.params: dict[str, Any] = {}

    def set_params(self, params: dict[str, Any]) -> None:
        self.params = params

    def set_model(self, model: Any) -> None:
        self.model = model

    def on_train_begin(self, logs: Any = None) -> None:
        """Before the first epoch."""

    def on_train_end(self, logs: Any = None) -> None:
        """After the last one."""

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Before an epoch, counted from 0."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """After an epoch and its validation; `logs` has the numbers by name."""

    def on_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Before a step of training."""

    def on_batch_end(self, batch: int, logs: Any = None) -> None:
        """After a step of training."""

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.on_batch_end(batch, logs)

    def on_test_begin(self, logs: Any = None) -> None:
        """Before an evaluation."""

    def on_test_end(self, logs: Any = None) -> None:
        """After an evaluation."""

    def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Before a step of evaluation."""

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """After a step of evaluation."""

    def on_predict_begin(self, logs: Any = None) -> None:
        """Before predictions."""

    def on_predict_end(self, logs: Any = None) -> None:
        """After predictions."""

    def on_predict_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Before a step of prediction."""

    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        """After a step of prediction."""


class CallbackList:
    """Several as one."""

    def __init__(self, callbacks: Sequence[Callback], model: Any, params: dict[str, Any]) -> None:
        self.callbacks = list(callbacks)
        for callback in self.callbacks:
            callback.set_model(model)
            callback.set_params(params)

    def tell(self, event: str, *args: Any) -> None:
        """Call the method `on_EVENT` of each."""
        for callback in self.callbacks:
            getattr(callback, f"on_{event}")(*args)


class History(Callback):
    """Keeps the numbers of each epoch; `fit` returns it (API: tf.keras.callbacks.History).

    Attributes:
        epoch: the epochs' numbers.
        history: lists of numbers by name.
    """

    def on_train_begin(self, logs: Any = None) -> None:
        self.epoch: list[int] = []
        self.history: dict[str, list[Any]] = {}

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)


class ProgbarLogger(Callback):
    """Prints how far the training is (API: tf.keras.callbacks.ProgbarLogger).

    Args:
        count_mode: "samples" or "steps".
        stateful_metrics: names of what is no mean over batches.
    """

    def __init__(self, count_mode: str = "samples", stateful_metrics: Any = None) -> None:
        super().__init__()
        self.use_steps = count_mode == "steps"
        self.stateful_metrics = set(stateful_metrics or ())

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._seen = 0
        if self.params["verbose"]:
            print(f"Epoch {epoch + 1}/{self.params['epochs']}")
        target = self.params["steps" if self.use_steps else "samples"]
        unit = "step" if self.use_steps else "sample"
        self._bar = Progbar(
            target, verbose=self.params["verbose"], stateful_metrics=self.stateful_metrics, unit_name=unit
        )

    def on_batch_end(self, batch: int, logs: Any = None) -> None:
        logs = logs or {}
        self._seen += 1 if self.use_steps else logs.get("size", 0)
        # The last line waits for the validation's numbers.
        if self._bar.target is None or self._seen < self._bar.target:
            self._bar.update(self._seen, self._numbers(logs))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._bar.target = max(self._seen, 1)
        self._bar._values.clear()
        self._bar.update(self._bar.target, self._numbers(logs or {}))

    def _numbers(self, logs: Logs) -> list[tuple[str, Any]]:
        return [(name, value) for name, value in logs.items() if name not in ("batch", "size") and np.ndim(value) == 0]


class _Watcher(Callback):
    """Looks whether a number gets better.

    Args:
        monitor: its name.
        mode: "min", "max", or "auto": "max" for accuracies.
        min_delta: how much better it has to be.
    """

    def __init__(self, monitor: str, mode: str, min_delta: float = 0.0) -> None:
        super().__init__()
        if mode not in ("auto", "min", "max"):
            logging.warning("%s mode %s is unknown, fallback to auto mode.", type(self).__name__, mode)
            mode = "auto"
        self.monitor, self.min_delta = monitor, abs(min_delta)
        self._sign = 1.0 if mode == "max" or (mode == "auto" and self._grows(monitor)) else -1.0
        self.best = -self._sign * np.inf

    def _grows(self, monitor: str) -> bool:
        return "acc" in monitor or monitor.startswith("fmeasure")

    def _is_better(self, value: float) -> bool:
        return self._sign * value - self.min_delta > self._sign * self.best

    def _value(self, logs: Any) -> Any:
        value = (logs or {}).get(self.monitor)
        if value is None:
            logging.warning(
                "%s conditioned on metric `%s` which is not available. Available metrics are: %s",
                type(self).__name__, self.monitor, ",".join(logs or {}),
            )  # fmt: skip
        return value


class ModelCheckpoint(_Watcher):
    """Saves the model after epochs (API: tf.keras.callbacks.ModelCheckpoint).

    Args:
        filepath: the file; may have `{epoch:02d}` and names of numbers such as `{val_loss:.2f}` in it.
        monitor, mode: what `save_best_only` looks at.
        verbose: 1 prints what is done.
        save_best_only: only where the number is better than ever.
        save_weights_only: not the model's configuration.
        save_freq: "epoch", or after so many samples.
        period: every so many epochs.
    """

    def __init__(
        self,
        filepath: str,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: Any = "epoch",
        period: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(monitor, mode)
        self.filepath, self.verbose, self.period, self.save_freq = os.fspath(filepath), verbose, period, save_freq
        self.save_best_only, self.save_weights_only = save_best_only, save_weights_only
        self._epochs, self._samples, self._epoch = 0, 0, 0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch = epoch

    def on_batch_end(self, batch: int, logs: Any = None) -> None:
        if isinstance(self.save_freq, int):
            self._samples += (logs or {}).get("size", 1)
            if self._samples >= self.save_freq:
                self._samples = 0
                self._save(self._epoch, logs or {})

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._epochs += 1
        if self.save_freq == "epoch" and self._epochs >= self.period:
            self._epochs = 0
            self._save(epoch, logs or {})

    def _save(self, epoch: int, logs: Logs) -> None:
        path = self.filepath.format(epoch=epoch + 1, **logs)
        if self.save_best_only:
            value = self._value(logs)
            if value is None:
                return
            if not self._is_better(value):
                if self.verbose:
                    print(f"\nEpoch {epoch + 1:05d}: {self.monitor} did not improve from {self.best:0.5f}")
                return
            if self.verbose:
                print(
                    f"\nEpoch {epoch + 1:05d}: {self.monitor} improved from {self.best:0.5f} to {value:0.5f}, "
                    f"saving model to {path}"
                )
            self.best = value
        elif self.verbose:
            print(f"\nEpoch {epoch + 1:05d}: saving model to {path}")
        if self.save_weights_only:
            self.model.save_weights(path, overwrite=True)
        else:
            self.model.save(path, overwrite=True)


class EarlyStopping(_Watcher):
    """Ends a training that gets no better (API: tf.keras.callbacks.EarlyStopping).

    Args:
        monitor, mode, min_delta: what is looked at, and how much better it has to be.
        patience: how many epochs it may be no better.
        verbose: 1 prints when it ends.
        baseline: what it has to be better than at first.
        restore_best_weights: the model gets the weights of the best epoch.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
    ) -> None:
        super().__init__(monitor, mode, min_delta)
        self.patience, self.verbose, self.baseline = patience, verbose, baseline
        self.restore_best_weights = restore_best_weights
        self._first = self.best

    def _grows(self, monitor: str) -> bool:
        return "acc" in monitor

    def on_train_begin(self, logs: Any = None) -> None:
        self.wait, self.stopped_epoch = 0, 0
        self.best = self._first if self.baseline is None else self.baseline
        self._weights: Any = None

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        value = self._value(logs)
        if value is None:
            return
        if self._is_better(value):
            self.best, self.wait = value, 0
            if self.restore_best_weights:
                self._weights = self.model.get_weights()
            return
        self.wait += 1
        if self.wait < self.patience:
            return
        self.stopped_epoch = epoch
        self.model.stop_training = True
        if self._weights is not None:
            if self.verbose:
                print("Restoring model weights from the end of the best epoch.")
            self.model.set_weights(self._weights)

    def on_train_end(self, logs: Any = None) -> None:
        if self.stopped_epoch > 0 and self.verbose:
            print(f"Epoch {self.stopped_epoch + 1:05d}: early stopping")


class ReduceLROnPlateau(_Watcher):
    """A smaller learning rate where a training gets no better (API: tf.keras.callbacks.ReduceLROnPlateau).

    Args:
        monitor, mode, min_delta: what is looked at, and how much better it has to be.
        factor: what the rate is multiplied by.
        patience: how many epochs it may be no better.
        verbose: 1 prints the new rate.
        cooldown: how many epochs nothing is done after that.
        min_lr: the least rate.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(monitor, mode, kwargs.pop("epsilon", min_delta))
        if factor >= 1.0:
            raise ValueError("ReduceLROnPlateau does not support a factor >= 1.0.")
        self.factor, self.patience, self.verbose, self.cooldown, self.min_lr = (
            factor,
            patience,
            verbose,
            cooldown,
            min_lr,
        )
        self._first = self.best

    def on_train_begin(self, logs: Any = None) -> None:
        self.best, self.wait, self.cooldown_counter = self._first, 0, 0

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        rate = float(backend.get_value(self.model.optimizer.lr))
        if logs is not None:
            logs["lr"] = rate
        value = self._value(logs)
        if value is None:
            return
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.wait = 0
        if self._is_better(value):
            self.best, self.wait = value, 0
        elif self.cooldown_counter <= 0:
            self.wait += 1
            if self.wait >= self.patience and rate > self.min_lr:
                new = max(rate * self.factor, self.min_lr)
                backend.set_value(self.model.optimizer.lr, new)
                if self.verbose:
                    print(f"\nEpoch {epoch + 1:05d}: ReduceLROnPlateau reducing learning rate to {new}.")
                self.cooldown_counter, self.wait = self.cooldown, 0


class LearningRateScheduler(Callback):
    """Sets the learning rate of each epoch (API: tf.keras.callbacks.LearningRateScheduler).

    Args:
        schedule: a function of the epoch, from 0, and maybe of the rate until then.
        verbose: 1 prints the rate.
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        super().__init__()
        self.schedule, self.verbose = schedule, verbose

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        now = float(backend.get_value(self.model.optimizer.lr))
        try:
            rate = self.schedule(epoch, now)
        except TypeError:
            rate = self.schedule(epoch)
        if not isinstance(rate, (float, np.float32, np.float64)):
            raise ValueError(f'The output of the "schedule" function should be float. It is {rate!r}.')
        backend.set_value(self.model.optimizer.lr, rate)
        if self.verbose:
            print(f"\nEpoch {epoch + 1:05d}: LearningRateScheduler reducing learning rate to {rate}.")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if logs is not None:
            logs["lr"] = float(backend.get_value(self.model.optimizer.lr))


class CSVLogger(Callback):
    """Writes the numbers of each epoch as a line (API: tf.keras.callbacks.CSVLogger).

    Args:
        filename: the file.
        separator: between numbers.
        append: add to a file that is there.
    """

    def __init__(self, filename: str, separator: str = ",", append: bool = False) -> None:
        super().__init__()
        self.filename, self.sep, self.append = os.fspath(filename), separator, append
        self._file: TextIO | None = None
        self._names: list[str] = []

    def on_train_begin(self, logs: Any = None) -> None:
        self._has_heading = self.append and os.path.exists(self.filename) and os.path.getsize(self.filename) > 0
        self._file = open(self.filename, "a" if self.append else "w", newline="", encoding="utf-8")  # noqa: SIM115
        self._names = []

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self._file is None:
            return
        logs = logs or {}
        writer = csv.writer(self._file, delimiter=self.sep, lineterminator="\n")
        if not self._names:
            self._names = sorted(logs)
            if not self._has_heading:
                writer.writerow(["epoch", *self._names])
        writer.writerow([epoch, *(logs.get(name, "NA") for name in self._names)])
        self._file.flush()

    def on_train_end(self, logs: Any = None) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class TensorBoard(Callback):
    """Writes the graph, and the numbers of each epoch (API: tf.keras.callbacks.TensorBoard).

    Args:
        log_dir: where to.
        write_graph: whether the graph is written.
        update_freq: "epoch", "batch", or after so many samples.
        histogram_freq, write_grads, write_images, embeddings_freq: must be 0 or False.
        others: are not used.
    """

    def __init__(
        self,
        log_dir: str = "./logs",
        histogram_freq: int = 0,
        batch_size: int | None = 32,
        write_graph: bool = True,
        write_grads: bool = False,
        write_images: bool = False,
        embeddings_freq: int = 0,
        embeddings_layer_names: Any = None,
        embeddings_metadata: Any = None,
        embeddings_data: Any = None,
        update_freq: Any = "epoch",
        profile_batch: int = 2,
    ) -> None:
        if histogram_freq or write_grads or write_images or embeddings_freq:
            raise NotImplementedError(
                "tf.keras.callbacks.TensorBoard writes the graph and numbers; leave histogram_freq, write_grads, "
                "write_images and embeddings_freq out."
            )
        super().__init__()
        self.log_dir, self.write_graph = os.fspath(log_dir), write_graph
        self.update_freq = 1 if update_freq == "batch" else update_freq
        self._samples = self._since = 0

    def on_train_begin(self, logs: Any = None) -> None:
        self.writer = FileWriter(self.log_dir, self.model.graph if self.write_graph else None)

    def on_batch_end(self, batch: int, logs: Any = None) -> None:
        if self.update_freq == "epoch":
            return
        size = (logs or {}).get("size", 1)
        self._samples, self._since = self._samples + size, self._since + size
        if self._since >= self.update_freq:
            self._since = 0
            self._write({f"batch_{name}": value for name, value in (logs or {}).items()}, self._samples)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._write({f"epoch_{name}": value for name, value in (logs or {}).items()}, epoch)

    def _write(self, numbers: Logs, step: int) -> None:
        left_out = ("batch_batch", "batch_size")
        values = [
            Summary.Value(tag=name, simple_value=float(value))
            for name, value in numbers.items()
            if name not in left_out
        ]
        self.writer.add_summary(Summary(value=values), step)
        self.writer.flush()

    def on_train_end(self, logs: Any = None) -> None:
        self.writer.close()


class TerminateOnNaN(Callback):
    """Ends a training whose loss is no number (API: tf.keras.callbacks.TerminateOnNaN)."""

    def on_batch_end(self, batch: int, logs: Any = None) -> None:
        loss = (logs or {}).get("loss")
        if loss is not None and not np.isfinite(loss):
            print(f"Batch {batch}: Invalid loss, terminating training")
            self.model.stop_training = True


class LambdaCallback(Callback):
    """A callback of functions (API: tf.keras.callbacks.LambdaCallback).

    Args:
        on_epoch_begin, on_epoch_end, on_batch_begin, on_batch_end: functions of a number and the logs.
        on_train_begin, on_train_end: functions of the logs.
    """

    def __init__(
        self,
        on_epoch_begin: Any = None,
        on_epoch_end: Any = None,
        on_batch_begin: Any = None,
        on_batch_end: Any = None,
        on_train_begin: Any = None,
        on_train_end: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__()
        given = {
            "on_epoch_begin": on_epoch_begin, "on_epoch_end": on_epoch_end, "on_batch_begin": on_batch_begin,
            "on_batch_end": on_batch_end, "on_train_begin": on_train_begin, "on_train_end": on_train_end, **kwargs,
        }  # fmt: skip
        for name, function in given.items():
            if function is not None:
                setattr(self, name, function)
