"""Learning rates of Keras' optimizers that change with the steps (API: tf.keras.optimizers.schedules)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from convflow.training import learning_rates


class LearningRateSchedule:
    """A learning rate for each step (API: tf.keras.optimizers.schedules.LearningRateSchedule).

    Subclasses give `__call__`, from the number of steps made to the rate, and `get_config`. An optimizer takes a
    schedule as its learning rate.
    """

    def __call__(self, step: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no rate: give it a method __call__(self, step).")

    def get_config(self) -> dict[str, Any]:
        raise NotImplementedError(f"{type(self).__name__} has no configuration: give it a method get_config(self).")

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> LearningRateSchedule:
        """The schedule of what `get_config` returned."""
        return cls(**config)


def _now(rate: Any) -> Any:
    """In eager mode the rates of tf.train are functions of the moment; a schedule is asked at that moment."""
    return rate() if callable(rate) else rate


class ExponentialDecay(LearningRateSchedule):
    """initial_learning_rate * decay_rate ^ (step / decay_steps) (API: tf.keras.optimizers.schedules.ExponentialDecay).

    Args:
        staircase: whether the exponent is rounded down.
    """

    def __init__(
        self,
        initial_learning_rate: Any,
        decay_steps: Any,
        decay_rate: Any,
        staircase: bool = False,
        name: str | None = None,
    ) -> None:
        self.initial_learning_rate, self.decay_steps, self.decay_rate = initial_learning_rate, decay_steps, decay_rate
        self.staircase, self.name = staircase, name

    def __call__(self, step: Any) -> Any:
        settings = (self.decay_steps, self.decay_rate, self.staircase, self.name)
        return _now(learning_rates.exponential_decay(self.initial_learning_rate, step, *settings))

    def get_config(self) -> dict[str, Any]:
        names = ("initial_learning_rate", "decay_steps", "decay_rate", "staircase", "name")
        return {name: getattr(self, name) for name in names}


class InverseTimeDecay(ExponentialDecay):
    """initial_learning_rate / (1 + decay_rate * step / decay_steps).

    API: tf.keras.optimizers.schedules.InverseTimeDecay.
    """

    def __call__(self, step: Any) -> Any:
        settings = (self.decay_steps, self.decay_rate, self.staircase, self.name)
        return _now(learning_rates.inverse_time_decay(self.initial_learning_rate, step, *settings))


class PiecewiseConstantDecay(LearningRateSchedule):
    """One rate up to and including each boundary, and one after (API: tf.keras.optimizers.schedules).

    Args:
        boundaries: steps in rising order.
        values: the rates, one more than boundaries.

    Raises:
        ValueError: another number of rates.
    """

    def __init__(self, boundaries: Sequence[Any], values: Sequence[Any], name: str | None = None) -> None:
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                "The length of boundaries should be 1 less than the length of values: they are "
                f"{len(boundaries)} and {len(values)}."
            )
        self.boundaries, self.values, self.name = boundaries, values, name

    def __call__(self, step: Any) -> Any:
        return _now(learning_rates.piecewise_constant(step, self.boundaries, self.values, self.name))

    def get_config(self) -> dict[str, Any]:
        return {"boundaries": self.boundaries, "values": self.values, "name": self.name}


class PolynomialDecay(LearningRateSchedule):
    """From one rate to another within `decay_steps` (API: tf.keras.optimizers.schedules.PolynomialDecay).

    (initial_learning_rate - end_learning_rate) * (1 - step / decay_steps) ^ power + end_learning_rate

    Args:
        cycle: whether it begins anew, for twice, thrice, ... the steps; else the rate stays at the end.
    """

    def __init__(
        self,
        initial_learning_rate: Any,
        decay_steps: Any,
        end_learning_rate: Any = 0.0001,
        power: Any = 1.0,
        cycle: bool = False,
        name: str | None = None,
    ) -> None:
        self.initial_learning_rate, self.decay_steps = initial_learning_rate, decay_steps
        self.end_learning_rate, self.power, self.cycle, self.name = end_learning_rate, power, cycle, name

    def __call__(self, step: Any) -> Any:
        settings = (self.decay_steps, self.end_learning_rate, self.power, self.cycle, self.name)
        return _now(learning_rates.polynomial_decay(self.initial_learning_rate, step, *settings))

    def get_config(self) -> dict[str, Any]:
        names = ("initial_learning_rate", "decay_steps", "end_learning_rate", "power", "cycle", "name")
        return {name: getattr(self, name) for name in names}


_CLASSES = {
    item.__name__: item for item in (ExponentialDecay, InverseTimeDecay, PiecewiseConstantDecay, PolynomialDecay)
}


def serialize(learning_rate_schedule: LearningRateSchedule) -> dict[str, Any]:
    """A dictionary that `deserialize` makes an equal schedule of (API: tf.keras.optimizers.schedules.serialize).

    Args:
        learning_rate_schedule: an instance of one of this module's classes or of the program's own.
    """
    return {"class_name": type(learning_rate_schedule).__name__, "config": learning_rate_schedule.get_config()}


def deserialize(config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> LearningRateSchedule:
    """The schedule of what `serialize` returned (API: tf.keras.optimizers.schedules.deserialize).

    Args:
        custom_objects: the program's own classes by name.

    Raises:
        ValueError: an unknown class.
    """
    classes = {**_CLASSES, **(custom_objects or {})}
    name = config["class_name"]
    if name not in classes:
        raise ValueError(f"Unknown decay: {name}. Pass it in custom_objects={{'{name}': {name}}}.")
    return classes[name].from_config(config["config"])
