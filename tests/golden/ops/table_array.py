"""Cases: shapes, slices, joining and parting, filling, gathering."""

from __future__ import annotations

from collections.abc import Iterator

from cases import Case, X, case, dt, given


def table() -> Iterator[Case]:
    yield from reshapes()
    yield from slices()
    yield from joins()
    yield from fills()
    yield from gathers()
    yield from shapes()


def reshapes() -> Iterator[Case]:
    for target in ([6, 4], [-1, 4], [2, -1], [-1], [2, 3, 2, 2], [4, 3, 2]):
        yield case("reshape", X(2, 3, 4), target, name=str(target))
    yield case("reshape", X(1), [], name="to a scalar")
    yield case("reshape", X(), [1, 1], name="from a scalar")
    yield case("reshape", X(2, 6), X(values=[3, -1], dtype="int32"), name="shape fed")
    yield case("reshape", X(2, 6, dtype="int32"), [3, 4], name="int32")
    yield case("reshape", X(0, 3), [0, 5], name="nothing")
    yield case("reshape", X(2, 3), [4, -1], name="does not divide", fails=True)
    yield case("reshape", X(2, 3), [7], name="wrong size", fails=True)
    yield case("reshape", X(2, 3), [-1, -1], name="two unknown", fails=True)
    yield case("transpose", X(2, 3), name="matrix")
    yield case("transpose", X(2, 3, 4), name="rank 3")
    for order in ([0, 2, 1], [2, 0, 1], [1, 0, 2], [0, 1, 2]):
        yield case("transpose", X(2, 3, 4), perm=order, name=str(order))
    yield case("transpose", X(2, 3, 4, 5), [0, 3, 1, 2], name="pictures")
    yield case("transpose", X(2, 3, 2), perm=X(values=[2, 0, 1], dtype="int32"), name="order fed")
    yield case("transpose", X(2, 3), perm=[0, 0], name="axis twice", fails=True)
    for axis in (0, 1, 2, -1, -3):
        yield case("expand_dims", X(2, 3), axis, name=f"axis {axis}")
    yield case("expand_dims", X(2, 3), dim=1, name="old name")
    yield case("expand_dims", X(2, 3), 4, name="axis beyond the rank", fails=True)
    yield case("squeeze", X(1, 3, 1, 2), name="all")
    for axis in ([0], [2], [0, 2], [-2]):
        yield case("squeeze", X(1, 3, 1, 2), axis=axis, name=f"axis {axis}")
    yield case("squeeze", X(1, 3, 1), squeeze_dims=[0], name="old name")
    yield case("squeeze", X(2, 3), axis=[0], name="size 2", fails=True)
    yield case("layers.flatten", X(2, 3, 4), name="rank 3")
    yield case("layers.flatten", X(2, 3, 4, 2), name="pictures")
    yield case("layers.flatten", X(5), name="vector")


def slices() -> Iterator[Case]:
    every = slice(None)
    indices = {
        "0": [0],
        "-1": [-1],
        "1:": [slice(1, None)],
        ":-1": [slice(None, -1)],
        "::2": [slice(None, None, 2)],
        "::-1": [slice(None, None, -1)],
        "3:0:-2": [slice(3, 0, -2)],
        ":,1": [every, 1],
        ":,1:3": [every, slice(1, 3)],
        "...,0": [Ellipsis, 0],
        "0,...": [0, Ellipsis],
        "1,...,::2": [1, Ellipsis, slice(None, None, 2)],
        "newaxis": [None],
        ":,newaxis,1": [every, None, 1],
        "...,newaxis": [Ellipsis, None],
        "0,1,2": [0, 1, 2],
        "beyond the end": [slice(2, 100)],
        "nothing": [slice(2, 2)],
        ":,::-1,newaxis,-1": [every, slice(None, None, -1), None, -1],
    }
    for name, index in indices.items():
        yield case("Tensor.__getitem__", X(4, 3, 5), index, name=name)
    yield case("Tensor.__getitem__", X(4, 3), [X(values=2, dtype="int32")], name="index fed")
    yield case(
        "Tensor.__getitem__", X(5), [slice(X(values=1, dtype="int32"), X(values=4, dtype="int32"))], name="bounds fed"
    )
    yield case("Tensor.__getitem__", X(4, 3, dtype="int32"), [slice(1, 3)], name="int32")
    yield case("Tensor.__getitem__", X(2, 3), [5], name="index beyond the size", fails=True)
    yield case("Tensor.__getitem__", X(2, 3), [0, 0, 0], name="too many", fails=True)
    yield case("slice", X(4, 3, 5), [1, 0, 2], [2, 3, 2], name="sizes")
    yield case("slice", X(4, 3, 5), [1, 0, 2], [-1, 2, -1], name="to the end")
    yield case("slice", X(4, 3), X(values=[1, 0], dtype="int32"), [2, 2], name="begin fed")
    yield case("slice", X(4, 3), [1, 0], X(values=[2, -1], dtype="int32"), name="size fed")
    yield case("slice", X(4, 3), [3, 0], [2, 2], name="beyond the end", fails=True)
    yield case("strided_slice", X(4, 5), [1, 0], [3, 5], name="plain")
    yield case("strided_slice", X(4, 5), [1, 0], [3, 5], [1, 2], name="strides")
    yield case("strided_slice", X(4, 5), [0, 4], [4, 0], [1, -1], name="backwards")
    yield case("strided_slice", X(4, 5), [1, 1], [3, 3], begin_mask=1, name="begin mask")
    yield case("strided_slice", X(4, 5), [1, 1], [3, 3], end_mask=2, name="end mask")
    yield case("strided_slice", X(4, 5), [1, 1], [3, 3], shrink_axis_mask=1, name="shrink mask")
    yield case("strided_slice", X(4, 5), [1, 1, 1], [3, 3, 3], new_axis_mask=2, name="new axis mask")
    yield case("strided_slice", X(2, 4, 5), [0, 1], [0, 3], ellipsis_mask=1, name="ellipsis mask")


def joins() -> Iterator[Case]:
    for axis in (0, -2):
        yield case("concat", [X(2, 3), X(1, 3), X(4, 3)], axis=axis, name=f"axis {axis}")
    yield case("concat", [X(2, 3), X(2, 1)], axis=1, name="axis 1")
    yield case("concat", [X(2, 3, 1), X(2, 3, 4)], -1, name="axis -1")
    yield case("concat", [X(2, 3)], axis=0, name="one")
    yield case("concat", [X(2, dtype="int32"), X(3, dtype="int32")], axis=0, name="int32")
    yield case("concat", [X(2, 2), X(2, 2)], axis=X(values=1, dtype="int32"), name="axis fed", differentiate=False)
    yield case("concat", [X(2, 3), X(2, 2)], axis=0, name="sizes disagree", fails=True)
    yield case("split", X(4, 6), 2, name="default axis")
    yield case("split", X(4, 6), 3, axis=1, name="axis 1")
    yield case("split", X(4, 6), num_or_size_splits=2, axis=-1, name="axis -1")
    yield case("split", X(4, 6), [1, 3, 2], axis=1, name="sizes")
    yield case("split", X(4, 6), [1, -1, 2], axis=1, name="one size open")
    yield case("split", X(4, 6), 4, axis=1, name="does not divide", fails=True)
    for axis in (0, 1, -1):
        yield case("stack", [X(2, 3), X(2, 3)], axis=axis, name=f"axis {axis}")
        yield case("unstack", X(2, 3, 4), axis=axis, name=f"axis {axis}")
    yield case("stack", [X(), X(), X()], name="scalars")
    yield case("stack", [X(dtype="int32"), 3, -1], name="tensor and numbers")
    yield case("stack", [X(2), X(3)], name="shapes disagree", fails=True)
    yield case("unstack", X(3, 2), num=3, name="num")
    yield case("unstack", X(3, 2), num=2, name="wrong num", fails=True)
    for multiples in ([2, 1], [1, 3], [2, 2], [0, 2]):
        yield case("tile", X(2, 3), multiples, name=str(multiples))
    yield case("tile", X(3), [2], name="vector")
    yield case("tile", X(2, 3), X(values=[2, 2], dtype="int32"), name="multiples fed")
    yield case("tile", X(2, 3), [2], name="too few", fails=True)
    for mode in ("CONSTANT", "REFLECT", "SYMMETRIC"):
        yield case("pad", X(3, 4), [[1, 2], [0, 1]], mode=mode, name=mode)
    yield case("pad", X(2, 3), [[1, 1], [2, 0]], constant_values=1.5, name="value")
    yield case("pad", X(1, 3, 3, 2), [[0, 0], [1, 1], [2, 2], [0, 0]], name="pictures")
    yield case("pad", X(2, 3, dtype="int32"), [[1, 0], [0, 1]], "CONSTANT", name="int32")
    yield case("pad", X(2, 3), X(values=[[1, 0], [0, 1]], dtype="int32"), name="paddings fed")
    yield case("pad", X(2, 3), [[3, 0], [0, 0]], mode="REFLECT", name="reflects too far", fails=True)
    yield case("reverse", X(2, 3, 4), axis=[0, 2], name="axes")


def fills() -> Iterator[Case]:
    yield case("fill", [2, 3], 1.5, name="float")
    yield case("fill", [2], 7, name="int")
    yield case("fill", [2, 2], X(), name="value fed")
    yield case("fill", X(values=[2, 3], dtype="int32"), 0.5, name="shape fed")
    yield case("fill", [2], True, name="bool")
    for call in ("zeros", "ones"):
        yield case(call, [2, 3], name="float32")
        yield case(call, [], name="scalar")
        yield case(call, [2, 3], dt("int64"), name="int64")
        yield case(call, shape=[2], dtype=dt("bool"), name="bool")
        yield case(call, X(values=[2, 3], dtype="int32"), name="shape fed")
    for call in ("zeros_like", "ones_like"):
        yield case(call, X(2, 3), name="float32")
        yield case(call, X(2, 3), dtype=dt("int32"), name="to int32")
        yield case(call, X(2, dtype="bool"), name="bool")
    yield case("range", 5, name="limit")
    yield case("range", 2, 8, name="start and limit")
    yield case("range", 2, 9, 3, name="delta")
    yield case("range", 5, 0, -2, name="backwards")
    yield case("range", 0.0, 1.0, 0.25, name="float")
    yield case("range", X(values=4, dtype="int32"), name="limit fed")
    yield case("range", 3, dtype=dt("float32"), name="to float32")
    yield case("range", 0, 5, 0, name="delta 0", fails=True)
    yield case("linspace", 0.0, 1.0, 5, name="floats")
    yield case("constant", [[1, 2], [3, 4]], name="ints")
    yield case("constant", [1.5, 2.5], name="floats")
    yield case("constant", 3, dtype=dt("float64"), name="to float64")
    yield case("constant", 7, shape=[2, 3], name="filled")
    yield case("constant", [1, 2, 3], shape=[2, 3], name="last repeats")
    yield case("constant", ["a", "bc"], name="strings")
    yield case("constant", [True, False], name="bools")
    yield case("constant", 1.5, dtype=dt("int32"), name="float as int32", fails=True)
    yield case("constant", [1, 2, 3, 4], shape=[3], name="too many", fails=True)
    yield case("identity", X(2, 3), name="float32")
    yield case("stop_gradient", X(2, 3), name="float32")
    yield case("identity", given(["a"], "string"), name="string")


def gathers() -> Iterator[Case]:
    yield case("gather", X(4, 3), [2, 0, 2], name="rows")
    yield case("gather", X(4, 3), 1, name="one row")
    yield case("gather", X(4, 3), [[0, 1], [3, 3]], name="matrix of indices")
    yield case("gather", X(4, 3), [2, 0], axis=1, name="axis 1")
    yield case("gather", X(2, 4, 3), [3, 1, 1], axis=-2, name="axis -2")
    yield case("gather", X(4, 3), X(values=[1, 1, 0], dtype="int64"), name="int64 indices fed")
    yield case("gather", X(4, 3), X(values=[1, 2], dtype="int32"), axis=1, name="axis 1 indices fed")
    yield case("gather", X(4), X(values=[4], dtype="int32"), name="index too large", fails=True)
    yield case("gather", X(2, 4, 3), X(values=[[3, 1], [0, 0]], dtype="int32"), batch_dims=1, name="batch dims")
    yield case("gather_nd", X(3, 4), [[0, 1], [2, 3]], name="elements")
    yield case("gather_nd", X(3, 4), [[1], [0]], name="rows")
    mask = given([[True, False, True], [False, False, True]], "bool")
    yield case("where", mask, name="coordinates")
    yield case("where", given([True, False, True], "bool"), name="coordinates of a vector")
    yield case("where", mask, X(2, 3), X(2, 3), name="select")
    yield case("where", given([True, False], "bool"), X(2, 3), X(2, 3), name="select rows")
    yield case("where", given(True, "bool"), X(2, 3), X(2, 3), name="select whole")
    yield case("where", mask, X(2, 3), X(3), name="shapes disagree", fails=True)
    yield case("boolean_mask", X(2, 3), mask, name="elements")
    yield case("boolean_mask", X(3, 2), given([True, False, True], "bool"), name="rows")
    yield case("nn.embedding_lookup", X(5, 3), [4, 0, 4], name="rows")
    yield case("nn.top_k", X(2, 5), 3, name="three")
    yield case("nn.in_top_k", X(3, 4), given([0, 1, 2], "int32"), 2, name="two", differentiate=False)


def shapes() -> Iterator[Case]:
    for call in ("shape", "size", "rank"):
        yield case(call, X(2, 3, 4), name="rank 3", differentiate=False)
        yield case(call, X(), name="scalar", differentiate=False)
        yield case(call, X(0, 2), name="nothing", differentiate=False)
    for call in ("shape", "size"):
        yield case(call, X(2, 3), out_type=dt("int64"), name="int64", differentiate=False)
    yield case("broadcast_to", X(3), [2, 3], name="row")
    yield case("broadcast_to", X(2, 1), [2, 4], name="column")
    yield case("invert_permutation", given([2, 0, 1], "int32"), name="int32")
    yield case("cumsum", X(2, 4), axis=1, name="axis 1")
    yield case("diag", X(3), name="vector")
    yield case("matrix_transpose", X(2, 3, 4), name="rank 3")
