"""What Keras' optimizers share: settings that are variables, slots (API: tf.keras.optimizers.Optimizer)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from convflow.autodiff.gradients import gradients
from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.scopes import control_dependencies, name_scope
from convflow.modeling import tracking
from convflow.modeling.keras import backend
from convflow.modeling.variables.initializers import Constant
from convflow.modeling.variables.variable import Variable
from convflow.ops import operators as operators  # tensors get their operators
from convflow.ops.math.cast import cast
from convflow.ops.math.clip import clip_by_norm, clip_by_value
from convflow.training.keras import schedules

_ALIASES = {"lr": "learning_rate"}


def backend_gradients(loss: Any, variables: Any) -> list[Any]:
    """The derivatives of a loss with respect to variables (API: tf.keras.backend.gradients).

    Args:
        loss: a scalar tensor.
        variables: a list of variables or tensors.

    Returns:
        a tensor for each, None where the loss does not depend on it.
    """
    return gradients(loss, variables, unconnected_gradients="none")


class Optimizer:
    """What all share (API: tf.keras.optimizers.Optimizer). Subclasses give `_update`.

    The settings are attributes: numbers until the variables are made, then variables, which
    `tf.keras.backend.set_value` changes.

    Args:
        name: the scope of the variables.
        settings: numbers by name, `learning_rate` among them.
        kwargs: `lr`, the older name of learning_rate; `decay` of the learning rate, to 1 / (1 + decay * step) of it;
            `clipnorm`, `clipvalue`: the longest gradient of a variable, the largest number in one.

    Raises:
        TypeError: an unknown argument. ValueError: a negative number.
    """

    # The variables beside each trained one, and what they begin with.
    slots: ClassVar[tuple[str, ...]] = ()

    def __init__(self, name: str, settings: dict[str, Any], **kwargs: Any) -> None:
        allowed = ("lr", "decay", "clipnorm", "clipvalue")
        for key, value in kwargs.items():
            if key not in allowed:
                raise TypeError(f"Unexpected keyword argument passed to optimizer: {key}")
            if value is not None and value < 0:
                raise ValueError(f"Expected {key} >= 0, received: {value}")
        self._name = name
        settings = {**settings, "decay": kwargs.get("decay", 0.0)}
        if "lr" in kwargs:
            settings["learning_rate"] = kwargs["lr"]
        self._settings: dict[str, Any] = settings
        self._made: dict[str, Variable] = {}
        self._slots: dict[tuple[int, str], Variable] = {}
        self._iterations: Any = None
        self.clipnorm, self.clipvalue = kwargs.get("clipnorm"), kwargs.get("clipvalue")

    def __getattr__(self, name: str) -> Any:
        key = _ALIASES.get(name, name)
        settings = self.__dict__.get("_settings", {})
        if key not in settings:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return self._setting(key)

    def __setattr__(self, name: str, value: Any) -> None:
        key = _ALIASES.get(name, name)
        if key not in self.__dict__.get("_settings", {}):
            super().__setattr__(name, value)
        elif key in self._made:
            backend.set_value(self._made[key], value)
        else:
            self._settings[key] = value

    def _setting(self, name: str) -> Any:
        """The variable of a setting; a schedule's value at the step."""
        value = self._settings[name]
        if callable(value) and not isinstance(value, Variable):
            return value(self.iterations) if _takes_step(value) else value()
        if hasattr(value, "graph"):
            return value
        if name not in self._made:
            number = float(value)
            self._made[name] = _variable(name, (), lambda shape, dtype: Constant(number)(shape, dtype=dtype))
        return self._made[name]

    @property
    def iterations(self) -> Variable:
        """How many steps were made, an int64 variable."""
        if self._iterations is None:
            self._iterations = _variable("iter", (), lambda shape, dtype: Constant(0)(shape, dtype=dtype), dtypes.int64)
        return self._iterations

    @property
    def weights(self) -> list[Variable]:
        """The optimizer's variables: the step, then the slots."""
        return [*([] if self._iterations is None else [self._iterations]), *self._slots.values()]

    def variables(self) -> list[Variable]:
        return self.weights

    def get_weights(self) -> list[Any]:
        """The values of `weights`."""
        return backend.batch_get_value(self.weights)

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Write values into `weights`; ValueError for another number of them."""
        own = self.weights
        if len(own) != len(weights):
            raise ValueError(
                f"You called `set_weights(weights)` on optimizer {self._name} with a weight list of length "
                f"{len(weights)}, but the optimizer was expecting {len(own)} weights."
            )
        backend.batch_set_value(zip(own, weights, strict=True))

    def get_gradients(self, loss: Any, params: Sequence[Any]) -> list[Any]:
        """The gradients of a loss, clipped; ValueError where there is none."""
        with name_scope("gradients"):
            found = gradients(loss, list(params))
        for gradient, param in zip(found, params, strict=True):
            if gradient is None:
                raise ValueError(
                    f"Variable {param} has `None` for gradient. Please make sure that all of your ops have a gradient "
                    "defined, and that the loss depends on each trainable variable."
                )
        return [self._clipped(convert_to_tensor(gradient)) for gradient in found]

    def _clipped(self, gradient: Any) -> Any:
        if self.clipnorm is not None:
            gradient = clip_by_norm(gradient, self.clipnorm)
        if self.clipvalue is not None:
            gradient = clip_by_value(gradient, -self.clipvalue, self.clipvalue)
        return gradient

    def get_updates(self, loss: Any, params: Sequence[Any]) -> list[Any]:
        """The operations of a step."""
        with name_scope(self._name):
            return [self._apply(list(zip(self.get_gradients(loss, params), params, strict=True)))]

    def minimize(self, loss: Any, var_list: Any, grad_loss: Any = None, name: str | None = None) -> Any:
        """The operation of a step (API: tf.keras.optimizers.Optimizer.minimize)."""
        if callable(loss):
            loss = loss()
        params = var_list() if callable(var_list) else var_list
        return self.apply_gradients(zip(self.get_gradients(loss, params), params, strict=True), name)

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Any]], name: str | None = None) -> Any:
        """The operation that changes variables by their gradients.

        Raises:
            ValueError: no gradient.
        """
        pairs = [(gradient, var) for gradient, var in grads_and_vars if gradient is not None]
        if not pairs:
            raise ValueError("No gradients provided for any variable.")
        with name_scope(self._name):
            return self._apply(pairs)

    def _apply(self, pairs: list[tuple[Any, Any]]) -> Any:
        step = self.iterations
        for setting in self._settings:
            self._setting(setting)
        shared = self._shared(self._rate())
        self._make_slots([var for _, var in pairs])
        tracking.objects_made()
        updates = [
            self._with_constraint(var, self._update(convert_to_tensor(grad), var, shared)) for grad, var in pairs
        ]
        with control_dependencies(updates):
            return backend.done(step.assign_add(1))

    def _make_slots(self, variables: list[Any]) -> None:
        for slot in self.slots:
            for var in variables:
                self._slot(var, slot)

    def _with_constraint(self, var: Any, update: Any) -> Any:
        if getattr(var, "constraint", None) is None:
            return update
        with control_dependencies([update]):
            return backend.done(var.assign(var.constraint(var.read_value())))

    def _rate(self) -> Any:
        rate = self._setting("learning_rate")
        value = convert_to_tensor(rate.read_value() if isinstance(rate, Variable) else rate, dtype=dtypes.float32)
        if self._settings["decay"]:
            step: Any = cast(self.iterations.read_value(), dtypes.float32)
            value = value / (1.0 + self._setting("decay").read_value() * step)
        return value

    def _slot(self, var: Any, name: str) -> Any:
        key = (id(var), name)
        if key not in self._slots:
            first, called = self._first_value(name), var.name.partition(":")[0]
            self._slots[key] = _variable(
                f"{called}/{name}", var.shape.as_list(), lambda shape, dtype: Constant(first)(shape, dtype=dtype),
                var.dtype.base_dtype,
            )  # fmt: skip
        return self._slots[key]

    def get_slot(self, var: Any, slot_name: str) -> Any:
        """A variable beside a trained one; None if there is none."""
        return self._slots.get((id(var), slot_name))

    def get_slot_names(self) -> list[str]:
        """The names of the slots (API: tf.keras.optimizers.Optimizer.get_slot_names)."""
        return list(self.slots)

    def _checkpoint_children(self) -> dict[str, Any]:
        step = {} if self._iterations is None else {"iter": self._iterations}
        return {**step, **self._made}

    def _first_value(self, slot: str) -> float:
        return 0.0

    def _shared(self, rate: Any) -> dict[str, Any]:
        """What the updates of all variables take: the settings' values."""
        return {"lr": rate}

    def _number(self, name: str) -> Any:
        value = self._setting(name)
        return value.read_value() if isinstance(value, Variable) else convert_to_tensor(value)

    def _power(self, name: str) -> Any:
        """A setting to the power of the step's number."""
        step: Any = cast(self.iterations.read_value(), dtypes.float32)
        return self._number(name) ** (step + 1.0)

    def _update(self, grad: Any, var: Any, shared: dict[str, Any]) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not say what a step is: override _update.")

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal optimizer."""
        settings = {
            name: float(backend.get_value(self._made[name])) if name in self._made else _described(value)
            for name, value in self._settings.items()
        }
        clips = {name: getattr(self, name) for name in ("clipnorm", "clipvalue") if getattr(self, name) is not None}
        return {"name": self._name, **settings, **clips}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Optimizer:
        make: Any = cls
        rate = config.get("learning_rate")
        if isinstance(rate, dict):
            config = {**config, "learning_rate": schedules.deserialize(rate, custom_objects)}
        return make(**config)


def _takes_step(schedule: Any) -> bool:
    return hasattr(schedule, "get_config")


def _described(setting: Any) -> Any:
    return schedules.serialize(setting) if isinstance(setting, schedules.LearningRateSchedule) else setting


def made_variable(name: str, shape: Any, value: float) -> Variable:
    """A variable of an optimizer's own that begins as `value`."""
    return _variable(name, shape, lambda sizes, dtype: Constant(value)(sizes, dtype=dtype))


def _variable(name: str, shape: Any, make: Any, dtype: Any = dtypes.float32) -> Variable:
    made = Variable(lambda: make(list(shape), dtype), trainable=False, dtype=dtype, name=name, use_resource=True)
    return backend.track(made)
