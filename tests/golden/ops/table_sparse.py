"""Cases: sparse tensors and sets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from cases import Case, Sparse, X, case, dt, given

PLACES = [[0, 1], [1, 0], [1, 2], [3, 3]]
CUBE = [[0, 0, 1], [0, 2, 0], [1, 1, 1], [1, 1, 2]]


def table() -> Iterator[Case]:
    yield from dense()
    yield from arranged()
    yield from cut()
    yield from sums()
    yield from products()
    yield from reduced()
    yield from rows()
    yield from sets()


def matrix(dtype: str = "float32", indices: Any = None, shape: Any = (4, 4), values: Any = None) -> Sparse:
    indices = PLACES if indices is None else indices
    items = given(values, dtype) if values is not None else X(len(indices), dtype=dtype, low=-5, high=5)
    return Sparse(indices, items, list(shape))


def cube(dtype: str = "float32") -> Sparse:
    return matrix(dtype, CUBE, (2, 3, 3))


def nothing(dtype: str = "float32", shape: Any = (2, 3)) -> Sparse:
    return Sparse(given(np.zeros((0, len(shape))), "int64"), X(0, dtype=dtype), list(shape))


def dense() -> Iterator[Case]:
    call = "sparse_to_dense"
    yield case(call, [1, 3], [5], X(2), name="vector")
    yield case(call, PLACES, [4, 5], X(4), name="matrix")
    yield case(call, given(PLACES, "int64"), given([4, 5], "int64"), X(4), name="int64 inputs")
    yield case(call, given(PLACES, "int32"), [4, 5], X(4), X(), name="default from a tensor")
    yield case(call, 2, [5], X(), name="one place")
    yield case(call, [1, 3], [5], X(), name="one value")
    yield case(call, [[0, 1]], [2, 2], X(1, dtype="int32"), default_value=7, name="default")
    yield case(call, [[0, 1]], [2, 2], given(["a"], "string"), default_value="b", name="strings")
    yield case(call, [3, 1], [5], X(2), validate_indices=False, name="unordered unchecked")
    yield case(call, [3, 1], [5], X(2), fails=True, name="out of order")
    yield case(call, [1, 1], [5], X(2), fails=True, name="repeated")
    yield case(call, [1, 5], [5], X(2), fails=True, name="out of bounds")
    yield case(call, [1, 2], [5], X(3), fails=True, name="more values than places")
    call = "sparse_tensor_to_dense"
    for dtype in ("float32", "float64", "int32", "int64", "bool"):
        yield case(call, matrix(dtype), name=dtype)
    yield case(call, cube(), default_value=1.5, name="cube")
    yield case(call, nothing(), name="empty")
    yield case(call, matrix("string", values=["a", "b", "c", "d"]), name="strings")
    yield case(call, matrix(indices=[[1, 0], [0, 1]]), fails=True, name="out of order")
    yield case(call, matrix(indices=[[0, 1], [0, 4]]), fails=True, name="out of bounds")
    yield case(call, X(3), fails=True, name="not sparse")
    call = "sparse_to_indicator"
    yield case(call, matrix("int64", values=[1, 0, 3, 2]), 5, name="int64")
    yield case(call, matrix("int32", [[0, 0], [0, 1]], (2, 2), [4, 1]), 5, name="int32 two in a row")
    yield case(call, matrix("int32", [[0, 0]], (2, 2), [5]), 5, fails=True, name="id out of bounds")
    yield case("sparse.from_dense", given([[0, 1.5, 0], [2, 0, 0]]), name="float32")
    yield case("sparse.from_dense", given([0, 3, 0, 4], "int32"), name="int32")
    yield case("sparse.from_dense", given([[0, 0]], "int64"), name="zeros")
    yield case("sparse.eye", 3)
    yield case("sparse.eye", 2, 4, dt("int32"), name="wide")
    yield case("sparse.eye", 4, 2, dt("float64"), name="tall")
    ids = matrix("int64", values=[1, 0, 3, 2])
    yield case("sparse_merge", ids, matrix(), 5)
    yield case("sparse_merge", [ids, matrix("int64", values=[0, 1, 1, 0])], matrix(), [5, 2], name="two ids")
    yield case("sparse_merge", ids, matrix(), 5, already_sorted=True, name="sorted")


def arranged() -> Iterator[Case]:
    mixed = [[1, 2], [0, 1], [3, 3], [1, 0]]
    call = "sparse_reorder"
    for dtype in ("float32", "float64", "int32"):
        yield case(call, matrix(dtype, mixed), name=dtype)
    yield case(call, matrix("string", mixed, values=list("abcd")), name="strings")
    yield case(call, matrix(), name="in order already")
    yield case(call, nothing(), name="empty")
    yield case(call, matrix(indices=[[2, 9], [0, 8]]), name="out of bounds", static=())
    call = "sparse_reshape"
    for sizes in ([16], [2, 8], [8, -1], [2, 2, 4], [-1], [4, 4, 1], [1, -1, 2]):
        yield case(call, matrix(), sizes, name=f"to {sizes}")
    yield case(call, cube(), [6, 3], name="cube")
    yield case(call, matrix(), given([2, 8], "int64"), name="sizes from a tensor")
    yield case(call, nothing(), [3, 2], name="empty")
    yield case(call, matrix(), [5, 3], fails=True, name="other number of elements")
    yield case(call, matrix(), [-1, -1], fails=True, name="two unknown")
    yield case(call, matrix(), [-1, 5], fails=True, name="no whole number")
    call = "sparse_transpose"
    yield case(call, matrix(shape=(4, 5)))
    yield case(call, matrix(shape=(4, 5)), [0, 1], name="unchanged")
    yield case(call, cube(), name="cube")
    yield case(call, cube(), [1, 2, 0], name="cube turned")
    yield case(call, cube(), given([2, 0, 1], "int32"), name="order from a tensor")
    yield case(call, matrix("string", values=list("abcd")), name="strings")
    call = "sparse_retain"
    yield case(call, matrix(), [True, False, False, True])
    yield case(call, matrix(), given([False] * 4, "bool"), name="none")
    yield case(call, matrix("int64"), X(4, dtype="bool"), name="choice from a tensor")
    yield case(call, matrix(), [True, False], fails="building", name="too few")
    call = "sparse_reset_shape"
    yield case(call, matrix(shape=(6, 7)), name="tightest")
    yield case(call, matrix(), [5, 6], name="larger")
    yield case(call, matrix(), given([5, 6], "int64"), name="larger from a tensor")
    yield case(call, matrix(), [3, 6], fails=True, name="too small")
    yield case(call, matrix(), [5, 6, 7], fails=True, name="too many")
    yield case(call, nothing(), name="of nothing")
    call = "sparse.expand_dims"
    for axis in (None, 0, 1, 2, -1, -2):
        yield case(call, matrix(), axis, name=f"axis {axis}")
    yield case("identity", matrix(), name="sparse")
    yield case("cast", matrix(), dt("int32"), name="sparse")
    yield case("shape", matrix(), name="sparse")
    yield case("size", matrix(), name="sparse")
    yield case("rank", matrix(), name="sparse")


def cut() -> Iterator[Case]:
    call = "sparse_slice"
    for start, size in (([0, 0], [2, 2]), ([1, 0], [1, 3]), ([1, 1], [3, 3]), ([2, 2], [9, 9]), ([0, 0], [0, 4])):
        yield case(call, matrix(), start, size, name=f"{start} {size}")
    yield case(call, cube(), [0, 1, 1], [2, 1, 2], name="cube")
    yield case(call, matrix(), given([1, 0], "int64"), given([2, 2], "int64"), name="box from tensors")
    yield case(call, matrix("string", values=list("abcd")), [1, 0], [1, 4], name="strings")
    call = "sparse_split"
    for axis, number in ((0, 2), (1, 2), (0, 3), (1, 4), (-1, 2), (0, 1)):
        yield case(call, sp_input=matrix(), num_split=number, axis=axis, name=f"axis {axis} in {number}")
    yield case(call, sp_input=cube("int32"), num_split=2, axis=2, name="cube")
    yield case(call, sp_input=matrix(), num_split=5, axis=0, fails=True, name="more parts than rows")
    yield case(call, sp_input=matrix(), num_split=2, axis=2, fails=True, name="no such axis")
    yield case(call, sp_input=matrix(), axis=2, fails=True, name="no number")
    call = "sparse_concat"
    for axis in (0, 1, -1, -2):
        yield case(call, axis, [matrix(), matrix(indices=[[0, 0], [3, 1]])], name=f"axis {axis}")
    yield case(call, 0, [matrix(), matrix(shape=(5, 4)), matrix("float32", [[0, 3]])], name="three")
    yield case(call, 1, [cube(), cube()], name="cubes")
    yield case(call, 0, [matrix(shape=(4, 6)), matrix()], expand_nonconcat_dim=True, name="expanded")
    yield case(call, -1, [matrix(shape=(5, 4)), matrix()], expand_nonconcat_dim=True, name="expanded last")
    yield case(call, 0, [matrix("string", values=list("abcd"))] * 2, name="strings")
    yield case(call, 0, [matrix()], name="one")
    yield case(call, 0, [matrix(shape=(4, 6)), matrix()], fails=True, name="other sizes")
    yield case(call, 0, [matrix(), cube()], fails=True, name="other ranks")
    yield case(call, 2, [matrix(), matrix()], fails=True, name="no such axis")


def sums() -> Iterator[Case]:
    other = [[0, 1], [1, 1], [3, 3]]
    call = "sparse_add"
    for dtype in ("float32", "float64", "int32"):
        yield case(call, matrix(dtype), matrix(dtype, other), name=dtype)
    yield case(call, matrix(values=[1, 2, 3, 4]), matrix("float32", other, values=[-1, 5, -4]), 0.5, name="threshold")
    yield case(call, matrix(values=[1, 2, 3, 4]), matrix("float32", other, values=[-1, 5, -4]), name="zeros stay")
    yield case(call, cube(), cube(), name="cubes")
    yield case(call, nothing(), nothing(), name="empty")
    yield case(call, matrix(), X(4, 4), name="dense second")
    yield case(call, X(4, 4, dtype="int32", low=-5, high=5), matrix("int32"), name="dense first")
    yield case(call, cube("float64"), X(2, 3, 3, dtype="float64"), name="dense cube")
    yield case(call, matrix(), matrix(shape=(4, 5)), fails=True, name="other shapes")
    yield case(call, matrix(), X(4, 5), fails=True, name="other dense shape")
    yield case(call, X(4), X(4), fails=True, name="both dense")
    for call in ("sparse_maximum", "sparse_minimum"):
        for dtype in ("float32", "int32"):
            yield case(call, matrix(dtype), matrix(dtype, other), name=dtype, differentiate=False)
        yield case(call, matrix(), matrix(), name="same places", differentiate=False)


def products() -> Iterator[Case]:
    call = "sparse_tensor_dense_matmul"
    for dtype in ("float32", "float64"):
        for a in (False, True):
            for b in (False, True):
                sparse = matrix(dtype, shape=(4, 5))
                size = (4, 3) if a else (5, 3)
                yield case(
                    call,
                    sparse,
                    X(*(size[::-1] if b else size), dtype=dtype),
                    adjoint_a=a,
                    adjoint_b=b,
                    name=f"{dtype} adjoints {a:d}{b:d}",
                )
    yield case(call, matrix("int32"), X(4, 2, dtype="int32", low=-5, high=5), name="int32")
    yield case(call, X(2, 4), matrix(shape=(4, 5)), name="dense first")
    yield case(call, X(2, 5), matrix(shape=(4, 5)), adjoint_b=True, name="dense first adjoint")
    yield case(call, matrix(indices=[[1, 1], [1, 1]]), X(4, 2), name="repeated places")
    yield case(call, nothing(), X(3, 2), name="empty")
    yield case(call, matrix(), X(5, 3), fails=True, name="inner sizes differ")
    yield case(call, matrix(), X(4), fails=True, name="vector")
    for method in ("SparseTensor.__mul__", "SparseTensor.__truediv__"):
        for shape in ((4, 4), (4,), (4, 1), (1, 4), (1, 1), ()):
            yield case(method, matrix(), X(*shape, low=1, high=3), name=f"by {list(shape)}")
        yield case(method, matrix("float64"), X(4, dtype="float64", low=1, high=3), name="float64")
        yield case(method, matrix(), [1.0, 2.0, 3.0, 4.0], name="by a list")
        yield case(method, matrix(), X(3), fails=True, name="other size")
        yield case(method, matrix(), X(2, 4, 4), fails=True, name="larger rank")
    yield case("SparseTensor.__mul__", matrix("int32"), 3, name="int32")


def reduced() -> Iterator[Case]:
    for call in ("sparse_reduce_sum", "sparse_reduce_max", "sparse_reduce_sum_sparse", "sparse_reduce_max_sparse"):
        gradient = call == "sparse_reduce_sum"
        for axis in (None, 0, 1, -1, [0], [0, 1]):
            for keep in (False, True):
                yield case(call, matrix(), axis, keep, name=f"axis {axis} keep {keep:d}", differentiate=gradient)
        for axis in (0, [0, 2], [-1]):
            yield case(call, cube("float64"), axis, name=f"cube axis {axis}", differentiate=gradient)
        yield case(call, matrix("int32"), reduction_axes=1, keep_dims=True, name="int32, old names")
    call = "sparse_softmax"
    yield case(call, matrix())
    yield case(call, matrix("float64", [[0, 0], [0, 1], [0, 3], [2, 2]]), name="float64")
    yield case(call, cube(), name="cube")
    yield case(call, matrix(values=[1000, -1000, 1000, 3]), name="large")


def rows() -> Iterator[Case]:
    call = "sparse_fill_empty_rows"
    yield case(call, matrix(shape=(6, 4)), 9.5)
    yield case(call, matrix("int64", shape=(6, 4)), 7, name="int64")
    yield case(call, matrix("float32", shape=(6, 4)), X(), name="value from a tensor")
    yield case(call, matrix("string", shape=(5, 4), values=list("abcd")), "z", name="strings")
    yield case(call, matrix(indices=[[0, 0], [1, 1]], shape=(2, 2)), 0.0, name="none empty")
    yield case(call, nothing(), 1.0, name="all empty")
    yield case(call, matrix(), [1.0], fails=True, name="value no scalar")


def sets() -> Iterator[Case]:
    a, b = X(3, 4, dtype="int64", low=0, high=5), X(3, 2, dtype="int64", low=0, high=5)
    row = [[0, 0], [0, 1], [2, 0]]
    for call in ("sets.set_intersection", "sets.set_union", "sets.set_difference"):
        yield case(call, a, b, name="dense")
        yield case(call, X(3, 4, dtype="int32", low=0, high=3), X(3, 4, dtype="int32", low=0, high=3), name="int32")
        yield case(
            call, X(2, 2, 3, dtype="int64", low=0, high=4), X(2, 2, 2, dtype="int64", low=0, high=4), name="cube"
        )
        yield case(call, a, matrix("int64", row, (3, 2), [1, 5, 0]), name="sparse second")
        yield case(call, matrix("int64", row, (3, 2), [1, 5, 0]), b, name="sparse first")
        yield case(
            call,
            matrix("int64", row, (3, 2), [1, 5, 0]),
            matrix("int64", [[0, 0], [1, 0]], (3, 3), [5, 4]),
            name="sparse",
        )
        yield case(call, given([["a", "b"]], "string"), given([["b", "c"]], "string"), name="strings")
        yield case(call, given([[1], [2]], "uint8"), given([[1], [3]], "uint8"), name="uint8")
        yield case(call, X(3, 4), X(3, 4), fails=True, name="float")
        yield case(call, X(3, 4, dtype="int64"), X(2, 4, dtype="int64"), fails=True, name="other groups")
        yield case(call, X(3, dtype="int64"), X(3, dtype="int64"), fails=True, name="rank 1")
        yield case(call, a, matrix("int64", [[0, 1], [0, 0]], (3, 2), [1, 5]), fails=True, name="indices out of order")
    yield case("sets.set_difference", a, b, aminusb=False, name="b - a")
    yield case("sets.set_difference", matrix("int64", row, (3, 2), [1, 5, 0]), b, aminusb=False, name="sparse b - a")
    for call in ("sets.set_size", "sets.size"):
        yield case(call, matrix("int64", row, (3, 2), [1, 1, 0]))
        yield case(call, matrix("int32", CUBE, (2, 3, 3), [1, 1, 0, 4]), name="cube")
    yield case("sets.set_size", matrix("string", row, (3, 2), list("aab")), name="strings")
    yield case("sets.set_size", X(3, dtype="int64"), fails=True, name="dense")
