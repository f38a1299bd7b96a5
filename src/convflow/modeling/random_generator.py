"""Random numbers of a program's own, whose place a variable keeps (API: tf.random.experimental.Generator)."""

from __future__ import annotations

import secrets
from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.tracking import AutoTrackable
from convflow.modeling.variables.variable import Variable
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import constant, zeros, zeros_like
from convflow.ops.array.reshape import reshape
from convflow.ops.array.stack import stack, unstack
from convflow.ops.math.arithmetic import add, multiply, subtract
from convflow.ops.math.cast import cast
from convflow.ops.random_stateful import RNG_ALG_PHILOX, STATE_SIZE

_ALGORITHMS = {"philox": RNG_ALG_PHILOX, RNG_ALG_PHILOX: RNG_ALG_PHILOX}
_WORD = 1 << 64


def create_rng_state(seed: Any, alg: Any) -> Tensor:
    """The state that a generator of a seed begins with (API: tf.random.experimental.create_rng_state).

    Args:
        seed: a Python integer of up to 192 bits, or an integer tensor of up to three numbers.
        alg: "philox" or 1, the only algorithm.

    Returns:
        int64, [3]: the counter's lower and upper half, and the key.

    Raises:
        ValueError: another algorithm. TypeError: a seed that is no integer.
    """
    _checked(alg)
    if isinstance(seed, int):
        words = [seed >> 64 * place & (_WORD - 1) for place in range(STATE_SIZE)]
        return constant([_signed(word) for word in words], dtype=dtypes.int64)
    given = convert_to_tensor(seed)
    if not given.dtype.is_integer:
        raise TypeError(f"A seed must be of an integer type, got {given.dtype.name}.")
    flat = reshape(cast(given, dtypes.int64), [-1])[:STATE_SIZE]
    missing = STATE_SIZE - (flat.shape[0].value or 0)
    return flat if missing <= 0 else concat([flat, zeros([missing], dtypes.int64)], 0)


def _signed(word: int) -> int:
    return word - _WORD if word >= _WORD // 2 else word


def _checked(alg: Any) -> int:
    if alg not in _ALGORITHMS:
        raise ValueError(f"The algorithm {alg!r} is not supported: there is 'philox', or 1, alone.")
    return _ALGORITHMS[alg]


class Generator(AutoTrackable):
    """Draws random numbers; each run goes on where the last one ended (API: tf.random.experimental.Generator).

    Numbers are those of Philox, TensorFlow's. The place is a variable that is not trained, which initializers set and
    checkpoints keep.

    Args:
        copy_from: another generator, to begin where it stands.
        state: without one: three int64, as of `create_rng_state`.
        alg: "philox" or 1, with a state.

    Raises:
        ValueError: another algorithm, or a state whose shape is not [3].
    """

    def __init__(self, copy_from: Generator | None = None, state: Any = None, alg: Any = None) -> None:
        if copy_from is not None:
            if state is not None or alg is not None:
                raise ValueError("A generator is made of another one or of a state and an algorithm, not of both.")
            state, alg = copy_from.state.value(), copy_from.algorithm
        self._alg = _checked(alg)
        initial = convert_to_tensor(state, dtype=dtypes.int64)
        if not initial.shape.is_compatible_with([STATE_SIZE]):
            raise ValueError(f"The state of Philox must have the shape [{STATE_SIZE}], got {initial.shape}.")
        # Another generator's variable is initialized before this one; what is drawn is drawn when this one is.
        value = initial if copy_from is not None else lambda: initial
        self._state: Any = Variable(value, dtype=dtypes.int64, trainable=False, name="StateVar", use_resource=True)

    @classmethod
    def from_state(cls, state: Any, alg: Any) -> Generator:
        """A generator at a place.

        Args:
            state: int64, [3].
            alg: "philox" or 1.
        """
        return cls(state=state, alg=alg)

    @classmethod
    def from_seed(cls, seed: Any, alg: Any = None) -> Generator:
        """A generator of a seed.

        Args:
            seed: as of `create_rng_state`.
            alg: "philox" or 1; None for that.
        """
        return cls(state=create_rng_state(seed, alg or RNG_ALG_PHILOX), alg=alg or RNG_ALG_PHILOX)

    @classmethod
    def from_non_deterministic_state(cls, alg: Any = None) -> Generator:
        """A generator at a place that the operating system chooses, now.

        Args:
            alg: "philox" or 1; None for that.
        """
        return cls.from_seed(secrets.randbits(64 * STATE_SIZE), alg)

    @classmethod
    def from_key_counter(cls, key: Any, counter: Any, alg: Any) -> Generator:
        """A generator of a key at a counter.

        Args:
            key: an integer scalar.
            counter: two integers, the lower half first.
            alg: "philox" or 1.
        """
        return cls(state=_key_and_counter(key, counter), alg=alg)

    @property
    def state(self) -> Variable:
        """The variable: int64, [3]."""
        return self._state

    @property
    def algorithm(self) -> int:
        """The algorithm's number: 1."""
        return self._alg

    @property
    def key(self) -> Tensor:
        """The key, an int64 scalar."""
        return self._state.value()[2]

    def reset(self, state: Any) -> Any:
        """Go to another place: an operation in graphs.

        Args:
            state: int64, [3].
        """
        return self._state.assign(convert_to_tensor(state, dtype=dtypes.int64))

    def reset_from_seed(self, seed: Any) -> Any:
        """Go to where a generator of a seed begins: an operation in graphs.

        Args:
            seed: as of `create_rng_state`.
        """
        return self.reset(create_rng_state(seed, self._alg))

    def reset_from_key_counter(self, key: Any, counter: Any) -> Any:
        """Go to a counter of a key: an operation in graphs.

        Args:
            key: an integer scalar.
            counter: two integers, the lower half first.
        """
        return self.reset(_key_and_counter(key, counter))

    def skip(self, delta: Any) -> Any:
        """Go on as if numbers had been drawn: an operation in graphs.

        Args:
            delta: how many, an int64 scalar.
        """
        return apply_op("RngSkip", resource=self._state.handle, algorithm=self._alg, delta=delta)

    def normal(
        self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = dtypes.float32, name: str | None = None
    ) -> Tensor:
        """Numbers of a normal distribution.

        Args:
            shape: of the result.
            mean, stddev: of the distribution.
            dtype: a floating type.
            name: of the node.
        """
        with name_scope(name, "stateful_normal", [shape, mean, stddev]) as scope:
            return _scaled(self._drawn("StatefulStandardNormalV2", shape, dtype), mean, stddev, scope)

    def truncated_normal(
        self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = dtypes.float32, name: str | None = None
    ) -> Tensor:
        """Numbers of a normal distribution, those beyond two standard deviations drawn again.

        Args:
            shape: of the result.
            mean, stddev: of the distribution.
            dtype: a floating type.
            name: of the node.
        """
        with name_scope(name, "truncated_normal", [shape, mean, stddev]) as scope:
            return _scaled(self._drawn("StatefulTruncatedNormal", shape, dtype), mean, stddev, scope)

    def uniform(
        self, shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = dtypes.float32, name: str | None = None
    ) -> Tensor:
        """Numbers from `minval` to below `maxval`, all as likely.

        Args:
            shape: of the result.
            minval: the least.
            maxval: one for floating types if None; must be given for integers.
            dtype: a floating type, int32, int64, uint32 or uint64.
            name: of the node.

        Raises:
            ValueError: integers without `maxval`.
        """
        kind = dtypes.as_dtype(dtype)
        if maxval is None:
            if kind.is_integer:
                raise ValueError(f"Must specify maxval for integer dtype {kind.name}: pass what numbers stay below.")
            maxval = 1
        with name_scope(name, "stateful_uniform", [shape, minval, maxval]) as scope:
            low = convert_to_tensor(minval, dtype=kind, name="min")
            high = convert_to_tensor(maxval, dtype=kind, name="max")
            if kind.is_integer:
                return self._drawn("StatefulUniformInt", shape, kind, minval=low, maxval=high, name=scope)
            drawn = self._drawn("StatefulUniform", shape, kind)
            return add(multiply(drawn, subtract(high, low)), low, name=scope)

    def uniform_full_int(self, shape: Any, dtype: Any = dtypes.uint64, name: str | None = None) -> Tensor:
        """Any numbers of an integer type, all as likely.

        Args:
            shape: of the result.
            dtype: int32, int64, uint32 or uint64.
            name: of the node.
        """
        with name_scope(name, "stateful_uniform_full_int", [shape]) as scope:
            return self._drawn("StatefulUniformFullInt", shape, dtype, name=scope)

    def make_seeds(self, count: int = 1) -> Tensor:
        """Seeds for functions that take two, such as tf.random.stateless_uniform: int64, [2, count].

        Args:
            count: how many.
        """
        keys = self._keys(count)
        return stack([keys, zeros_like(keys)])

    def split(self, count: int = 1) -> list[Generator]:
        """Generators of keys that this one draws.

        Args:
            count: how many.
        """
        return [Generator.from_key_counter(key, [0, 0], self._alg) for key in unstack(self._keys(count), num=count)]

    def _keys(self, count: int) -> Tensor:
        return self.uniform_full_int([count], dtype=dtypes.int64)

    def _drawn(self, op_type: str, shape: Any, dtype: Any, name: str | None = None, **limits: Tensor) -> Tensor:
        sizes = shape.as_list() if isinstance(shape, TensorShape) else shape
        if isinstance(sizes, (list, tuple)) and not sizes:
            sizes = constant([], dtype=dtypes.int32)
        return apply_op(
            op_type, resource=self._state.handle, algorithm=self._alg, shape=sizes, dtype=dtype, name=name, **limits
        )


def _scaled(drawn: Tensor, mean: Any, stddev: Any, scope: str) -> Tensor:
    scale = convert_to_tensor(stddev, dtype=drawn.dtype, name="stddev")
    return add(multiply(drawn, scale), convert_to_tensor(mean, dtype=drawn.dtype, name="mean"), name=scope)


def _key_and_counter(key: Any, counter: Any) -> Tensor:
    words = reshape(cast(convert_to_tensor(counter), dtypes.int64), [-1])
    return concat([words, reshape(cast(convert_to_tensor(key), dtypes.int64), [1])], 0)


class _Global:
    generator: Generator | None = None


def get_global_generator() -> Generator:
    """The program's generator, made when it is first asked for (API: tf.random.experimental...).

    Its place is chosen by the operating system, unless `set_global_generator` gave one. Its variable belongs to
    the graph it is made in.
    """
    if _Global.generator is None:
        _Global.generator = Generator.from_non_deterministic_state()
    return _Global.generator


def set_global_generator(generator: Generator) -> None:
    """Make a generator the program's (API: tf.random.experimental.set_global_generator).

    Args:
        generator: what `get_global_generator` returns from then on.
    """
    _Global.generator = generator
