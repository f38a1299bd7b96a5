"""Keras' models as estimators of scikit-learn (API: tf.keras.wrappers.scikit_learn)."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from convflow.datasets.labels import to_categorical
from convflow.training.keras.model import Model


def _arguments(function: Callable[..., Any]) -> list[str]:
    return [name for name in inspect.signature(function).parameters if name not in ("self", "args", "kwargs")]


class _Wrapped:
    """What both estimators share.

    Args:
        build_fn: makes the compiled model; if None, the method `__call__` of a subclass.
        sk_params: arguments of `build_fn` and of the model's `fit`, `predict`, `evaluate`, by name.

    Raises:
        ValueError: an argument that none of them has.
    """

    # The model's methods whose arguments may be set.
    _methods = ("fit", "predict", "evaluate")

    def __init__(self, build_fn: Callable[..., Any] | None = None, **sk_params: Any) -> None:
        self.build_fn, self.sk_params = build_fn, sk_params
        self.model: Any = None
        self.check_params(sk_params)

    def _builder(self) -> Callable[..., Any]:
        if self.build_fn is not None:
            return self.build_fn
        if not callable(self):
            raise ValueError("There is no model to train: pass build_fn, or give the subclass a method __call__.")
        return self.__call__

    def _known(self) -> dict[str, list[str]]:
        return {name: _arguments(getattr(Model, name)) for name in self._methods}

    def check_params(self, params: dict[str, Any]) -> None:
        """Refuse arguments that neither the model's methods nor `build_fn` have, with a ValueError."""
        known = {name for names in self._known().values() for name in names} | {"nb_epoch"}
        builder = self.build_fn if self.build_fn is not None else (self.__call__ if callable(self) else None)
        if builder is not None:
            if any(item.kind is item.VAR_KEYWORD for item in inspect.signature(builder).parameters.values()):
                return
            known |= set(_arguments(builder))
        for name in params:
            if name not in known:
                raise ValueError(
                    f"{name} is not a legal parameter. Expected an argument of build_fn or of the model's "
                    f"{', '.join(self._methods)}."
                )

    def get_params(self, **params: Any) -> dict[str, Any]:
        """The arguments, `build_fn` among them."""
        return {**copy.deepcopy(self.sk_params), "build_fn": self.build_fn}

    def set_params(self, **params: Any) -> Any:
        """Change arguments; ValueError for unknown ones."""
        if "build_fn" in params:
            self.build_fn = params.pop("build_fn")
        self.check_params(params)
        self.sk_params.update(params)
        return self

    def filter_sk_params(self, fn: Callable[..., Any], override: dict[str, Any] | None = None) -> dict[str, Any]:
        """The arguments that a function has."""
        names = _arguments(fn)
        return {name: value for name, value in self.sk_params.items() if name in names} | (override or {})

    def fit(self, x: Any, y: Any, **kwargs: Any) -> Any:
        """Make the model and train it.

        Args:
            x: examples, an array with the batch first. y: targets.
            kwargs: for `Model.fit`.

        Returns:
            What `Model.fit` returns.
        """
        builder = self._builder()
        self.model = builder(**self.filter_sk_params(builder))
        loss = self.model.loss
        name = loss if isinstance(loss, str) else getattr(loss, "__name__", "")
        if name == "categorical_crossentropy" and np.ndim(y) != 2:
            y = to_categorical(y)
        return self.model.fit(x, y, **self.filter_sk_params(self.model.fit, kwargs))

    def _evaluated(self, x: Any, y: Any, kwargs: dict[str, Any]) -> dict[str, float]:
        settings = self.filter_sk_params(self.model.evaluate, kwargs)
        found = self.model.evaluate(x, y, **settings)
        return dict(zip(self.model.metrics_names, found if isinstance(found, list) else [found], strict=True))


class KerasClassifier(_Wrapped):
    """A model that tells classes apart (API: tf.keras.wrappers.scikit_learn.KerasClassifier).

    Attributes:
        classes_: the classes, sorted. n_classes_: how many.
    """

    def fit(self, x: Any, y: Any, **kwargs: Any) -> Any:
        y = np.asarray(y)
        if y.ndim == 2 and y.shape[1] > 1:
            self.classes_ = np.arange(y.shape[1])
        elif y.ndim <= 1 or (y.ndim == 2 and y.shape[1] == 1):
            self.classes_ = np.unique(y)
            y = np.searchsorted(self.classes_, y)
        else:
            raise ValueError(f"Invalid shape for y: {y.shape}. Expected (number,), (number, 1) or (number, classes).")
        self.n_classes_ = len(self.classes_)
        return super().fit(x, y, **kwargs)

    def predict(self, x: Any, **kwargs: Any) -> np.ndarray:
        """The class of each example."""
        scores = self.model.predict(x, **self.filter_sk_params(self.model.predict, kwargs))
        numbers = scores.argmax(axis=-1) if scores.shape[-1] > 1 else (scores > 0.5).astype("int32")
        return self.classes_[numbers]

    def predict_proba(self, x: Any, **kwargs: Any) -> np.ndarray:
        """The probability of each class; of a model with one output those of no and yes."""
        scores = self.model.predict(x, **self.filter_sk_params(self.model.predict, kwargs))
        return np.hstack([1 - scores, scores]) if scores.shape[1] == 1 else scores

    def score(self, x: Any, y: Any, **kwargs: Any) -> float:
        """The part of the examples whose class is right; ValueError if the model has not the metric accuracy."""
        y = np.searchsorted(self.classes_, y)
        loss = self.model.loss
        name = loss if isinstance(loss, str) else getattr(loss, "__name__", "")
        if name == "categorical_crossentropy" and np.ndim(y) != 2:
            y = to_categorical(y, self.n_classes_)
        found = self._evaluated(x, y, kwargs)
        for key in ("accuracy", "acc"):
            if key in found:
                return found[key]
        raise ValueError(
            "The model is not configured to compute accuracy. You should pass `metrics=['accuracy']` to the "
            f"`model.compile()` method. It computes {', '.join(found)}."
        )


class KerasRegressor(_Wrapped):
    """A model that predicts numbers (API: tf.keras.wrappers.scikit_learn.KerasRegressor)."""

    def predict(self, x: Any, **kwargs: Any) -> np.ndarray:
        """The numbers for each example, without axes of size 1."""
        return np.squeeze(self.model.predict(x, **self.filter_sk_params(self.model.predict, kwargs)))

    def score(self, x: Any, y: Any, **kwargs: Any) -> float:
        """The loss times -1, as larger is better."""
        return -self._evaluated(x, y, kwargs)["loss"]
