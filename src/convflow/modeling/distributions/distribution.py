"""What all distributions share (API: tf.distributions.Distribution)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.core.shape import TensorShape, as_shape, unknown_shape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import is_tensor, name_scope
from convflow.graph.static_value import constant_value, constant_value_as_shape
from convflow.modeling.distributions import kullback_leibler
from convflow.ops import operators  # noqa: F401  (tensors get their operators)
from convflow.ops.array.concat import concat
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.math.comparison import equal
from convflow.ops.math.elementwise import exp, log, log1p, sqrt, square
from convflow.ops.math.reduce import reduce_prod


class ReparameterizationType:
    """Whether samples can be differentiated by the parameters (API: tf.distributions.ReparameterizationType).

    Args:
        rep_type: what the object is shown as.
    """

    def __init__(self, rep_type: str) -> None:
        self._rep_type = rep_type

    def __repr__(self) -> str:
        return f"<Reparameterization Type: {self._rep_type}>"


FULLY_REPARAMETERIZED = ReparameterizationType("FULLY_REPARAMETERIZED")
NOT_REPARAMETERIZED = ReparameterizationType("NOT_REPARAMETERIZED")

Way = tuple[str, Callable[[Tensor], Tensor] | None]


class Distribution:
    """A batch of distributions of one kind (API: tf.distributions.Distribution).

    A subclass says what it knows in methods with an underscore: `_sample_n(n, seed)`, `_log_prob(value)` or
    `_prob`, `_cdf` or `_log_cdf`, `_mean()`, `_variance()` or `_stddev`, `_mode()`, `_entropy()`, `_batch_shape()`,
    `_batch_shape_tensor()`, `_event_shape()`, `_event_shape_tensor()`. The rest follows. What does not follow is a
    NotImplementedError.

    Args:
        dtype: the type of samples.
        reparameterization_type: whether gradients pass through samples.
        validate_args: check parameters and values when run.
        allow_nan_stats: moments that do not exist are NaN, not an error.
        parameters: the constructor's arguments, for `copy`.
        graph_parents: the tensors that the distribution is made of.
        name: its name scope.

    Raises:
        ValueError: a graph parent that is no tensor.
    """

    _PARAMETERS: tuple[str, ...] = ()

    def __init__(
        self,
        dtype: Any,
        reparameterization_type: ReparameterizationType,
        validate_args: bool,
        allow_nan_stats: bool,
        parameters: dict[str, Any] | None = None,
        graph_parents: Sequence[Any] | None = None,
        name: str | None = None,
    ) -> None:
        for index, parent in enumerate(graph_parents or ()):
            if parent is None or not is_tensor(parent):
                raise ValueError(f"Graph parent item {index} is not a Tensor; {parent!r}.")
        if not name or not name.endswith("/"):
            with name_scope(name or type(self).__name__) as name:
                pass
        self._dtype = dtypes.as_dtype(dtype).base_dtype
        self._reparameterization_type = reparameterization_type
        self._validate_args = validate_args
        self._allow_nan_stats = allow_nan_stats
        self._parameters = dict(parameters or {})
        self._graph_parents = list(graph_parents or [])
        self._name = name

    @property
    def name(self) -> str:
        """The name scope of its nodes, with a slash."""
        return self._name

    @property
    def dtype(self) -> dtypes.DType:
        return self._dtype

    @property
    def parameters(self) -> dict[str, Any]:
        """The arguments it was made with."""
        return dict(self._parameters)

    @property
    def reparameterization_type(self) -> ReparameterizationType:
        return self._reparameterization_type

    @property
    def allow_nan_stats(self) -> bool:
        return self._allow_nan_stats

    @property
    def validate_args(self) -> bool:
        return self._validate_args

    def copy(self, **override_parameters_kwargs: Any) -> Any:
        """A distribution of the same kind with some parameters exchanged."""
        return type(self)(**{**self.parameters, **override_parameters_kwargs})

    @classmethod
    def param_shapes(cls, sample_shape: Any, name: str = "DistributionParamShapes") -> dict[str, Tensor]:
        """The shape of each parameter that makes samples of `sample_shape`."""
        with name_scope(name, values=[sample_shape]):
            if not cls._PARAMETERS:
                raise NotImplementedError(f"param_shapes is not implemented: {cls.__name__}")
            shape = convert_to_tensor(sample_shape, dtype=dtypes.int32)
            return dict.fromkeys(cls._PARAMETERS, shape)

    @classmethod
    def param_static_shapes(cls, sample_shape: Any) -> dict[str, TensorShape]:
        """`param_shapes` of a shape that is known."""
        if isinstance(sample_shape, TensorShape):
            if not sample_shape.is_fully_defined():
                raise ValueError(f"TensorShape sample_shape must be fully defined, got {sample_shape}.")
            sample_shape = sample_shape.as_list()
        known = {name: constant_value(shape) for name, shape in cls.param_shapes(sample_shape).items()}
        if any(shape is None for shape in known.values()):
            raise ValueError(f"sample_shape must be a fully-defined TensorShape or list/tuple, got {sample_shape!r}.")
        return {name: TensorShape(shape) for name, shape in known.items()}

    # Shapes

    def _batch_shape(self) -> TensorShape:
        return unknown_shape()

    def _event_shape(self) -> TensorShape:
        return unknown_shape()

    @property
    def batch_shape(self) -> TensorShape:
        """The shape of the batch of distributions."""
        return as_shape(self._batch_shape())

    @property
    def event_shape(self) -> TensorShape:
        """The shape of one sample of one distribution."""
        return as_shape(self._event_shape())

    def batch_shape_tensor(self, name: str = "batch_shape_tensor") -> Tensor:
        """The batch shape as an int32 vector."""
        return self._shape_tensor("batch_shape", self.batch_shape, name)

    def event_shape_tensor(self, name: str = "event_shape_tensor") -> Tensor:
        """The event shape as an int32 vector."""
        return self._shape_tensor("event_shape", self.event_shape, name)

    def _shape_tensor(self, what: str, known: TensorShape, name: str) -> Tensor:
        with self._name_scope(name):
            if known.is_fully_defined():
                return convert_to_tensor(known.as_list(), dtype=dtypes.int32, name=what)
            return self._known(f"_{what}_tensor")()

    def is_scalar_event(self, name: str = "is_scalar_event") -> Tensor:
        """Whether a sample of one distribution is a number."""
        with self._name_scope(name):
            return convert_to_tensor(self._is_scalar(self.event_shape, self.event_shape_tensor), name=name)

    def is_scalar_batch(self, name: str = "is_scalar_batch") -> Tensor:
        """Whether it is a single distribution."""
        with self._name_scope(name):
            return convert_to_tensor(self._is_scalar(self.batch_shape, self.batch_shape_tensor), name=name)

    def _is_scalar(self, known: TensorShape, tensor: Callable[[], Tensor]) -> Any:
        return equal(shape_of(tensor())[0], 0) if known.rank is None else known.rank == 0

    # Samples

    def sample(self, sample_shape: Any = (), seed: int | None = None, name: str = "sample") -> Tensor:
        """Independent samples.

        Args:
            sample_shape: how many to draw for each distribution: a size or a list of sizes.
            seed: the op's seed; see `tf.set_random_seed`.

        Returns:
            A tensor of shape `sample_shape + batch_shape + event_shape`.
        """
        with self._name_scope(name, [sample_shape]):
            wanted = convert_to_tensor(sample_shape, dtype=dtypes.int32, name="sample_shape")
            wanted, count = _as_vector(wanted)
            drawn = self._known("_sample_n")(count, seed)
            drawn = reshape(drawn, concat([wanted, shape_of(drawn)[1:]], 0))
            known = constant_value_as_shape(wanted)
            if None not in (known.rank, self.batch_shape.rank, self.event_shape.rank):
                drawn.set_shape(known.concatenate(self.batch_shape).concatenate(self.event_shape))
            return drawn

    # Functions of a value

    def log_prob(self, value: Any, name: str = "log_prob") -> Tensor:
        """The logarithm of the probability (density) of `value`."""
        return self._of_value(value, name, ("_log_prob", None), ("_prob", log))

    def prob(self, value: Any, name: str = "prob") -> Tensor:
        """The probability (density) of `value`."""
        return self._of_value(value, name, ("_prob", None), ("_log_prob", exp))

    def log_cdf(self, value: Any, name: str = "log_cdf") -> Tensor:
        """The logarithm of the probability of at most `value`."""
        return self._of_value(value, name, ("_log_cdf", None), ("_cdf", log))

    def cdf(self, value: Any, name: str = "cdf") -> Tensor:
        """The probability of at most `value`."""
        return self._of_value(value, name, ("_cdf", None), ("_log_cdf", exp))

    def log_survival_function(self, value: Any, name: str = "log_survival_function") -> Tensor:
        """The logarithm of the probability of more than `value`."""
        return self._of_value(value, name, ("_log_survival_function", None), ("cdf", lambda below: log1p(-below)))

    def survival_function(self, value: Any, name: str = "survival_function") -> Tensor:
        """The probability of more than `value`."""
        return self._of_value(value, name, ("_survival_function", None), ("cdf", lambda below: 1.0 - below))

    def quantile(self, value: Any, name: str = "quantile") -> Tensor:
        """What is exceeded with probability 1 - `value`."""
        return self._of_value(value, name, ("_quantile", None))

    # Moments

    def entropy(self, name: str = "entropy") -> Tensor:
        """Shannon's entropy, in nats."""
        return self._computed(name, ("_entropy", None))

    def mean(self, name: str = "mean") -> Tensor:
        return self._computed(name, ("_mean", None))

    def variance(self, name: str = "variance") -> Tensor:
        return self._computed(name, ("_variance", None), ("_stddev", square))

    def stddev(self, name: str = "stddev") -> Tensor:
        """The standard deviation."""
        return self._computed(name, ("_stddev", None), ("_variance", sqrt))

    def covariance(self, name: str = "covariance") -> Tensor:
        """The covariance matrix of the components of an event."""
        return self._computed(name, ("_covariance", None))

    def mode(self, name: str = "mode") -> Tensor:
        """The most probable value."""
        return self._computed(name, ("_mode", None))

    def cross_entropy(self, other: Distribution, name: str = "cross_entropy") -> Tensor:
        """The entropy of this one plus its divergence from `other`."""
        with self._name_scope(name):
            return kullback_leibler.cross_entropy(self, other, allow_nan_stats=self.allow_nan_stats)

    def kl_divergence(self, other: Distribution, name: str = "kl_divergence") -> Tensor:
        """How far it is from `other`; see `tf.distributions.kl_divergence`."""
        with self._name_scope(name):
            return kullback_leibler.kl_divergence(self, other, allow_nan_stats=self.allow_nan_stats)

    # Helpers

    def _of_value(self, value: Any, name: str, *ways: Way) -> Tensor:
        with self._name_scope(name, [value]):
            preferred = self.dtype if self.dtype.is_floating or self.dtype.is_integer else None
            value = convert_to_tensor(value, name="value", preferred_dtype=preferred)
            return self._first(name, ways, value)

    def _computed(self, name: str, *ways: Way) -> Tensor:
        with self._name_scope(name):
            return self._first(name, ways)

    def _first(self, name: str, ways: Sequence[Way], *values: Tensor) -> Tensor:
        """The first way that the subclass knows, its result transformed."""
        for method, transform in ways:
            if hasattr(self, method):
                result = getattr(self, method)(*values)
                return result if transform is None else transform(result)
        raise NotImplementedError(f"{ways[0][0].lstrip('_')} is not implemented: {type(self).__name__}")

    def _known(self, method: str) -> Callable[..., Tensor]:
        if not hasattr(self, method):
            raise NotImplementedError(f"{method.lstrip('_')} is not implemented: {type(self).__name__}")
        return getattr(self, method)

    @contextmanager
    def _name_scope(self, name: str | None = None, values: Sequence[Any] = ()) -> Iterator[str]:
        with name_scope(self.name), name_scope(name, values=[*values, *self._graph_parents]) as scope:
            yield scope

    def __str__(self) -> str:
        shapes = [("batch_shape", self.batch_shape), ("event_shape", self.event_shape)]
        known = "".join(f", {name}={shape}" for name, shape in shapes if shape.rank is not None)
        return f'tf.distributions.{type(self).__name__}("{self.name}"{known}, dtype={self.dtype.name})'

    def __repr__(self) -> str:
        return (
            f"<tf.distributions.{type(self).__name__} '{self.name}' batch_shape={self.batch_shape} "
            f"event_shape={self.event_shape} dtype={self.dtype.name}>"
        )


def _as_vector(sample_shape: Tensor) -> tuple[Tensor, Any]:
    """A size or sizes as a vector, and their product."""
    known, rank = constant_value(sample_shape), sample_shape.shape.rank
    count = reduce_prod(sample_shape) if known is None else np.prod(known, dtype=np.int32)
    if rank is None:
        return reshape(sample_shape, [-1]), count
    if rank > 1:
        raise ValueError(f"sample_shape must be a size or a vector of sizes, got shape {sample_shape.shape}.")
    if rank == 1:
        return sample_shape, count
    if known is not None:
        return convert_to_tensor(known.reshape(1), name="sample_shape"), count
    return reshape(sample_shape, [1]), count
