"""Cases: arithmetic, comparisons, reductions, casts, arguments of extrema."""

from __future__ import annotations

from collections.abc import Iterator

from cases import Case, X, case, dt, given

SHAPES = {"alike": ((2, 3), (2, 3)), "row": ((2, 3), (3,)), "column and row": ((2, 1), (1, 3)), "scalar": ((2, 3), ())}


def table() -> Iterator[Case]:
    yield from binary()
    yield from integers()
    yield from unary()
    yield from comparisons()
    yield from logic()
    yield from casts()
    yield from reductions()
    yield from extrema()
    yield from operators()


def binary() -> Iterator[Case]:
    calls = ("add", "subtract", "multiply", "divide", "truediv", "floordiv", "maximum", "minimum", "squared_difference")
    for call in calls:
        for name, (left, right) in SHAPES.items():
            # Divisors stay away from zero.
            yield case(call, X(*left), X(*right, low=0.5, high=3), name=name)
        yield case(call, X(3, dtype="float64"), X(3, dtype="float64", low=0.5, high=3), name="float64")
        yield case(call, X(3), X(4), name="sizes disagree", fails=True)
    for name, (left, right) in SHAPES.items():
        yield case("pow", X(*left, low=0.2, high=3), X(*right), name=name)
        yield case("mod", X(*left, low=-7, high=7), X(*right, low=0.5, high=3), name=name)
    yield case("pow", given([0.0, 0.0, 2.0, -2.0]), given([2.0, 0.0, -1.0, 3.0]), name="edges")
    yield case("pow", X(4), 2.0, name="number")
    yield case("mod", given([-7.0, 7.0, -7.0, 7.0]), given([3.0, -3.0, -3.0, 3.0]), name="signs")
    yield case("floordiv", given([-7.0, 7.0, -7.0, 7.0]), given([3.0, -3.0, -3.0, 3.0]), name="signs")
    yield case("divide", given([1.0, -1.0, 0.0]), given([0.0, 0.0, 0.0]), name="by zero", differentiate=False)
    yield case("maximum", given([1.0, 2.0, 3.0]), given([1.0, 3.0, 2.0]), name="ties")
    yield case("minimum", given([1.0, 2.0, 3.0]), given([1.0, 3.0, 2.0]), name="ties")
    yield case("maximum", given([1.0, float("nan")]), given([float("nan"), 2.0]), name="nan", differentiate=False)
    yield case("add", X(2, 1, 3, 1), X(4, 1, 5), name="rank 4 and 3")
    yield case("multiply", X(0, 3), X(3), name="no rows")
    yield case("add", X(3), given([1, 2, 3], "int32"), name="types disagree", fails=True)
    yield case("add", given(["a", "b"], "string"), given("c", "string"), name="strings")
    yield case("add_n", [X(2, 3), X(2, 3), X(2, 3)], name="three")
    yield case("add_n", [X(2, 3)], name="one")
    yield case("realdiv", X(3), X(3, low=0.5), name="float32")
    yield case("div", X(3), X(3, low=0.5), name="float32")
    yield case("floormod", X(3, low=-7, high=7), X(3, low=0.5), name="float32")
    yield case("nn.bias_add", X(2, 3), X(3), name="again as arithmetic")


def integers() -> Iterator[Case]:
    left, right = [-7, 7, -7, 7, 6, 0], [3, -3, -3, 3, 2, 5]
    for dtype in ("int32", "int64"):
        for call in (
            "add",
            "subtract",
            "multiply",
            "divide",
            "truediv",
            "floordiv",
            "mod",
            "maximum",
            "minimum",
            "div",
        ):
            yield case(call, given(left, dtype), given(right, dtype), name=dtype)
    yield case("pow", given([2, -3, 5], "int32"), given([3, 3, 0], "int32"), name="int32")
    yield case("truediv", given([7, 1], "uint8"), given([2, 3], "uint8"), name="uint8")
    yield case("floordiv", given([7, 1], "int32"), given([2, 0], "int32"), name="int32 by zero", fails=True)
    yield case("square", given([-3, 4], "int32"), name="int32")
    yield case("abs", given([-3, 4], "int64"), name="int64")
    yield case("negative", given([-3, 4], "int32"), name="int32")
    yield case("sign", given([-3, 0, 4], "int32"), name="int32")


def unary() -> Iterator[Case]:
    anywhere = ("square", "exp", "negative", "abs", "sigmoid", "tanh", "sin", "cos", "sign", "floor", "ceil", "round")
    positive = ("sqrt", "log", "rsqrt", "reciprocal", "log1p")
    for call in (*anywhere, *positive):
        low = 0.1 if call in positive else -2.0
        yield case(call, X(2, 3, low=low), name="float32")
        yield case(call, X(2, 3, dtype="float64", low=low), name="float64")
    yield case("abs", given([-1.0, 0.0, 2.0]), name="zero")
    yield case("sqrt", given([4.0, 0.0]), name="zero", differentiate=False)
    yield case("sqrt", given([-1.0]), name="negative", differentiate=False)
    yield case("log", given([0.0, -1.0]), name="zero and negative", differentiate=False)
    yield case("exp", given([100.0, -200.0]), name="overflow", differentiate=False)
    yield case("sigmoid", given([100.0, -100.0]), name="saturated")
    yield case("round", given([0.5, 1.5, 2.5, -0.5, -1.5]), name="halves")
    yield case("nn.sigmoid", X(4), name="alias")
    yield case("nn.tanh", X(4), name="alias")
    yield case("clip_by_value", X(6), -1.0, 0.5, name="numbers")


def comparisons() -> Iterator[Case]:
    for call in ("equal", "not_equal", "greater", "greater_equal", "less", "less_equal"):
        yield case(
            call, given([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]), given([1.0, 3.0, 2.0]), name="float32", differentiate=False
        )
        yield case(call, given([1, 2, 3], "int64"), given([1, 3, 2], "int64"), name="int64")
        yield case(call, X(2, 1, dtype="int32"), X(1, 3, dtype="int32"), name="int32 broadcast")
        yield case(call, X(4), 0.0, name="number", differentiate=False)
    yield case("equal", given([True, False], "bool"), given([True, True], "bool"), name="bool")
    yield case("equal", given(["a", "b"], "string"), given(["a", "c"], "string"), name="string")
    yield case("equal", given([float("nan")]), given([float("nan")]), name="nan", differentiate=False)


def logic() -> Iterator[Case]:
    a, b = given([True, True, False, False], "bool"), given([True, False, True, False], "bool")
    for call in ("logical_and", "logical_or", "logical_xor"):
        yield case(call, a, b, name="bool")
    yield case("logical_not", a, name="bool")


def casts() -> Iterator[Case]:
    # 300 and -1.7 do not fit every target; what a conversion out of range gives is the hardware's business.
    for source in ("float32", "float64", "int32", "int64", "uint8", "bool"):
        values = {"uint8": [0, 1, 100], "bool": [True, False, True]}.get(source, [-3, 0, 100])
        if source.startswith("float"):
            values = [-1.7, 0.0, 2.5, 100.9]
        for target in ("float32", "float64", "float16", "int32", "int64", "uint8", "bool"):
            if target == "uint8" and source != "bool":
                values = [abs(value) for value in values]
            yield case("cast", given(values, source), dt(target), name=f"{source} to {target}")
    yield case("to_float", X(3, dtype="int32"), name="int32")
    yield case("to_int32", given([-1.7, 1.7]), name="float32", differentiate=False)
    yield case("to_int64", given([3, 4], "int32"), name="int32")
    yield case("to_double", X(3), name="float32")


def reductions() -> Iterator[Case]:
    axes = {"all": None, "0": 0, "1": 1, "-1": -1, "0,2": [0, 2], "none": []}
    for call in ("reduce_sum", "reduce_mean", "reduce_max", "reduce_min", "reduce_prod"):
        for name, axis in axes.items():
            yield case(call, X(2, 3, 4), axis=axis, name=f"axis {name}")
        yield case(call, X(2, 3, 4), axis=1, keepdims=True, name="keepdims")
        yield case(call, X(2, 3), 0, True, name="by position")
        yield case(call, X(2, 3), reduction_indices=1, keep_dims=True, name="old names")
        yield case(call, X(2, 3, dtype="float64"), axis=0, name="float64")
        yield case(call, given([[3, -4], [5, 6]], "int32"), axis=0, name="int32")
        yield case(call, X(), name="scalar")
        yield case(call, X(2, 3, 2), axis=X(values=[0, 2], dtype="int32"), name="axes fed")
        yield case(call, X(2, 3), axis=2, name="axis beyond the rank", fails=True)
    for call in ("reduce_max", "reduce_min"):
        yield case(call, given([[1.0, 3.0, 3.0], [1.0, 1.0, 1.0]]), axis=1, name="ties")
    yield case("reduce_prod", given([[1.0, 0.0, 3.0], [0.0, 0.0, 2.0]]), axis=1, name="zeros")
    yield case("reduce_mean", given([1, 2, 4], "int32"), name="int32 rounds")
    yield case("reduce_sum", X(0, 3), axis=0, name="nothing")
    yield case("reduce_mean", X(0, 3), axis=0, name="nothing", differentiate=False)
    yield case("reduce_max", X(0, 3), axis=0, name="nothing", differentiate=False)
    for call in ("reduce_all", "reduce_any"):
        for name, axis in axes.items():
            yield case(call, X(2, 3, 4, dtype="bool"), axis=axis, name=f"axis {name}")
        yield case(call, X(2, 3, dtype="bool"), axis=1, keepdims=True, name="keepdims")
    yield case("reduce_logsumexp", X(2, 3), axis=1, name="axis 1")


def extrema() -> Iterator[Case]:
    for call in ("argmax", "argmin"):
        for axis in (0, 1, 2, -1):
            yield case(call, X(2, 3, 4), axis, name=f"axis {axis}", differentiate=False)
        yield case(call, given([[1.0, 3.0, 3.0, 1.0]]), 1, name="ties", differentiate=False)
        yield case(call, X(5), name="default axis", differentiate=False)
        yield case(call, X(2, 3), axis=1, output_type=dt("int32"), name="int32 out", differentiate=False)
        yield case(call, X(2, 3), dimension=1, name="old name", differentiate=False)
        yield case(call, X(3, 4, dtype="int32", low=-50, high=50), 0, name="int32")
        yield case(call, X(3, 4), 2, name="axis beyond the rank", fails=True)


def operators() -> Iterator[Case]:
    for method in ("__add__", "__sub__", "__mul__", "__truediv__", "__floordiv__", "__mod__", "__pow__"):
        yield case(f"Tensor.{method}", X(3, low=0.5), X(3, low=0.5), name="tensors")
        yield case(f"Tensor.{method}", X(3, low=0.5), 2.0, name="number")
    for method in ("__radd__", "__rsub__", "__rmul__", "__rtruediv__", "__rfloordiv__", "__rmod__", "__rpow__"):
        yield case(f"Tensor.{method}", X(3, low=0.5), 2.0, name="number")
    for method in ("__gt__", "__ge__", "__lt__", "__le__"):
        yield case(f"Tensor.{method}", X(4), 0.0, name="number", differentiate=False)
    for method in ("__neg__", "__abs__"):
        yield case(f"Tensor.{method}", X(4), name="float32")
    for method in ("__and__", "__or__", "__xor__"):
        yield case(f"Tensor.{method}", X(4, dtype="bool"), X(4, dtype="bool"), name="bool")
    yield case("Tensor.__invert__", X(4, dtype="bool"), name="bool")
    yield case("Tensor.__matmul__", X(2, 3), X(3, 2), name="matrices")
    yield case("Tensor.__truediv__", given([7, -7], "int32"), 2, name="int32")
    yield case("Tensor.__floordiv__", given([7, -7], "int32"), 2, name="int32")
    yield case("Tensor.__mod__", given([7, -7], "int32"), 4, name="int32")
