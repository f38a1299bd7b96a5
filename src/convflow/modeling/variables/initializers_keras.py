"""The initializers of tf.keras, with its own defaults, and their names as strings."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.modeling.variables import by_name, initializers
from convflow.modeling.variables.initializers_matrix import Identity, Orthogonal


class RandomNormal(initializers.RandomNormal):
    """Normally distributed, with a deviation of 0.05 (API: tf.keras.initializers.RandomNormal).

    Args:
        mean: of the numbers; 0 by default.
        stddev: their standard deviation; 0.05 by default.
        seed: an int; with None the graph's seed decides.
        dtype: a floating type, where the call names none; float32 by default.

    Raises:
        ValueError: a type that is not floating.
    """

    def __init__(
        self, mean: Any = 0.0, stddev: Any = 0.05, seed: int | None = None, dtype: Any = dtypes.float32
    ) -> None:
        super().__init__(mean, stddev, seed, dtype)


class TruncatedNormal(initializers.TruncatedNormal):
    """As RandomNormal, within two deviations (API: tf.keras.initializers.TruncatedNormal).

    Args:
        mean: of the numbers; 0 by default.
        stddev: their standard deviation; 0.05 by default.
        seed: an int; with None the graph's seed decides.
        dtype: a floating type, where the call names none; float32 by default.

    Raises:
        ValueError: a type that is not floating.
    """

    def __init__(
        self, mean: Any = 0.0, stddev: Any = 0.05, seed: int | None = None, dtype: Any = dtypes.float32
    ) -> None:
        super().__init__(mean, stddev, seed, dtype)


class RandomUniform(initializers.RandomUniform):
    """Evenly distributed in [-0.05, 0.05) (API: tf.keras.initializers.RandomUniform).

    Args:
        minval: the smallest; -0.05 by default.
        maxval: the end, itself left out; 0.05 by default.
        seed: an int; with None the graph's seed decides.
        dtype: the type, where the call names none; float32 by default.
    """

    def __init__(
        self, minval: Any = -0.05, maxval: Any = 0.05, seed: int | None = None, dtype: Any = dtypes.float32
    ) -> None:
        super().__init__(minval, maxval, seed, dtype)


class _Named(initializers.VarianceScaling):
    """A scaling whose only argument is its seed."""

    def get_config(self) -> dict[str, Any]:
        return {"seed": self.seed}


class HeNormal(_Named):
    """Truncated normal of variance 2 / inputs (API: tf.keras.initializers.he_normal; He et al. 2015).

    Args:
        seed: an int; with None the graph's seed decides.
    """

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(2.0, "fan_in", "truncated_normal", seed)


class HeUniform(_Named):
    """Even within sqrt(6 / inputs) (API: tf.keras.initializers.he_uniform; He et al. 2015).

    Args:
        seed: an int; with None the graph's seed decides.
    """

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(2.0, "fan_in", "uniform", seed)


class LecunNormal(_Named):
    """Truncated normal of variance 1 / inputs (API: tf.keras.initializers.lecun_normal; LeCun et al. 1998).

    Args:
        seed: an int; with None the graph's seed decides.
    """

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(1.0, "fan_in", "truncated_normal", seed)


class LecunUniform(_Named):
    """Even within sqrt(3 / inputs) (API: tf.keras.initializers.lecun_uniform; LeCun et al. 1998).

    Args:
        seed: an int; with None the graph's seed decides.
    """

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(1.0, "fan_in", "uniform", seed)


_CLASSES: dict[str, type[initializers.Initializer]] = {
    "Zeros": initializers.Zeros,
    "Ones": initializers.Ones,
    "Constant": initializers.Constant,
    "RandomUniform": RandomUniform,
    "RandomNormal": RandomNormal,
    "TruncatedNormal": TruncatedNormal,
    "VarianceScaling": initializers.VarianceScaling,
    "Orthogonal": Orthogonal,
    "Identity": Identity,
    "GlorotUniform": initializers.GlorotUniform,
    "GlorotNormal": initializers.GlorotNormal,
    "HeUniform": HeUniform,
    "HeNormal": HeNormal,
    "LecunUniform": LecunUniform,
    "LecunNormal": LecunNormal,
}


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


KNOWN = {
    **{_snake(name): made for name, made in _CLASSES.items()},
    **_CLASSES,
    "uniform": RandomUniform,
    "normal": RandomNormal,
}
"""Initializers by the names that layers take."""


def get(identifier: Any) -> Any:
    """The initializer of a name, a dictionary, a class, or itself (API: tf.keras.initializers.get).

    Args:
        identifier: a name, `{"class_name": name, "config": {...}}`, a class, a function, or None, which stays None.

    Raises:
        ValueError: an unknown name, or nothing of these.
    """
    return by_name.get(identifier, KNOWN, "initializer")


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """The initializer that `serialize` described (API: tf.keras.initializers.deserialize).

    Args:
        custom_objects: further classes by their names.
    """
    return by_name.deserialize(config, {**KNOWN, **(custom_objects or {})}, "initializer")


def serialize(initializer: Any) -> Any:
    """A dictionary of the class's name and its arguments (API: tf.keras.initializers.serialize).

    Args:
        initializer: an object with `get_config`, or a function.

    Returns:
        `{"class_name": name, "config": {...}}`; of a function its name, of None None.

    Raises:
        ValueError: it has neither `get_config` nor a name.
    """
    return by_name.serialize(initializer)
