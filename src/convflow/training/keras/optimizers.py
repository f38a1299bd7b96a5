"""Optimizers whose settings are variables (API: tf.keras.optimizers)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.scopes import control_dependencies
from convflow.modeling.keras import backend
from convflow.ops import operators as operators  # tensors get their operators
from convflow.ops.array.identity import identity
from convflow.ops.math.cast import cast
from convflow.ops.math.elementwise import sqrt
from convflow.ops.training.adadelta import resource_apply_adadelta
from convflow.ops.training.adagrad import resource_apply_adagrad_v2
from convflow.ops.training.adam import resource_apply_ada_max, resource_apply_adam, resource_apply_adam_with_amsgrad
from convflow.ops.training.ftrl import resource_apply_ftrl, resource_apply_ftrl_v2
from convflow.ops.training.gradient_descent import resource_apply_gradient_descent
from convflow.ops.training.momentum import resource_apply_keras_momentum
from convflow.ops.training.rmsprop import resource_apply_centered_rms_prop, resource_apply_rms_prop
from convflow.training.keras.optimizer_base import Optimizer, made_variable


class SGD(Optimizer):
    """Gradient descent, with momentum (API: tf.keras.optimizers.SGD).

    accum = momentum * accum - lr * grad; var += accum, with `nesterov` var += momentum * accum - lr * grad.

    Args:
        learning_rate: a number, a schedule, or a function without arguments.
        momentum: how much of the last step stays; 0 by default.
        nesterov: whether the gradient counts as if at the next place.
        name: the scope of the variables.
        kwargs: `lr`, `decay`, `clipnorm`, `clipvalue`: see `Optimizer`.

    Raises:
        TypeError: another keyword. ValueError: `lr`, `decay`, `clipnorm` or `clipvalue` is negative, or a momentum that
            is not from 0 to 1.
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
    """Gradients by the root of their mean square (API: tf.keras.optimizers.RMSprop; Hinton's lecture 6e).

    Args:
        learning_rate: a number, a schedule, or a function without arguments.
        rho: how much of the mean stays at each step.
        momentum: how much of the last step stays; 0 by default.
        epsilon: added to the divisor; None is `tf.keras.backend.epsilon()`.
        centered: whether the mean's square is taken off, which leaves the variance.
        name: the scope of the variables.
        kwargs: `lr`, `decay`, `clipnorm`, `clipvalue`: see `Optimizer`.

    Raises:
        TypeError: another keyword.
        ValueError: `lr`, `decay`, `clipnorm` or `clipvalue` is negative, or a momentum is not from 0 to 1.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float | None = 1e-7,
        centered: bool = False,
        name: str = "RMSprop",
        **kwargs: Any,
    ) -> None:
        if isinstance(momentum, (int, float)) and not 0 <= momentum <= 1:
            raise ValueError(f"`momentum` must be between [0, 1]. Received: {momentum}")
        super().__init__(name, {"learning_rate": learning_rate, "rho": rho, "momentum": momentum}, **kwargs)
        self.epsilon, self.centered, self._has_momentum = epsilon or backend.epsilon(), centered, bool(momentum)
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
        squares, updates = new_rms, [rms.assign(new_rms)]
        if self.centered:
            mean = self._slot(var, "mg")
            new_mean = rho * mean.read_value() + (1.0 - rho) * grad
            updates.append(mean.assign(new_mean))
            squares = new_rms - new_mean * new_mean
        root: Any = sqrt(squares)
        return backend.together(var.assign_sub(lr * grad / (root + self.epsilon)), *updates)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"epsilon": self.epsilon, "centered": self.centered}


class Adam(Optimizer):
    """Moving means of gradients and of their squares (API: tf.keras.optimizers.Adam; Kingma and Ba 2014).

    Args:
        learning_rate: a number, a schedule, or a function without arguments.
        beta_1, beta_2: how much of the means stay at each step.
        epsilon: added to the divisor; None is `tf.keras.backend.epsilon()`.
        amsgrad: whether the largest mean of squares so far counts (Reddi et al. 2018).
        name: the scope of the variables.
        kwargs: `lr`, `decay`, `clipnorm`, `clipvalue`: see `Optimizer`.

    Raises:
        TypeError: another keyword. ValueError: `lr`, `decay`, `clipnorm` or `clipvalue` is negative.
    """

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
    """Adam by the largest gradient (API: tf.keras.optimizers.Adamax; Kingma and Ba 2014, section 7).

    Args:
        learning_rate: a number, a schedule, or a function without arguments.
        beta_1, beta_2: how much of the mean, and of the largest gradient stay at each step.
        epsilon: added to the divisor; None is `tf.keras.backend.epsilon()`.
        name: the scope of the variables.
        kwargs: `lr`, `decay`, `clipnorm`, `clipvalue`: see `Optimizer`.

    Raises:
        TypeError: another keyword. ValueError: `lr`, `decay`, `clipnorm` or `clipvalue` is negative.
    """

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
    """Gradients by the root of the sum of their squares (API: tf.keras.optimizers.Adagrad; Duchi et al. 2011).

    Args:
        learning_rate: a number, a schedule, or a function without arguments.
        initial_accumulator_value: what the sums of squares begin with.
        epsilon: added to the divisor; None is `tf.keras.backend.epsilon()`.
        name: the scope of the variables.
        kwargs: `lr`, `decay`, `clipnorm`, `clipvalue`: see `Optimizer`.

    Raises:
        TypeError: another keyword. ValueError: `lr`, `decay`, `clipnorm` or `clipvalue` is negative, or a negative
            first value.
    """

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
    """Steps as large as earlier ones (API: tf.keras.optimizers.Adadelta; Zeiler 2012).

    Args:
        learning_rate: a number, a schedule, or a function without arguments.
        rho: how much of the means stays at each step.
        epsilon: added to the divisor; None is `tf.keras.backend.epsilon()`.
        name: the scope of the variables.
        kwargs: `lr`, `decay`, `clipnorm`, `clipvalue`: see `Optimizer`.

    Raises:
        TypeError: another keyword. ValueError: `lr`, `decay`, `clipnorm` or `clipvalue` is negative.
    """

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
    """Follow the regularized leader (API: tf.keras.optimizers.Ftrl; McMahan et al. 2013).

    Args:
        learning_rate: a number, a schedule, or a function without arguments.
        learning_rate_power: of the sum of squares that steps are multiplied by; -0.5, its inverse root, by default.
        initial_accumulator_value: what the sums of squares begin with.
        l1_regularization_strength, l2_regularization_strength: of the penalties on weights; 0 by default.
        l2_shrinkage_regularization_strength: of a penalty that changes the gradient alone; 0 by default.
        name: the scope of the variables.
        kwargs: `lr`, `decay`, `clipnorm`, `clipvalue`: see `Optimizer`.

    Raises:
        TypeError: another keyword. ValueError: a negative strength, first value or one of `kwargs`, or a power above 0.
    """

    slots = ("accumulator", "linear")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        name: str = "Ftrl",
        l2_shrinkage_regularization_strength: float = 0.0,
        **kwargs: Any,
    ) -> None:
        not_negative = {
            "initial_accumulator_value": initial_accumulator_value,
            "l1_regularization_strength": l1_regularization_strength,
            "l2_regularization_strength": l2_regularization_strength,
            "l2_shrinkage_regularization_strength": l2_shrinkage_regularization_strength,
        }
        for argument, value in not_negative.items():
            if value < 0.0:
                raise ValueError(f"{argument} {value} needs to be positive or zero. Give a number from 0 on.")
        if learning_rate_power > 0.0:
            raise ValueError(
                f"learning_rate_power {learning_rate_power} needs to be negative or zero. -0.5 is the inverse root."
            )
        super().__init__(name, {"learning_rate": learning_rate}, **kwargs)
        self._arguments = {**not_negative, "learning_rate_power": learning_rate_power}

    def _make_slots(self, variables: list[Any]) -> None:
        for var in variables:
            for slot in self.slots:
                self._slot(var, slot)

    def _first_value(self, slot: str) -> float:
        return self._arguments["initial_accumulator_value"] if slot == "accumulator" else 0.0

    def _update(self, grad: Any, var: Any, shared: dict[str, Any]) -> Any:
        slots = [self._slot(var, name).handle for name in self.slots]
        given = self._arguments
        strengths = {
            "lr": shared["lr"], "l1": given["l1_regularization_strength"], "l2": given["l2_regularization_strength"],
            "lr_power": given["learning_rate_power"],
        }  # fmt: skip
        shrinkage = given["l2_shrinkage_regularization_strength"]
        if shrinkage > 0.0:
            return resource_apply_ftrl_v2(var.handle, *slots, grad=grad, l2_shrinkage=shrinkage, **strengths)
        return resource_apply_ftrl(var.handle, *slots, grad=grad, **strengths)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | self._arguments


class Nadam(Optimizer):
    """Adam with Nesterov's momentum (API: tf.keras.optimizers.Nadam; Dozat 2015, with the schedule of section 4.1).

    Args:
        schedule_decay: how fast the momentum rises, 0.004 by default.
    """

    slots = ("m", "v")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float | None = 1e-7,
        name: str = "Nadam",
        **kwargs: Any,
    ) -> None:
        if callable(learning_rate):
            raise ValueError("The Nadam optimizer does not support a schedule as learning rate: pass a number.")
        decay = kwargs.pop("schedule_decay", 0.004)
        settings = {"learning_rate": learning_rate, "beta_1": beta_1, "beta_2": beta_2}
        super().__init__(name, settings, **kwargs, decay=decay)
        self.epsilon = epsilon or backend.epsilon()
        self._schedule_decay = decay
        self._product: Any = None

    @property
    def weights(self) -> list[Any]:
        known = super().weights
        return known if self._product is None else [*known[:1], self._product, *known[1:]]

    def _checkpoint_children(self) -> dict[str, Any]:
        own = {} if self._product is None else {"momentum_cache": self._product}
        return {**super()._checkpoint_children(), **own}

    def _rate(self) -> Any:
        return self._number("learning_rate")  # the decay is the momentum's

    def _momentum(self, step: Any) -> Any:
        return self._number("beta_1") * (1.0 - 0.5 * 0.96 ** (self._schedule_decay * step))

    def _shared(self, rate: Any) -> dict[str, Any]:
        if self._product is None:
            self._product = made_variable("momentum_cache", (), 1.0)
        step: Any = cast(self.iterations.read_value(), dtypes.float32) + 1.0
        now, then = self._momentum(step), self._momentum(step + 1.0)
        product = self._product.read_value() * now
        changed = self._product.assign(product)
        with control_dependencies([] if backend.done(changed) is None else [backend.done(changed)]):
            product = identity(product)
        return {
            "lr": rate, "now": now, "then": then, "product": product, "next": product * then,
            "beta_1": self._number("beta_1"), "beta_2": self._number("beta_2"),
            "corrected": 1.0 - self._number("beta_2") ** step,
        }  # fmt: skip

    def _update(self, grad: Any, var: Any, shared: dict[str, Any]) -> Any:
        m, v = (self._slot(var, name) for name in self.slots)
        mean = shared["beta_1"] * m.read_value() + (1.0 - shared["beta_1"]) * grad
        square = shared["beta_2"] * v.read_value() + (1.0 - shared["beta_2"]) * grad * grad
        ahead = (1.0 - shared["now"]) * grad / (1.0 - shared["product"]) + shared["then"] * mean / (
            1.0 - shared["next"]
        )
        root: Any = sqrt(square / shared["corrected"])
        changed = var.assign_sub(shared["lr"] * ahead / (root + self.epsilon))
        return backend.together(changed, m.assign(mean), v.assign(square))

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        return config | {"epsilon": self.epsilon, "schedule_decay": config.pop("decay")}


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

    def _checkpoint_children(self) -> dict[str, Any]:
        return self.optimizer._checkpoint_children()

    def get_slot_names(self) -> list[str]:
        return self.optimizer.get_slot_names()

    def get_slot(self, var: Any, slot_name: str) -> Any:
        return self.optimizer.get_slot(var, slot_name)


_KNOWN: dict[str, Any] = {
    cls.__name__.lower(): cls for cls in (SGD, RMSprop, Adam, Adamax, Nadam, Adagrad, Adadelta, Ftrl)
}


def get(identifier: Any) -> Optimizer:
    """The optimizer of a name, a configuration, one of tf.train's, or itself (API: tf.keras.optimizers.get).

    Args:
        identifier: a name such as "adam", `{"class_name": name, "config": {...}}`, an optimizer of Keras or tf.train.

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
    """A dictionary that `get` makes an equal optimizer of (API: tf.keras.optimizers.serialize).

    Args:
        optimizer: an optimizer of Keras.

    Returns:
        `{"class_name": name, "config": {...}}`.
    """
    return {"class_name": type(optimizer).__name__, "config": optimizer.get_config()}


def deserialize(config: Any, custom_objects: Any = None) -> Optimizer:
    """The optimizer of what `serialize` returned (API: tf.keras.optimizers.deserialize).

    Args:
        custom_objects: the program's own classes by name.

    Raises:
        ValueError: an unknown class.
    """
    own = (custom_objects or {}).get(config.get("class_name"))
    return own.from_config(config["config"]) if own is not None else get(config)
