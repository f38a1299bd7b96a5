"""Optimizers whose settings are variables (API: tf.keras.optimizers)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from convflow.autodiff.gradients import gradients
from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.scopes import control_dependencies, name_scope
from convflow.modeling.keras import backend
from convflow.modeling.variables.initializers import Constant
from convflow.modeling.variables.variable import Variable
from convflow.ops import operators as operators  # tensors get their operators
from convflow.ops.array.identity import group
from convflow.ops.math.cast import cast
from convflow.ops.math.clip import clip_by_norm, clip_by_value
from convflow.ops.math.elementwise import sqrt
from convflow.ops.training.adadelta import resource_apply_adadelta
from convflow.ops.training.adagrad import resource_apply_adagrad_v2
from convflow.ops.training.adam import resource_apply_ada_max, resource_apply_adam, resource_apply_adam_with_amsgrad
from convflow.ops.training.ftrl import resource_apply_ftrl
from convflow.ops.training.gradient_descent import resource_apply_gradient_descent
from convflow.ops.training.momentum import resource_apply_keras_momentum
from convflow.ops.training.rmsprop import resource_apply_centered_rms_prop, resource_apply_rms_prop

_ALIASES = {"lr": "learning_rate"}


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
        updates = [
            self._with_constraint(var, self._update(convert_to_tensor(grad), var, shared)) for grad, var in pairs
        ]
        with control_dependencies(updates):
            return step.assign_add(1).op

    def _make_slots(self, variables: list[Any]) -> None:
        for slot in self.slots:
            for var in variables:
                self._slot(var, slot)

    def _with_constraint(self, var: Any, update: Any) -> Any:
        if getattr(var, "constraint", None) is None:
            return update
        with control_dependencies([update]):
            return var.assign(var.constraint(var.read_value())).op

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
            first = self._first_value(name)
            self._slots[key] = _variable(
                f"{var.op.name}/{name}", var.shape.as_list(), lambda shape, dtype: Constant(first)(shape, dtype=dtype),
                var.dtype.base_dtype,
            )  # fmt: skip
        return self._slots[key]

    def get_slot(self, var: Any, slot_name: str) -> Variable:
        """A variable beside a trained one."""
        return self._slots[(id(var), slot_name)]

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
            name: float(backend.get_value(self._made[name])) if name in self._made else value
            for name, value in self._settings.items()
        }
        clips = {name: getattr(self, name) for name in ("clipnorm", "clipvalue") if getattr(self, name) is not None}
        return {"name": self._name, **settings, **clips}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Optimizer:
        make: Any = cls
        return make(**config)


def _takes_step(schedule: Any) -> bool:
    return hasattr(schedule, "get_config")


def _variable(name: str, shape: Any, make: Any, dtype: Any = dtypes.float32) -> Variable:
    made = Variable(lambda: make(list(shape), dtype), trainable=False, dtype=dtype, name=name, use_resource=True)
    return backend.track(made)


class SGD(Optimizer):
    """Gradient descent, with momentum (API: tf.keras.optimizers.SGD).

    accum = momentum * accum - lr * grad; var += accum, with `nesterov` var += momentum * accum - lr * grad.
    """

    def __init__(
        self, learning_rate: Any = 0.01, momentum: float = 0.0, nesterov: bool = False, name: str = "SGD", **kwargs: Any
    ) -> None:
        if isinstance(momentum, (int, float)) and not 0 <= momentum <= 1:
            raise ValueError(f"`momentum` must be between [0, 1]. Received: {momentum}")
        super().__init__(name, {"learning_rate": learning_rate, "momentum": momentum}, **kwargs)
        self.nesterov = nesterov
        self.slots = ("momentum",) if momentum else ()  # type: ignore[misc]

    def _update(self, grad: Any, var: Any, shared: dict[str, Any]) -> Any:
        if not self.slots:
            return resource_apply_gradient_descent(var.handle, alpha=shared["lr"], delta=grad)
        slot = self._slot(var, "momentum").handle
        return resource_apply_keras_momentum(
            var.handle, slot, shared["lr"], grad, shared["momentum"], use_nesterov=self.nesterov
        )

    def _shared(self, rate: Any) -> dict[str, Any]:
        return {"lr": rate, "momentum": self._number("momentum")}

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"nesterov": self.nesterov}


class RMSprop(Optimizer):
    """Gradients by the root of their mean square (API: tf.keras.optimizers.RMSprop; Hinton's lecture 6e)."""

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        name: str = "RMSprop",
        **kwargs: Any,
    ) -> None:
        super().__init__(name, {"learning_rate": learning_rate, "rho": rho, "momentum": momentum}, **kwargs)
        self.epsilon, self.centered, self._has_momentum = epsilon, centered, bool(momentum)
        self.slots = ("rms", *(["momentum"] if momentum else []), *(["mg"] if centered else []))  # type: ignore[misc]

    def _shared(self, rate: Any) -> dict[str, Any]:
        return {"lr": rate, "rho": self._number("rho"), "momentum": self._number("momentum")}

    def _update(self, grad: Any, var: Any, shared: dict[str, Any]) -> Any:
        lr, rho = shared["lr"], shared["rho"]
        rms = self._slot(var, "rms")
        if self._has_momentum:
            slots = [rms.handle, self._slot(var, "momentum").handle]
            if self.centered:
                slots = [self._slot(var, "mg").handle, *slots]
            apply = resource_apply_centered_rms_prop if self.centered else resource_apply_rms_prop
            return apply(var.handle, *slots, lr, rho, shared["momentum"], self.epsilon, grad)
        new_rms: Any = rho * rms.read_value() + (1.0 - rho) * grad * grad
        squares, updates = new_rms, [rms.assign(new_rms).op]
        if self.centered:
            mean = self._slot(var, "mg")
            new_mean = rho * mean.read_value() + (1.0 - rho) * grad
            updates.append(mean.assign(new_mean).op)
            squares = new_rms - new_mean * new_mean
        root: Any = sqrt(squares)
        return group(var.assign_sub(lr * grad / (root + self.epsilon)).op, *updates)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"epsilon": self.epsilon, "centered": self.centered}


class Adam(Optimizer):
    """Moving means of gradients and of their squares (API: tf.keras.optimizers.Adam; Kingma and Ba 2014)."""

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float | None = 1e-7,
        amsgrad: bool = False,
        name: str = "Adam",
        **kwargs: Any,
    ) -> None:
        super().__init__(name, {"learning_rate": learning_rate, "beta_1": beta_1, "beta_2": beta_2}, **kwargs)
        self.epsilon, self.amsgrad = epsilon or backend.epsilon(), amsgrad
        self.slots = ("m", "v", "vhat") if amsgrad else ("m", "v")  # type: ignore[misc]

    def _shared(self, rate: Any) -> dict[str, Any]:
        return {
            "beta1_power": self._power("beta_1"), "beta2_power": self._power("beta_2"), "lr": rate,
            "beta1": self._number("beta_1"), "beta2": self._number("beta_2"), "epsilon": self.epsilon,
        }  # fmt: skip

    def _update(self, grad: Any, var: Any, shared: dict[str, Any]) -> Any:
        slots = {name: self._slot(var, name).handle for name in self.slots}
        apply = resource_apply_adam_with_amsgrad if self.amsgrad else resource_apply_adam
        return apply(var.handle, **slots, **shared, grad=grad)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"epsilon": self.epsilon, "amsgrad": self.amsgrad}


class Adamax(Optimizer):
    """Adam by the largest gradient (API: tf.keras.optimizers.Adamax; Kingma and Ba 2014, section 7)."""

    slots = ("m", "v")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float | None = 1e-7,
        name: str = "Adamax",
        **kwargs: Any,
    ) -> None:
        super().__init__(name, {"learning_rate": learning_rate, "beta_1": beta_1, "beta_2": beta_2}, **kwargs)
        self.epsilon = epsilon or backend.epsilon()

    def _shared(self, rate: Any) -> dict[str, Any]:
        return {
            "beta1_power": self._power("beta_1"), "lr": rate, "beta1": self._number("beta_1"),
            "beta2": self._number("beta_2"), "epsilon": self.epsilon,
        }  # fmt: skip

    def _update(self, grad: Any, var: Any, shared: dict[str, Any]) -> Any:
        slots = {name: self._slot(var, name).handle for name in self.slots}
        return resource_apply_ada_max(var.handle, **slots, **shared, grad=grad)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"epsilon": self.epsilon}


class Adagrad(Optimizer):
    """Gradients by the root of the sum of their squares (API: tf.keras.optimizers.Adagrad; Duchi et al. 2011)."""

    slots = ("accumulator",)

    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        name: str = "Adagrad",
        **kwargs: Any,
    ) -> None:
        if initial_accumulator_value < 0.0:
            raise ValueError(f"initial_accumulator_value must be non-negative: {initial_accumulator_value}")
        super().__init__(name, {"learning_rate": learning_rate}, **kwargs)
        self.epsilon, self._initial = epsilon or backend.epsilon(), initial_accumulator_value

    def _first_value(self, slot: str) -> float:
        return self._initial

    def _update(self, grad: Any, var: Any, shared: dict[str, Any]) -> Any:
        slot = self._slot(var, "accumulator").handle
        return resource_apply_adagrad_v2(var.handle, slot, shared["lr"], self.epsilon, grad)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"epsilon": self.epsilon, "initial_accumulator_value": self._initial}


class Adadelta(Optimizer):
    """Steps as large as earlier ones (API: tf.keras.optimizers.Adadelta; Zeiler 2012)."""

    slots = ("accum_grad", "accum_var")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.95,
        epsilon: float = 1e-7,
        name: str = "Adadelta",
        **kwargs: Any,
    ) -> None:
        super().__init__(name, {"learning_rate": learning_rate, "rho": rho}, **kwargs)
        self.epsilon = epsilon or backend.epsilon()

    def _shared(self, rate: Any) -> dict[str, Any]:
        return {"lr": rate, "rho": self._number("rho"), "epsilon": self.epsilon}

    def _update(self, grad: Any, var: Any, shared: dict[str, Any]) -> Any:
        slots = [self._slot(var, name).handle for name in self.slots]
        return resource_apply_adadelta(var.handle, *slots, **shared, grad=grad)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"epsilon": self.epsilon}


class Ftrl(Optimizer):
    """Follow the regularized leader (API: tf.keras.optimizers.Ftrl; McMahan et al. 2013)."""

    slots = ("accumulator", "linear")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        name: str = "Ftrl",
        **kwargs: Any,
    ) -> None:
        super().__init__(name, {"learning_rate": learning_rate}, **kwargs)
        self._initial = initial_accumulator_value
        self._strengths = {
            "l1": l1_regularization_strength, "l2": l2_regularization_strength, "lr_power": learning_rate_power,
        }  # fmt: skip

    def _make_slots(self, variables: list[Any]) -> None:
        for var in variables:
            for slot in self.slots:
                self._slot(var, slot)

    def _first_value(self, slot: str) -> float:
        return self._initial if slot == "accumulator" else 0.0

    def _update(self, grad: Any, var: Any, shared: dict[str, Any]) -> Any:
        slots = [self._slot(var, name).handle for name in self.slots]
        return resource_apply_ftrl(var.handle, *slots, grad=grad, lr=shared["lr"], **self._strengths)


class TFOptimizer(Optimizer):
    """One of tf.train's, for a model.

    Args:
        optimizer: a `tf.train.Optimizer`.
    """

    def __init__(self, optimizer: Any) -> None:
        super().__init__("TFOptimizer", {})
        self.optimizer = optimizer

    def _apply(self, pairs: list[tuple[Any, Any]]) -> Any:
        operation = self.optimizer.apply_gradients(pairs, global_step=self.iterations)
        for variable in self.optimizer.variables():
            backend.track(variable)
        return operation


_KNOWN: dict[str, Any] = {cls.__name__.lower(): cls for cls in (SGD, RMSprop, Adam, Adamax, Adagrad, Adadelta, Ftrl)}


def get(identifier: Any) -> Optimizer:
    """The optimizer of a name, a configuration, one of tf.train's, or itself (API: tf.keras.optimizers.get).

    Raises:
        ValueError: anything else.
    """
    if isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, str) and identifier.lower() in _KNOWN:
        return _KNOWN[identifier.lower()]()
    if isinstance(identifier, dict) and str(identifier.get("class_name")).lower() in _KNOWN:
        return _KNOWN[identifier["class_name"].lower()].from_config(identifier["config"])
    if hasattr(identifier, "apply_gradients"):
        return TFOptimizer(identifier)
    raise ValueError(
        f"Could not interpret optimizer identifier: {identifier!r}. Expected an optimizer or one of "
        f"{', '.join(sorted(_KNOWN))}."
    )


def serialize(optimizer: Optimizer) -> dict[str, Any]:
    """A dictionary that `get` makes an equal optimizer of (API: tf.keras.optimizers.serialize)."""
    return {"class_name": type(optimizer).__name__, "config": optimizer.get_config()}
