"""Cases: special functions, bits, products without NaN, running and segmented sums, histograms, clips, einsum."""

from __future__ import annotations

from collections.abc import Iterator

from cases import Case, X, case, dt, given

INF, NAN = float("inf"), float("nan")
# Function: where its arguments lie.
UNARY = {
    "tan": (-1.4, 1.4), "asin": (-0.9, 0.9), "acos": (-0.9, 0.9), "atan": (-3, 3), "sinh": (-2, 2), "cosh": (-2, 2),
    "asinh": (-3, 3), "acosh": (1.1, 4), "atanh": (-0.9, 0.9), "expm1": (-2, 2), "erf": (-2, 2), "erfc": (-2, 2),
    "lgamma": (0.2, 6), "digamma": (0.3, 6), "math.erfinv": (-0.9, 0.9), "math.ndtri": (0.1, 0.9),
    "math.erfcinv": (0.2, 1.8), "math.bessel_i0": (-2, 2), "math.bessel_i0e": (-3, 3), "math.bessel_i1": (-2, 2),
    "math.bessel_i1e": (-3, 3), "rint": (-3, 3), "log_sigmoid": (-3, 3), "math.reciprocal_no_nan": (0.3, 2),
    "math.reduce_euclidean_norm": (-2, 2), "math.cumulative_logsumexp": (-2, 2), "lbeta": (0.3, 3),
    "math.reduce_variance": (-2, 2), "math.reduce_std": (-2, 2), "angle": (-2, 2), "math.softplus": (-2, 2),
}  # fmt: skip
COMPLEX_UNARY = ("tan", "asin", "acos", "atan", "sinh", "cosh", "asinh", "acosh", "atanh", "expm1", "angle", "exp")
EDGES = {
    "asin": [-1.0, 1.0, 2.0], "acos": [-1.0, 1.0, 2.0], "atanh": [-1.0, 1.0, 2.0], "acosh": [1.0, 0.5, INF],
    "expm1": [0.0, 1e-6, INF], "erf": [0.0, INF, -INF, NAN], "erfc": [0.0, INF, -INF, 10.0], "lgamma": [0.0, -0.5, 1.0],
    "digamma": [1.0, -0.5, 0.5], "math.erfinv": [-1.0, 1.0, 0.0], "math.ndtri": [0.0, 1.0, 0.5],
    "math.bessel_i0e": [0.0, 50.0], "math.bessel_i1e": [0.0, -50.0], "rint": [0.5, 1.5, -2.5],
    "math.reciprocal_no_nan": [0.0, 2.0, -0.5], "round": [0.5, 1.5, -2.5], "angle": [0.0, -1.0, 2.0],
    "log_sigmoid": [-100.0, 0.0, 100.0],
}  # fmt: skip
BINARY = {
    "atan2": ((-2, 2), (0.3, 2)), "math.xlogy": ((-2, 2), (0.3, 2)), "math.xdivy": ((-2, 2), (0.3, 2)),
    "math.xlog1py": ((-2, 2), (-0.5, 2)), "math.multiply_no_nan": ((-2, 2), (0.3, 2)), "div_no_nan": ((-2, 2),
    (0.3, 2)),
    "igamma": ((0.5, 4), (0.5, 4)), "igammac": ((0.5, 4), (0.5, 4)), "zeta": ((1.5, 4), (0.5, 3)),
    "math.nextafter": ((-2, 2), (-2, 2)), "truncatemod": ((-5, 5), (0.5, 2)), "floor_div": ((-5, 5), (0.5, 2)),
}  # fmt: skip


def table() -> Iterator[Case]:
    yield from unary()
    yield from binary()
    yield from integers()
    yield from sums()
    yield from casts()
    yield from reductions()
    yield from scans()
    yield from segments()
    yield from histograms()
    yield from clips()
    yield from products()
    yield from einsums()


def unary() -> Iterator[Case]:
    for call, (low, high) in UNARY.items():
        yield case(call, X(2, 3, low=low, high=high), name="float32")
        yield case(call, X(4, dtype="float64", low=low, high=high), name="float64")
        yield case(call, X(0, 2), name="nothing")
        # TensorFlow has no derivative of these in half precision.
        exact = call in ("digamma", "lgamma", "math.bessel_i1", "math.bessel_i0")
        if call not in ("math.erfcinv", "math.erfinv", "math.ndtri", "rint"):
            yield case(call, X(3, dtype="float16", low=low, high=high), name="float16", differentiate=not exact)
    for call in COMPLEX_UNARY:
        yield case(call, X(4, dtype="complex64", low=-0.8, high=0.8), name="complex64")
    for call in ("tan", "sinh", "atanh"):
        yield case(call, X(3, dtype="complex128", low=-0.8, high=0.8), name="complex128")
    for call, values in EDGES.items():
        yield case(call, given(values), name="edges", differentiate=False)
    for call in ("math.bessel_i1", "math.bessel_i1e"):
        yield case(call, given([0.0, 1.0]), name="derivative at 0")
    for call in ("tan", "erf", "lgamma", "rint"):
        yield case(call, X(3, dtype="int32"), name="int32", fails=True)


def binary() -> Iterator[Case]:
    for call, (left, right) in BINARY.items():
        low, high = {"low": left[0], "high": left[1]}, {"low": right[0], "high": right[1]}
        yield case(call, X(2, 3, **low), X(2, 3, **high), name="alike")
        yield case(call, X(2, 1, **low), X(3, **high), name="column and row")
        if not call.startswith("igamma"):  # the sum of slopes of both signs loses its digits in TensorFlow
            yield case(call, X(**low), X(2, 2, **high), name="scalar")
        yield case(call, X(3, dtype="float64", **low), X(3, dtype="float64", **high), name="float64")
        yield case(call, X(3), X(4), name="sizes disagree", fails=True)
    for call in ("math.xlogy", "math.xdivy", "math.multiply_no_nan", "div_no_nan"):
        x = given([0.0, 0.0, 1.0, INF, NAN])
        yield case(call, x, given([0.0, NAN, 2.0, 0.0, 0.0]), name="zeros")
        yield case(call, X(3, dtype="complex64"), X(3, dtype="complex64", low=0.5), name="complex64")
    yield case("div_no_nan", given([1, 2], "int32"), given([0, 4], "int32"), name="int32")
    yield case("polygamma", given([0.0, 1.0, 2.0, 3.0]), X(4, low=0.5, high=3), name="orders")
    yield case("polygamma", given([1.5, -1.0]), X(2, low=0.5, high=3), name="no orders", differentiate=False)
    yield case("polygamma", given(1.0, "float64"), X(2, 2, dtype="float64", low=0.5, high=3), name="scalar")
    yield case("zeta", given([1.0, 0.5, 2.0]), given([1.0, 1.0, -0.5]), name="edges", differentiate=False)
    yield case("igamma", given([1.0, 0.0, -1.0, 1.0]), given([0.0, 1.0, 1.0, -1.0]), name="edges", differentiate=False)
    yield case("igamma", X(4, low=0.1, high=30, dtype="float64"), X(4, low=0.1, high=40, dtype="float64"), name="wide")
    yield case("betainc", X(3, low=0.5, high=4), X(3, low=0.5, high=4), X(3, low=0.1, high=0.9), name="float32")
    yield case(
        "betainc",
        X(2, 2, low=0.5, high=30, dtype="float64"), X(2, 2, low=0.5, high=30, dtype="float64"),
        X(2, 2, low=0.05, high=0.95, dtype="float64"), name="float64",
    )  # fmt: skip
    yield case("betainc", X(low=0.5), X(low=0.5), X(3, low=0.1, high=0.9), name="scalars")
    yield case("betainc", given([1.0, 1.0, 2.0]), given([2.0, 2.0, 1.0]), given([0.0, 1.0, 1.5]), name="edges",
               differentiate=False)  # fmt: skip
    yield case("betainc", X(2), X(3), X(2), name="shapes differ", fails=True)
    yield case("atan2", given([0.0, 0.0, 1.0, -1.0]), given([-1.0, 1.0, 0.0, -0.0]), name="axes", differentiate=False)
    yield case("truncatediv", given([-7, 7], "int32"), given([2, -2], "int32"), name="int32")
    yield case("truncatemod", given([-7, 7], "int64"), given([2, -2], "int64"), name="int64")
    yield case("floor_div", given([-7, 7], "int32"), given([2, -2], "int32"), name="int32")
    yield case("math.nextafter", given([0.0, 1.0, INF]), given([1.0, 0.0, 0.0]), name="edges", differentiate=False)


def integers() -> Iterator[Case]:
    for dtype in ("int8", "int32", "int64", "uint8", "uint16", "uint32"):
        low = 0 if dtype[0] == "u" else -50
        a, b = X(4, dtype=dtype, low=low, high=100), X(4, dtype=dtype, low=low, high=100)
        for call in ("bitwise.bitwise_and", "bitwise.bitwise_or", "bitwise.bitwise_xor"):
            yield case(call, a, b, name=dtype)
        yield case("bitwise.invert", a, name=dtype)
        by = given([0, 1, 3, 7], dtype)
        for call in ("bitwise.left_shift", "bitwise.right_shift"):
            yield case(call, a, by, name=dtype)
    yield case("bitwise.right_shift", given([2**32 - 1, 2**31], "uint32"), given([4, 31], "uint32"), name="high bits")
    yield case("bitwise.left_shift", given([1, 1, 1], "int32"), given([31, 40, -1], "int32"), name="too far")
    yield case("bitwise.bitwise_and", X(2, 1, dtype="int32"), X(3, dtype="int32"), name="broadcast")
    yield case("bitwise.bitwise_or", X(3), X(3), name="float32", fails=True)
    yield case("bitwise.bitwise_xor", X(2, dtype="int32"), X(3, dtype="int32"), name="sizes disagree", fails=True)


def sums() -> Iterator[Case]:
    for shape in ((2, 3), (), (0, 2)):
        yield case("accumulate_n", [X(*shape), X(*shape), X(*shape)], name=f"{shape}")
    yield case("accumulate_n", [X(2, dtype="int32"), X(2, dtype="int32")], name="int32")
    yield case("accumulate_n", [X(2), X(3)], name="shapes differ", fails=True)
    yield case("accumulate_n", [X(2), X(2)], shape=[2], tensor_dtype=dt("float32"), name="shape and type")
    yield case("accumulate_n", [X(2), X(2)], tensor_dtype=dt("float64"), name="wrong type", fails=True)
    yield case("add_n", [X(2, dtype="uint16", low=0), X(2, dtype="uint16", low=0)], name="uint16")
    yield case("scalar_mul", 3.0, X(2, 3), name="number")
    yield case("scalar_mul", X(), X(2, 3), name="tensor")
    yield case("scalar_mul", X(2), X(2), name="vector", fails="building")
    yield case("math.polyval", [X(), X(), X()], X(2, 2), name="quadratic")
    yield case("math.polyval", [1.0, 2.0], X(3), name="numbers")
    yield case("math.polyval", [], X(3), name="none", differentiate=False)


def casts() -> Iterator[Case]:
    floats = given([-1e10, -1.7, 0.0, 2.5, 300.7, 1e20])
    for target in ("uint8", "int8", "int16", "uint16", "int32", "int64", "float16"):
        yield case("saturate_cast", floats, dt(target), name=f"float32 to {target}", differentiate=target == "float16")
    for source, target in (
        ("int32", "uint8"),
        ("int32", "int8"),
        ("int64", "int32"),
        ("uint8", "int8"),
        ("int8", "uint8"),
    ):
        low, high = (0, 250) if source == "uint8" else (-120, 120)
        yield case("saturate_cast", X(4, dtype=source, low=low, high=high), dt(target), name=f"{source} to {target}")
    yield case("saturate_cast", given([-1e300, 1e300, 2.0], "float64"), dt("float32"), name="float64 to float32")
    yield case("to_complex64", X(3), name="float32")
    yield case("to_complex128", X(3, dtype="complex64"), name="complex64")
    yield case("cast", X(3, dtype="complex64"), dt("float32"), name="complex64 to float32", differentiate=False)
    yield case("complex", X(2, 3), X(3), name="row")
    yield case("real", X(3, dtype="complex64"), name="complex64")
    yield case("imag", X(3, dtype="complex64"), name="complex64")
    yield case("conj", X(3, dtype="complex64"), name="complex64")
    yield case("abs", X(3, dtype="complex64"), name="complex64")
    for call in ("add", "subtract", "multiply", "divide", "pow"):
        yield case(call, X(3, dtype="complex64", low=0.5), X(3, dtype="complex64", low=0.5), name="complex64")
    for call in ("square", "sqrt", "exp", "log", "sigmoid", "tanh", "sin", "cos", "reciprocal", "negative", "rsqrt"):
        yield case(call, X(3, dtype="complex128", low=0.3, high=1.5), name="complex128")
    yield case("arg_max", X(2, 3), 1, name="float32", differentiate=False)
    yield case("arg_min", X(2, 3), 0, output_type=dt("int32"), name="int32 out", differentiate=False)


def reductions() -> Iterator[Case]:
    for call in ("math.reduce_euclidean_norm", "math.reduce_variance", "math.reduce_std", "reduce_logsumexp"):
        for name, axis in {"0": 0, "-1": -1, "0,2": [0, 2], "none": []}.items():
            yield case(call, X(2, 3, 2), axis=axis, name=f"axis {name}", differentiate=name != "none")
        yield case(call, X(2, 3), axis=1, keepdims=True, name="keepdims")
        yield case(call, X(2, 3), axis=2, name="axis beyond the rank", fails=True)
        yield case(call, X(2, 3, dtype="float64"), axis=1, name="float64 axis")
    yield case("math.reduce_euclidean_norm", given([[3, 4], [5, 12]], "int32"), axis=1, name="int32")
    yield case("math.reduce_euclidean_norm", X(2, 3, dtype="complex64"), axis=1, name="complex64", differentiate=False)
    yield case("math.reduce_variance", X(2, 3, dtype="complex64"), axis=1, name="complex64")
    yield case("math.reduce_variance", X(3, dtype="int32"), name="int32", fails="building")
    yield case("reduce_logsumexp", given([[INF, 1.0], [-INF, -INF]]), axis=1, name="infinite", differentiate=False)
    for call in ("reduce_sum", "reduce_mean", "reduce_prod"):
        yield case(call, X(2, 3, dtype="complex64"), axis=1, name="complex64")
        yield case(call, X(2, 3, dtype="float16"), axis=1, name="float16")
        yield case(call, X(2, 3, dtype="uint8", low=0, high=5), axis=1, name="uint8")
        yield case(call, X(2, 3, dtype="int64"), axis=[0, 1], name="int64")
    for call in ("reduce_max", "reduce_min"):
        for dtype in ("int8", "uint8", "int64", "float16"):
            yield case(call, X(2, 3, dtype=dtype, low=0, high=100), axis=0, name=dtype)
    yield case("count_nonzero", given([[0.0, 1.0], [2.0, 0.0]]), axis=1, name="axis", differentiate=False)
    yield case("count_nonzero", X(2, 3, dtype="bool"), name="bool")
    yield case("count_nonzero", given(["", "a"], "string"), dtype=dt("int32"), name="string")


def scans() -> Iterator[Case]:
    for call in ("cumsum", "cumprod", "math.cumulative_logsumexp"):
        for exclusive in (False, True):
            for reverse in (False, True):
                flags = {"exclusive": exclusive, "reverse": reverse}
                shown = f"{'exclusive' if exclusive else ''} {'reverse' if reverse else ''}"
                yield case(call, X(3, 2, low=0.3), axis=0, name=f"axis 0 {shown}", **flags)
                yield case(call, X(2, 3, dtype="float64", low=0.3), axis=-1, name=f"axis -1 {shown}", **flags)
        yield case(call, X(3), 1, name="axis beyond the rank", fails=True)
    for call in ("cumsum", "cumprod"):
        yield case(call, X(4, dtype="int32"), name="int32")
        yield case(call, X(3, dtype="complex64"), name="complex64")
        yield case(call, X(0, 2), name="nothing")


def segments() -> Iterator[Case]:
    ids = given([0, 0, 1, 3], "int32")
    for kind in ("sum", "mean", "prod", "max", "min"):
        call = f"segment_{kind}"
        yield case(call, X(4, 2), ids, name="matrix")
        yield case(call, X(4, dtype="float64"), given([0, 1, 1, 1], "int64"), name="vector")
        yield case(call, X(4, 2, 2, dtype="int32"), ids, name="int32")
        yield case(call, given([[1.0, 2.0], [1.0, 3.0], [0.0, 0.0], [0.0, 4.0]]), ids, name="ties and zeros")
        yield case(call, X(0, 2), given([], "int32"), name="nothing")
        yield case(call, X(4, 2), given([0, 2, 1, 3], "int32"), name="decreasing", fails=True)
        yield case(call, X(3, 2), given([-1, 0, 1], "int32"), name="negative", fails=True)
        yield case(call, X(3, 2), given([[0, 1, 2]], "int32"), name="ids of rank 2", fails=True)
        yield case(call, X(3, 2), given([0, 1], "int32"), name="too few ids", fails=True)
    where = given([2, 0, 2, -1], "int32")
    for kind in ("sum", "mean", "prod", "max", "min", "sqrt_n"):
        call = f"unsorted_segment_{kind}"
        yield case(call, X(4, 2), where, 4, name="matrix")
        yield case(call, X(2, 2, 3, dtype="float64"), given([[0, 1], [1, 0]], "int64"), 2, name="ids of rank 2")
        yield case(call, given([[1.0, 0.0], [0.0, 0.0], [1.0, 3.0], [2.0, 2.0]]), where, 3, name="ties and zeros")
        if kind not in ("mean", "sqrt_n"):
            yield case(call, X(4, dtype="int32"), where, 3, name="int32")
        yield case(call, X(3, 2), where, 3, name="shapes differ", fails=True)
    rows, ids = given([0, 2, 2, 1], "int32"), given([0, 0, 1, 2], "int32")
    for kind in ("sum", "mean", "sqrt_n"):
        call = f"sparse_segment_{kind}"
        yield case(call, X(3, 2), rows, ids, name="matrix")
        yield case(call, X(3, dtype="float64"), rows, ids, name="float64")
        yield case(call, X(3, 2), rows, ids, num_segments=5, name="num_segments")
        yield case(call, X(3, 2), given([0, 3, 1, 1], "int32"), ids, name="row beyond", fails=True)
        yield case(call, X(3, 2), rows, given([0, 1, 0, 1], "int32"), name="decreasing", fails=True)
        yield case(call, X(3, 2), rows, ids, num_segments=2, name="too few segments", fails=True)
        yield case(call, X(3, 2), rows, given([0, 1], "int32"), name="sizes differ", fails=True)
    yield case("sparse_segment_sum", X(3, 2, dtype="int32"), rows, ids, name="int32")


def histograms() -> Iterator[Case]:
    arr = given([1, 1, 3, 0, 5], "int32")
    yield case("bincount", arr, name="counts")
    yield case("bincount", arr, weights=X(5), name="weights", differentiate=False)
    yield case("bincount", arr, minlength=8, name="minlength")
    yield case("bincount", arr, maxlength=3, name="maxlength")
    yield case("bincount", arr, dtype=dt("float64"), name="float64")
    yield case("bincount", given([[0, 1], [1, 1]], "int64"), name="int64 matrix")
    yield case("bincount", given([-1, 2], "int32"), name="negative", fails=True)
    values = given([-1.0, 0.0, 1.5, 2.0, 5.0, 15.0])
    yield case("histogram_fixed_width", values, [0.0, 5.0], nbins=5, name="five", differentiate=False)
    yield case(
        "histogram_fixed_width", values, [0.0, 5.0], nbins=3, dtype=dt("int64"), name="int64", differentiate=False
    )
    yield case("histogram_fixed_width", given([1, 5, 9, 20], "int32"), [0, 10], nbins=4, name="int32")
    yield case("histogram_fixed_width", values, [5.0, 0.0], nbins=5, name="falling range", fails=True)
    yield case("histogram_fixed_width_bins", values, [0.0, 5.0], nbins=5, name="five", differentiate=False)
    yield case("histogram_fixed_width_bins", X(2, 3), [-1.0, 1.0], nbins=4, name="matrix", differentiate=False)
    yield case("histogram_fixed_width_bins", values, [0.0, 5.0], nbins=0, name="none", fails=True)
    labels, predictions = given([0, 1, 2, 1], "int64"), given([0, 2, 2, 1], "int64")
    yield case("confusion_matrix", labels, predictions, name="plain")
    yield case("confusion_matrix", labels, predictions, 4, name="num_classes")
    yield case("confusion_matrix", labels, predictions, 3, dt("float32"), weights=X(4), name="weights")
    yield case("math.confusion_matrix", given([[0], [1]], "int32"), given([1, 1], "int32"), 2, name="column of labels")
    yield case("confusion_matrix", labels, predictions, 2, name="beyond", fails=True)
    yield case("confusion_matrix", given([0, -1], "int64"), given([0, 1], "int64"), name="negative", fails=True)
    yield case("confusion_matrix", labels, given([0, 1], "int64"), 3, name="lengths differ", fails=True)


def clips() -> Iterator[Case]:
    yield case("clip_by_value", X(2, 3), -0.5, 0.5, name="bounds")
    yield case("clip_by_value", X(2, 3), X(3, low=-1, high=-0.5), X(low=0.5, high=1), name="tensors")
    yield case("clip_by_value", X(5, dtype="int32", low=-9, high=9), -3, 4, name="int32")
    yield case("clip_by_value", X(3), X(2, 3), 1.0, name="wider bound", fails=True)
    for bound in (0.5, 100.0, -1.0):
        yield case("clip_by_norm", X(2, 3), bound, name=f"{bound}")
    yield case("clip_by_norm", X(2, 3), X(low=0.5, high=1), name="tensor")
    yield case("clip_by_norm", X(2, 3), 1.0, axes=[1], name="axis 1")
    yield case("clip_by_norm", given([0.0, 0.0]), 1.0, name="zeros")
    yield case("clip_by_norm", X(2, 3, dtype="float64"), 1.0, axes=[0], name="float64")
    for bound in (0.01, 10.0):
        yield case("clip_by_average_norm", X(2, 3), bound, name=f"{bound}")
    yield case("global_norm", [X(2, 3), X(4)], name="two")
    yield case("global_norm", [X(2, dtype="float64"), None], name="none")
    yield case("clip_by_global_norm", [X(2, 3), X(4)], 1.0, name="clipped")
    yield case("clip_by_global_norm", [X(2, 3), X(4)], 100.0, name="within")
    yield case("clip_by_global_norm", [X(2, 3)], 1.0, X(low=0.5), name="use_norm")
    yield case("clip_by_global_norm", [given([INF, 1.0])], 1.0, name="infinite", differentiate=False)


def products() -> Iterator[Case]:
    for a, b, flags in (
        ((2, 3), (3, 4), {}), ((3, 2), (3, 4), {"transpose_a": True}), ((2, 3), (4, 3), {"transpose_b": True}),
        ((3, 2), (4, 3), {"transpose_a": True, "transpose_b": True}), ((2, 3), (4, 3), {"adjoint_b": True}),
    ):  # fmt: skip
        shown = " ".join(flags) or "plain"
        yield case("matmul", X(*a), X(*b), name=shown, **flags)
        yield case("matmul", X(2, *a), X(2, *b), name=f"batch {shown}", **flags)
        yield case("matmul", X(2, 1, *a), X(3, *b), name=f"stretched {shown}", **flags)
        yield case(
            "linalg.matmul", X(*a, dtype="complex64"), X(*b, dtype="complex64"), name=f"complex {shown}", **flags
        )
        yield case("matmul", X(*a, dtype="int32"), X(*b, dtype="int32"), name=f"int32 {shown}", **flags)
    yield case("matmul", X(2, 3, dtype="float16"), X(3, 2, dtype="float16"), name="float16")
    yield case("matmul", X(0, 3), X(3, 2), name="no rows")
    yield case("matmul", X(2, 0), X(0, 2), name="nothing summed")
    yield case("matmul", X(2, 3), X(3, 2), a_is_sparse=True, name="sparse hint")
    yield case("matmul", X(2, 3), X(4, 2), name="sizes disagree", fails=True)
    yield case("matmul", X(2, 2, 3), X(3, 3, 2), name="batches disagree", fails=True)
    yield case("sparse_matmul", X(2, 3), X(3, 2), name="plain")
    yield case(
        "sparse_matmul", X(3, 2), X(2, 3), transpose_a=True, transpose_b=True, b_is_sparse=True, name="transposed"
    )
    for name, a, b, flags in (
        ("plain", (2, 3), (3,), {}), ("transposed", (3, 2), (3,), {"transpose_a": True}), ("batch", (4, 2, 3),
        (4, 3), {}),
        ("stretched", (2, 3), (4, 3), {}), ("adjoint", (3, 2), (3,), {"adjoint_a": True}),
    ):  # fmt: skip
        yield case("linalg.matvec", X(*a), X(*b), name=name, **flags)
    yield case("linalg.matvec", X(2, 3), X(2), name="sizes disagree", fails=True)
    for name, a, b, axes in (
        ("1", (2, 3), (3, 4), 1), ("2", (2, 3, 4), (3, 4, 2), 2), ("0", (2,), (3,), 0), ("lists", (2, 3, 4),
        (4, 3), [[1, 2], [1, 0]]),
        ("numbers", (2, 3), (4, 2), [0, 1]), ("negative", (2, 3), (3, 2), [[-1], [-2]]), ("all", (2, 3),
        (2, 3), [[0, 1], [0, 1]]),
    ):  # fmt: skip
        yield case("tensordot", X(*a), X(*b), axes, name=name)
        yield case("tensordot", X(*a, dtype="float64"), X(*b, dtype="float64"), axes, name=f"float64 {name}")
    yield case("tensordot", X(2, 3), X(4, 2), 1, name="sizes disagree", fails=True)
    yield case("tensordot", X(2, 3), X(3, 2), [[0, 1], [1]], name="axes unpaired", fails=True)
    yield case("tensordot", X(2, 3), X(3, 2), 3, name="too many axes", fails="building")


def einsums() -> Iterator[Case]:
    equations = {
        "ij,jk->ik": ((2, 3), (3, 4)), "ij,jk": ((2, 3), (3, 4)), "ij->ji": ((2, 3),), "ij->": ((2, 3),),
        "ii": ((3, 3),),
        "ii->i": ((3, 3),), "ijk->j": ((2, 3, 2),), "i,j->ij": ((2,), (3,)), "i,i->": ((3,), (3,)),
        "ij,ij->ij": ((2, 3), (2, 3)),
        "bij,bjk->bik": ((2, 2, 3), (2, 3, 2)), "...ij,...jk->...ik": ((2, 1, 2, 3), (3, 3, 2)), "...i->...": ((2, 3),),
        "ij...,j->i...": ((2, 3, 2), (3,)), "ab,cd->ad": ((2, 3), (4, 2)), "abc->ca": ((2, 3, 2),),
        "iij,j->i": ((2, 2, 3), (3,)),
        "ij,jk,kl->il": ((2, 3), (3, 2), (2, 4)), "a,b,c->abc": ((2,), (3,), (2,)), "bhwc,hwcd->bd": ((2, 2, 2, 3),
        (2, 2, 3, 4)),
        "...ij,j->...i": ((2, 2, 3), (3,)),
    }  # fmt: skip
    for equation, shapes in equations.items():
        yield case("einsum", equation, *[X(*shape) for shape in shapes], name=equation)
        yield case("einsum", equation, *[X(*shape, dtype="float64") for shape in shapes], name=f"float64 {equation}")
    yield case("einsum", "ij,jk->ik", X(2, 3, dtype="complex64"), X(3, 2, dtype="complex64"), name="complex64")
    yield case("einsum", "ij,jk->ik", X(2, 3, dtype="int32"), X(3, 2, dtype="int32"), name="int32")
    for equation, shapes in {
        "ij,jk->ik": ((2, 3), (4, 2)), "ij->ji": ((2, 3, 4),), "ij,kj->ik": ((2, 3), (2, 1)), "ii->i": ((2, 3),),
    }.items():  # fmt: skip
        yield case("einsum", equation, *[X(*shape) for shape in shapes], name=f"{equation} does not fit", fails=True)
    for equation in ("ij,jk->il", "i.j->ij", "ij,jk,kl->il", "ij->ii"):
        yield case("einsum", equation, X(2, 2), X(2, 2), name=f"{equation} is none", fails="building")
