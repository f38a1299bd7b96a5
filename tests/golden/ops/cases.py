"""Cases of ops as data, and their evaluation: the same code records under the oracle and checks here.

A case names a function by its path under `tf`, small inputs, arguments, and the inputs to differentiate by.
Standard library and NumPy only; `tf` is handed in.

Inside `args` and `kwargs` an input is `{"input": i}`, an element type `{"dtype": name}`, a slice
`{"slice": [start, stop, step]}`, an ellipsis `{"ellipsis": true}`, a sparse tensor `{"sparse": [indices, values,
dense_shape]}`; lists and plain values stand for themselves.
"""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

Case = dict[str, Any]

# How much of an input's shape the graph knows: all, all but the first size, the rank only, nothing.
KNOWLEDGE = ("full", "batch", "rank", "nothing")
FLOATS = ("float16", "float32", "float64")
COMPLEX = ("complex64", "complex128")


class X:
    """An input of random values, drawn anew for each case from the case's own name."""

    def __init__(
        self, *shape: int, dtype: str = "float32", low: float = -2.0, high: float = 2.0, values: Any = None
    ) -> None:
        self.shape, self.dtype, self.low, self.high, self.values = shape, dtype, low, high, values

    def draw(self, name: str) -> dict[str, Any]:
        if self.values is not None:
            array = np.array(self.values)
        else:
            rng = np.random.RandomState(zlib.crc32(name.encode()) % 2**31)
            if self.dtype == "bool":
                array = rng.rand(*self.shape) > 0.5
            elif self.dtype in COMPLEX:
                parts = np.round(rng.uniform(self.low, self.high, (2, *self.shape)), 2)
                array = parts[0] + 1j * parts[1]
            elif self.dtype in FLOATS:
                # Two decimals keep the files small and are the same number in every width that prints them.
                array = np.round(rng.uniform(self.low, self.high, self.shape), 2)
            else:
                array = rng.randint(int(self.low), int(self.high) + 1, self.shape)
        return encode(np.asarray(array, object if self.dtype == "string" else self.dtype))


def given(values: Any, dtype: str = "float32") -> X:
    """An input of exactly these values."""
    return X(dtype=dtype, values=values)


class Sparse:
    """A sparse argument: its values are an input, its indices and shape are known unless they are inputs too."""

    def __init__(self, indices: Any, values: X, dense_shape: Any) -> None:
        self.parts = [indices, values, dense_shape]


def dt(name: str) -> dict[str, str]:
    return {"dtype": name}


def case(
    call: str,
    *args: Any,
    name: str = "",
    differentiate: bool = True,
    graph_seed: int | None = None,
    runs: int = 1,
    fails: bool | str = False,
    static: tuple[str, ...] | None = None,
    **kwargs: Any,
) -> Case:
    """One case.

    Args:
        call: path of a function under `tf`, or `Tensor.<method>` of the first argument.
        name: what tells this case from others of the same function.
        differentiate: record gradients by all floating inputs.
        graph_seed: the seed of the graph (`seed` is the op's own).
        runs: how often the fetches run in one session (random ops go on in their sequence).
        fails: an error is expected, in building or, with unknown shapes, in running; "building" where TensorFlow
            checks nothing in running and takes the process down.
        static: with which knowledge static shapes are recorded, if not with all kinds: where TensorFlow takes what it
            does not know for a number, there is nothing to compare.
    """
    label = f"{call} {name}".strip()
    inputs: list[dict[str, Any]] = []

    def place(value: Any) -> Any:
        if isinstance(value, X):
            inputs.append(value.draw(f"{label} {len(inputs)}"))
            return {"input": len(inputs) - 1}
        if isinstance(value, slice):
            return {"slice": [place(value.start), place(value.stop), place(value.step)]}
        if value is Ellipsis:
            return {"ellipsis": True}
        if isinstance(value, Sparse):
            return {"sparse": place(value.parts)}
        if isinstance(value, (list, tuple)):
            return [place(item) for item in value]
        return value

    built: Case = {
        "id": label,
        "call": call,
        "args": place(args),
        "kwargs": {key: place(value) for key, value in kwargs.items()},
    }
    built["inputs"] = inputs
    floating = [i for i, value in enumerate(inputs) if value["dtype"] in FLOATS + COMPLEX]
    built["differentiate"] = floating if differentiate and not fails else []
    if graph_seed is not None:
        built["graph_seed"] = graph_seed
    if runs != 1:
        built["runs"] = runs
    if fails:
        built["fails"] = fails
    if static is not None:
        built["static_for"] = list(static)
    return built


def encode(array: np.ndarray) -> dict[str, Any]:
    """An array as JSON: type, shape, flat values; of complex numbers the two parts in turn."""
    flat = array.ravel()
    if array.dtype.kind == "c":
        parts = encode(flat.view(flat.real.dtype))
        return {"dtype": array.dtype.name, "shape": list(array.shape), "values": parts["values"]}
    if array.dtype.kind in "OSU":
        values = [item.decode() if isinstance(item, bytes) else str(item) for item in flat.tolist()]
        return {"dtype": "string", "shape": list(array.shape), "values": values}
    if array.dtype.kind == "f":
        # The shortest decimals that give the number back in its own width.
        values = [float(str(item)) for item in flat]
        values = (
            [int(item) if item == int(item) and abs(item) < 1e6 and str(item) != "-0.0" else item for item in values]
            if np.isfinite(flat).all()
            else values
        )
    else:
        values = flat.tolist()
    return {"dtype": array.dtype.name, "shape": list(array.shape), "values": values}


def decode(value: dict[str, Any]) -> np.ndarray:
    dtype = object if value["dtype"] == "string" else value["dtype"]
    if dtype in COMPLEX:
        part = "float32" if dtype == "complex64" else "float64"
        return np.array(value["values"], part).view(dtype).reshape(value["shape"])
    return np.array(value["values"], dtype).reshape(value["shape"])


def upstream(shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """The gradient that arrives at an output: uneven, of both signs, exact in every width."""
    count = int(np.prod(shape, dtype=np.int64))
    values = ((np.arange(count) * 7 % 11 - 4) / 4).reshape(shape).astype(dtype)
    return values + 1j * values[..., ::-1] if values.dtype.kind == "c" and values.ndim else values


def known_shape(shape: list[int], knowledge: str) -> list[int | None] | None:
    if knowledge == "nothing":
        return None
    if knowledge == "rank":
        return [None] * len(shape)
    if knowledge == "batch" and shape:
        return [None, *shape[1:]]
    return list(shape)


def build(tf: Any, item: Case, knowledge: str) -> tuple[list[Any], list[Any]]:
    """Add the case to the default graph.

    Returns:
        its placeholders and the flat list of its outputs.
    """
    if "graph_seed" in item:
        tf.set_random_seed(item["graph_seed"])
    placeholders = [
        tf.placeholder(tf.as_dtype(value["dtype"]), known_shape(value["shape"], knowledge)) for value in item["inputs"]
    ]
    args = _resolve(tf, item["args"], placeholders)
    kwargs = {key: _resolve(tf, value, placeholders) for key, value in item["kwargs"].items()}
    owner, _, method = item["call"].rpartition(".")
    if owner in ("Tensor", "SparseTensor"):
        result = getattr(args[0], method)(*[_as_index(method, arg) for arg in args[1:]], **kwargs)
    else:
        function = tf
        for part in item["call"].split("."):
            function = getattr(function, part)
        result = function(*args, **kwargs)
    return placeholders, list(_flat(result))


def _as_index(method: str, value: Any) -> Any:
    return tuple(value) if method == "__getitem__" and isinstance(value, list) else value


def _resolve(tf: Any, value: Any, placeholders: list[Any]) -> Any:
    if isinstance(value, list):
        return [_resolve(tf, item, placeholders) for item in value]
    if not isinstance(value, dict):
        return value
    if "input" in value:
        return placeholders[value["input"]]
    if "dtype" in value:
        return tf.as_dtype(value["dtype"])
    if "sparse" in value:
        return tf.SparseTensor(*[_resolve(tf, part, placeholders) for part in value["sparse"]])
    if "slice" in value:
        return slice(*[_resolve(tf, item, placeholders) for item in value["slice"]])
    return Ellipsis


def _flat(result: Any) -> Iterator[Any]:
    if isinstance(result, (list, tuple)):
        for item in result:
            yield from _flat(item)
    elif hasattr(result, "dense_shape"):
        yield from (result.indices, result.values, result.dense_shape)
    elif result is not None:
        yield result


def static_shapes(tf: Any, item: Case, knowledge: str) -> Any:
    """The static shapes of the outputs; the name of the error's class when building fails."""
    with fresh_graph(tf):
        try:
            outputs = build(tf, item, knowledge)[1]
        except (ValueError, TypeError, IndexError) as error:
            return {"error": type(error).__name__}
        shapes = [output.get_shape() for output in outputs]
        return [None if shape.ndims is None else shape.as_list() for shape in shapes]


def evaluate(tf: Any, item: Case, knowledge: str = "full") -> dict[str, Any]:
    """Values of the outputs in each run (`outputs`, a list per run) and gradients of the first run."""
    with fresh_graph(tf) as graph:
        placeholders, outputs = build(tf, item, knowledge)
        feed = {p: decode(value) for p, value in zip(placeholders, item["inputs"], strict=True)}
        by = [placeholders[i] for i in item["differentiate"]]
        gradients = _gradients(tf, item, outputs, by) if by else []
        taken = [gradient for gradient in gradients if gradient is not None]
        with tf.Session(graph=graph) as sess:
            values, slopes = sess.run([outputs, taken], feed)
            rest = [sess.run(outputs, feed) for _ in range(item.get("runs", 1) - 1)]
    remaining = iter(slopes)
    return {
        "dtypes": [output.dtype.name for output in outputs],
        "outputs": [[np.asarray(value) for value in run] for run in [values, *rest]],
        "gradients": [None if g is None else np.asarray(next(remaining)) for g in gradients],
    }


def _gradients(tf: Any, item: Case, outputs: list[Any], by: list[Any]) -> list[Any]:
    floating = [output for output in outputs if output.dtype.is_floating or output.dtype.is_complex]
    # `upstream_shapes` were recorded with the values: a placeholder of unknown shape cannot tell.
    shapes = item.get("upstream_shapes")
    if shapes is None:
        shapes = [output.get_shape().as_list() for output in floating]
    arriving = [
        tf.constant(upstream(tuple(shape), output.dtype.as_numpy_dtype))
        for shape, output in zip(shapes, floating, strict=True)
    ]
    found = tf.gradients(floating, by, grad_ys=arriving)
    return [None if gradient is None else tf.convert_to_tensor(gradient) for gradient in found]


@contextlib.contextmanager
def fresh_graph(tf: Any) -> Iterator[Any]:
    graph = tf.Graph()
    with graph.as_default():
        yield graph


def failure(tf: Any, item: Case, fails: bool | str = True) -> dict[str, str | None]:
    """Which errors a failing case raises: in building with full shapes, and with unknown ones in all."""

    def run() -> None:
        evaluate(tf, item, "nothing")

    def construct() -> None:
        with fresh_graph(tf):
            build(tf, item, "full")

    unknown = None if fails == "building" else _error_class(run)
    return {"building": _error_class(construct), "shapes unknown": unknown}


def _error_class(action: Callable[[], None]) -> str | None:
    try:
        action()
    except Exception as error:
        return type(error).__name__
    return None
