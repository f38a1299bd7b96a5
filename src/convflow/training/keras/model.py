"""Models that train (API: tf.keras.models.Model)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from convflow.core import dtypes, logging
from convflow.graph.scopes import name_scope
from convflow.input.dataset import Dataset
from convflow.modeling.keras import backend
from convflow.modeling.keras.base import history
from convflow.modeling.keras.core import Input
from convflow.modeling.layers import structure
from convflow.ops.array.identity import group
from convflow.training.keras import data, model_files, objectives, optimizers
from convflow.training.keras.callbacks import Callback, CallbackList, History, ProgbarLogger
from convflow.training.keras.network import Network

_BATCH = 32


class _Batch(NamedTuple):
    """Arrays for one run, and how many examples they are."""

    inputs: list[np.ndarray]
    targets: list[np.ndarray]
    weights: list[np.ndarray]

    @property
    def size(self) -> int:
        return len((self.inputs or self.targets)[0])


class Model(Network):
    """Layers put together, trained by `fit` (API: tf.keras.models.Model, tf.keras.Model).

    Args:
        inputs, outputs: tensors of `tf.keras.Input` and of layers, or lists of them; none in a subclass that gives
            `call`.
        name: "model" and so on if None.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.optimizer: Any = None
        self.loss: Any = None
        self.history: Any = None
        self.stop_training = False
        self._compiled: dict[str, Any] | None = None
        self._objective: Any = None
        self._train_op: Any = None
        self._reset_op: Any = None

    # Compilation

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        metrics: Any = None,
        loss_weights: Any = None,
        sample_weight_mode: Any = None,
        weighted_metrics: Any = None,
        target_tensors: Any = None,
        distribute: Any = None,
        **kwargs: Any,
    ) -> None:
        """Say how the model is trained (API: tf.keras.models.Model.compile).

        Args:
            optimizer: one of tf.keras.optimizers or tf.train, or a name.
            loss: a function of what should be and what is, or a name; for several outputs a list, or a dict by output.
            metrics: what is followed: names, functions, `Metric`s; "accuracy" is the one that suits the loss.
            loss_weights: how much each output's loss counts.
            sample_weight_mode, weighted_metrics, target_tensors, distribute: must be None.

        Raises:
            ValueError: an unknown name, or another number of losses. NotImplementedError: what must be None.
        """
        for name, value in (
            ("sample_weight_mode", sample_weight_mode), ("weighted_metrics", weighted_metrics),
            ("target_tensors", target_tensors), ("distribute", distribute),
        ):  # fmt: skip
            if value is not None:
                raise NotImplementedError(f"Model.compile: {name} is not there; leave it out.")
        self.optimizer = optimizers.get(optimizer)
        self.loss, self.loss_weights = loss, loss_weights
        self._compiled = {"loss": loss, "loss_weights": loss_weights, "wanted_metrics": metrics}
        self._objective = self._train_op = None
        if self.outputs:
            self._make_objective()

    def _make_objective(self) -> Any:
        if self._compiled is None:
            raise RuntimeError(
                "You must compile your model before training/testing. Use `model.compile(optimizer, loss)`."
            )
        if self._objective is None:
            with self.graph.as_default():
                self._objective = objectives.build(
                    self.outputs, self.output_names, model_losses=self.losses, **self._compiled
                )
                self._reset_op = group(*(metric.reset_op() for metric in self._objective.metrics))
        return self._objective

    @property
    def graph(self) -> Any:
        return self.outputs[0].graph if self.outputs else super().graph

    @property
    def metrics_names(self) -> list[str]:
        return self._make_objective().names

    @property
    def metrics(self) -> list[Any]:
        return self._make_objective().metrics

    @property
    def total_loss(self) -> Any:
        return self._make_objective().total

    def _training(self) -> Any:
        """The operation of a step."""
        objective = self._make_objective()
        if self._train_op is None:
            weights = self.trainable_weights
            if not weights:
                logging.warning("The model has no trainable weights: training changes nothing.")
            with self.graph.as_default(), name_scope("training"):
                steps = self.optimizer.get_updates(objective.total, weights) if weights else []
                self._train_op = group(*steps, *self.updates)
        return self._train_op

    def _set_inputs(self, batch: Any) -> None:
        """Connect a model that is a subclass to placeholders like some arrays."""
        if self.outputs:
            return
        single = not isinstance(batch, (list, tuple, dict))
        items = {"input_1": batch} if single else dict(batch) if isinstance(batch, dict) else dict(enumerate(batch))
        made = {}
        for key, item in items.items():
            array = np.asarray(item)
            kind = dtypes.as_dtype(array.dtype)
            shape = array.shape[1:] if array.ndim > 1 else (1,)
            made[key] = Input(shape, dtype=kind if not kind.is_floating else None)
        inputs: Any = next(iter(made.values())) if single else made if isinstance(batch, dict) else list(made.values())
        outputs = self(inputs)
        self._input_structure, self._output_structure = inputs, outputs
        self.inputs, self.outputs = list(structure.flat(inputs)), list(structure.flat(outputs))
        self.input_names = [history(tensor)[0].name for tensor in self.inputs]  # type: ignore[index]
        self.output_names = [f"output_{number}" for number in range(1, len(self.outputs) + 1)]

    # One run

    def _batch(self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None) -> _Batch:
        """Arrays as the placeholders take them."""
        self._set_inputs(x)
        inputs = data.arrays(x, self.input_names, [tensor.shape for tensor in self.inputs], "input")
        if y is None and self._compiled is None:
            return _Batch(inputs, [], [])
        objective = self._objective if self._compiled is None else self._make_objective()
        if y is None or objective is None:
            return _Batch(inputs, [], [])
        names = [target.op.name.removesuffix("_target") for target in objective.targets]
        if isinstance(y, dict):
            names = [name for name in self.output_names if name in y]
        targets = data.arrays(y, names, [target.shape for target in objective.targets], "target")
        weights = data.sample_weights(sample_weight, class_weight, targets, len(targets))
        _check_lengths(inputs, targets)
        return _Batch(inputs, targets, weights)

    def _feeds(self, batch: _Batch, is_learning: bool) -> dict[Any, Any]:
        fed = dict(zip(self.inputs, batch.inputs, strict=False))
        if self._objective is not None and batch.targets:
            fed |= dict(zip(self._objective.targets, batch.targets, strict=True))
            fed |= dict(zip(self._objective.weights, batch.weights, strict=True))
        return fed | backend.learning_phase_feeds(is_learning)

    def _run(self, batch: _Batch, is_learning: bool) -> list[float]:
        """The loss and what follows it in `metrics_names`, of one batch; it is trained on if `is_learning`."""
        objective = self._make_objective()
        with self.graph.as_default():
            extra = [self._training()] if is_learning else self.state_updates
            fetched = [objective.total, *objective.parts, *objective.results]
            return backend.get_session().run([fetched, extra], self._feeds(batch, is_learning))[0]

    def _predict(self, batch: _Batch) -> list[np.ndarray]:
        with self.graph.as_default():
            return backend.get_session().run([self.outputs, self.state_updates], self._feeds(batch, False))[0]

    def reset_metrics(self) -> None:
        """The metrics begin anew."""
        if self._make_objective().metrics:
            with self.graph.as_default():
                backend.get_session().run(self._reset_op)

    def train_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None, reset_metrics: bool = True
    ) -> Any:
        """One step; the loss, with metrics a list (API: tf.keras.models.Model.train_on_batch)."""
        batch = self._batch(x, y, sample_weight, class_weight)
        if reset_metrics:
            self.reset_metrics()
        return _unpacked(self._run(batch, True))

    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, reset_metrics: bool = True) -> Any:
        """The loss of a batch, with metrics a list (API: tf.keras.models.Model.test_on_batch)."""
        batch = self._batch(x, y, sample_weight)
        if reset_metrics:
            self.reset_metrics()
        return _unpacked(self._run(batch, False))

    def predict_on_batch(self, x: Any) -> Any:
        """The outputs for a batch (API: tf.keras.models.Model.predict_on_batch)."""
        return _unpacked(self._predict(self._batch(x)))

    # Many runs

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: int = 1,
        callbacks: Sequence[Callback] | None = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: Any = True,
        class_weight: Any = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_freq: int = 1,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        **kwargs: Any,
    ) -> History:
        """Train (API: tf.keras.models.Model.fit).

        Args:
            x, y: arrays, lists or dicts of them; or `x` a dataset, generator or `tf.keras.utils.Sequence` of pairs.
            batch_size: examples in a step, 32 by default.
            epochs, initial_epoch: up to which epoch, and from which on.
            verbose: 1 for a bar, 2 for a line each epoch, 0 for nothing.
            callbacks: what is done along the way.
            validation_split: the part at the end of the data that is not trained on.
            validation_data: what the model is evaluated on after epochs.
            shuffle: whether examples come in another order each epoch.
            class_weight, sample_weight: how much examples count.
            steps_per_epoch, validation_steps: batches of data that have no end.
            validation_freq: after every so many epochs.
            max_queue_size, workers, use_multiprocessing: are not used: batches come from the thread that trains.

        Returns:
            A `History`: its `history` has lists of numbers by name.

        Raises:
            ValueError: data of other shapes. RuntimeError: the model is not compiled.
        """
        epochs = kwargs.pop("nb_epoch", epochs)
        if kwargs:
            raise TypeError(f"Unrecognized keyword arguments: {sorted(kwargs)}")
        self._check_compiled()
        loop = _Loop(self, callbacks, epochs, initial_epoch, verbose)
        if _comes_in_batches(x):
            validate = self._validator(validation_data, None, validation_steps, validation_freq)
            return loop.run_steps(data.batches(x, forever=True), _steps(x, steps_per_epoch), class_weight, validate)
        batch = self._batch(x, y, sample_weight, class_weight)
        held_out: Any = validation_data
        if validation_split and validation_data is None:
            parts = [data.split(arrays, validation_split) for arrays in batch]
            batch, held_out = _Batch(*(part[0] for part in parts)), _Batch(*(part[1] for part in parts))
        validate = self._validator(held_out, batch_size, validation_steps, validation_freq)
        return loop.run_arrays(batch, batch_size or _BATCH, bool(shuffle), steps_per_epoch, validate)

    def _check_compiled(self) -> None:
        if self._compiled is None:
            raise RuntimeError(
                "You must compile your model before training/testing. Use `model.compile(optimizer, loss)`."
            )

    def _validator(self, held_out: Any, batch_size: int | None, steps: int | None, every: int) -> _Validator | None:
        if held_out is None:
            return None
        if isinstance(held_out, tuple) and not isinstance(held_out, _Batch):
            held_out = self._batch(*held_out)
        return _Validator(held_out, batch_size or _BATCH, steps, every)

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: int = 1,
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
    ) -> Any:
        """The loss over some data, with metrics a list (API: tf.keras.models.Model.evaluate). Arguments: see `fit`."""
        self._check_compiled()
        if not _comes_in_batches(x):
            x = self._batch(x, y, sample_weight)
            if verbose:
                total = x.size
                values = self._evaluated(x, batch_size or _BATCH, steps)
                print(
                    f"{total}/{total} [{'=' * 30}]"
                    + "".join(f" - {n}: {v:.4f}" for n, v in zip(self.metrics_names, values, strict=True))
                )
                return _unpacked(values)
        return _unpacked(self._evaluated(x, batch_size or _BATCH, steps))

    def _evaluated(self, source: Any, batch_size: int, steps: int | None) -> list[float]:
        if isinstance(source, _Batch):
            parts: Iterator[_Batch] = _slices(source, batch_size)
        else:
            limit = _steps(source, steps)
            parts = (self._batch(*item) for item in data.batches(source, forever=limit is not None))
            steps = limit
        mean: Any = None
        is_reset = False
        for number, batch in enumerate(parts):
            if steps is not None and number >= steps:
                break
            if not is_reset:
                self.reset_metrics()
                is_reset, mean = True, _Means(self._make_objective())
            mean.add(self._run(batch, False), batch.size)
        if mean is None:
            raise ValueError("Expected data to evaluate the model on; there was none.")
        return mean.values

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: int = 0,
        steps: int | None = None,
        callbacks: Any = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
    ) -> Any:
        """The outputs for some data (API: tf.keras.models.Model.predict). Arguments: see `fit`."""
        if _comes_in_batches(x):
            limit = _steps(x, steps)
            parts: Any = (self._batch(item[0]) for item in data.batches(x, forever=limit is not None))
        else:
            limit, parts = steps, _slices(self._batch(x), batch_size or _BATCH)
        found = []
        for number, batch in enumerate(parts):
            if limit is not None and number >= limit:
                break
            found.append(self._predict(batch))
        return _unpacked([np.concatenate(column) for column in zip(*found, strict=True)])

    def fit_generator(
        self, generator: Any, steps_per_epoch: int | None = None, epochs: int = 1, **kwargs: Any
    ) -> History:
        """Train on batches of a generator (API: tf.keras.models.Model.fit_generator). Arguments: see `fit`."""
        return self.fit(generator, steps_per_epoch=steps_per_epoch, epochs=epochs, **kwargs)

    def evaluate_generator(self, generator: Any, steps: int | None = None, verbose: int = 0, **kwargs: Any) -> Any:
        """`evaluate` on batches of a generator (API: tf.keras.models.Model.evaluate_generator)."""
        return self.evaluate(generator, steps=steps, verbose=verbose, **kwargs)

    def predict_generator(self, generator: Any, steps: int | None = None, **kwargs: Any) -> Any:
        """`predict` on batches of a generator (API: tf.keras.models.Model.predict_generator)."""
        return self.predict(generator, steps=steps, **kwargs)

    def save(self, filepath: str, overwrite: bool = True, include_optimizer: bool = True, **kwargs: Any) -> None:
        """Write configuration, weights and training to an HDF5 file (API: tf.keras.models.Model.save).

        Args:
            filepath: the HDF5 file.
            overwrite: whether a file that is there may be replaced.
            include_optimizer: whether the optimizer and its variables are written too.
            kwargs: `save_format`: "h5", or None for that; `signatures`, `options`: of the other format, not used.

        Raises:
            ImportError: the package h5py is not installed. NotImplementedError: another format.
            FileExistsError: the file is there and may not be replaced.
        """
        model_files.save(self, filepath, overwrite, include_optimizer, **kwargs)


class _Validator(NamedTuple):
    """What a model is evaluated on along a training."""

    source: Any
    batch_size: int
    steps: int | None
    every: int

    def numbers(self, model: Model, epoch: int) -> dict[str, float]:
        if (epoch + 1) % self.every:
            return {}
        values = model._evaluated(self.source, self.batch_size, self.steps)
        return {f"val_{name}": value for name, value in zip(model.metrics_names, values, strict=True)}


class _Means:
    """The loss as a mean over examples, those of outputs over batches; metrics keep their own count."""

    def __init__(self, objective: Any) -> None:
        self._parts = np.zeros(len(objective.parts))
        self._total, self._count, self._batches = 0.0, 0, 0
        self._last: list[float] = []

    def add(self, values: Sequence[Any], size: int) -> None:
        after = 1 + len(self._parts)
        self._total += float(values[0]) * size
        self._parts += np.asarray(values[1:after], float)
        self._count, self._batches = self._count + size, self._batches + 1
        self._last = [float(value) for value in values[after:]]

    @property
    def values(self) -> list[float]:
        parts = (self._parts / max(self._batches, 1)).tolist()
        return [self._total / max(self._count, 1), *parts, *self._last]


class _Loop:
    """The epochs of a training."""

    def __init__(self, model: Model, callbacks: Any, epochs: int, first: int, verbose: int) -> None:
        self._model, self._given, self._epochs, self._first, self._verbose = model, callbacks, epochs, first, verbose

    def _begin(self, samples: int | None, steps: int | None, validate: Any) -> CallbackList:
        model = self._model
        model.stop_training = False
        model.history = History()
        own: list[Callback] = [ProgbarLogger("samples" if samples else "steps", model.metrics_names[1:])]
        callbacks = [*(own if self._verbose else []), *(self._given or []), model.history]
        names = model.metrics_names + ([f"val_{name}" for name in model.metrics_names] if validate else [])
        params = {
            "epochs": self._epochs, "steps": steps, "samples": samples, "verbose": self._verbose,
            "do_validation": validate is not None, "metrics": names,
        }  # fmt: skip
        found = CallbackList(callbacks, model, params)
        found.tell("train_begin", {})
        return found

    def run_arrays(
        self, batch: _Batch, size: int, shuffle: bool, steps: int | None, validate: _Validator | None
    ) -> History:
        if self._verbose:
            held_out = (
                f", validate on {validate.source.size} samples"
                if validate and isinstance(validate.source, _Batch)
                else ""
            )
            print(f"Train on {batch.size} samples{held_out}")
        callbacks = self._begin(batch.size, steps, validate)

        def parts() -> Iterator[_Batch]:
            order = np.arange(batch.size)
            if shuffle:
                np.random.shuffle(order)
            for number, start in enumerate(range(0, batch.size, size)):
                if steps is not None and number >= steps:
                    return
                rows = order[start : start + size]
                yield _Batch(*([array[rows] for array in arrays] for arrays in batch))

        return self._run(parts, callbacks, validate)

    def run_steps(
        self, items: Iterator[Any], steps: int | None, class_weight: Any, validate: _Validator | None
    ) -> History:
        model = self._model
        first = next(items, None)
        if first is None:
            raise ValueError("Expected data to train on; the first batch was missing.")
        model._batch(first[0], first[1], first[2], class_weight)
        callbacks = self._begin(None, steps, validate)
        waiting = [first]

        def parts() -> Iterator[_Batch]:
            number = 0
            while steps is None or number < steps:
                item = waiting.pop() if waiting else next(items, None)
                if item is None:
                    return
                number += 1
                yield model._batch(item[0], item[1], item[2], class_weight)

        return self._run(parts, callbacks, validate)

    def _run(
        self, parts: Callable[[], Iterator[_Batch]], callbacks: CallbackList, validate: _Validator | None
    ) -> History:
        model = self._model
        for epoch in range(self._first, self._epochs):
            callbacks.tell("epoch_begin", epoch, {})
            model.reset_metrics()
            mean = _Means(model._make_objective())
            for number, batch in enumerate(parts()):
                logs: dict[str, Any] = {"batch": number, "size": batch.size}
                callbacks.tell("train_batch_begin", number, logs)
                values = model._run(batch, True)
                mean.add(values, batch.size)
                logs |= {name: float(value) for name, value in zip(model.metrics_names, values, strict=True)}
                callbacks.tell("train_batch_end", number, logs)
                if model.stop_training:
                    break
            numbers = dict(zip(model.metrics_names, mean.values, strict=True))
            if validate is not None:
                numbers |= validate.numbers(model, epoch)
            callbacks.tell("epoch_end", epoch, numbers)
            if model.stop_training:
                break
        callbacks.tell("train_end", {})
        return model.history


def _slices(batch: _Batch, size: int) -> Iterator[_Batch]:
    for start in range(0, batch.size, size):
        yield _Batch(*([array[start : start + size] for array in arrays] for arrays in batch))


def _comes_in_batches(x: Any) -> bool:
    """Whether it is a dataset, a generator or a `Sequence`, not arrays."""
    if isinstance(x, Dataset):
        return True
    is_array = isinstance(x, (np.ndarray, list, tuple, dict)) or hasattr(x, "to_numpy") or x is None
    return not is_array and (hasattr(x, "__next__") or hasattr(x, "__getitem__"))


def _steps(x: Any, given: int | None) -> int | None:
    """How many batches an epoch has; None for all of a dataset or generator."""
    if given is None and hasattr(x, "__len__"):
        return len(x)
    return given


def _check_lengths(inputs: list[np.ndarray], targets: list[np.ndarray]) -> None:
    sizes = {len(array) for array in (*inputs, *targets)}
    if len(sizes) > 1:
        raise ValueError(
            f"Input arrays should have the same number of samples as target arrays. Found {len(inputs[0])} input "
            f"samples and {len(targets[0])} target samples."
        )


def _unpacked(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values
