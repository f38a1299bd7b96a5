"""Cases: sorting, searching, placing, diagonals, grids, patches, blocks, quantization, checks."""

from __future__ import annotations

from collections.abc import Iterator

from cases import Case, X, case, dt, given


def table() -> Iterator[Case]:
    yield from ordering()
    yield from distinct()
    yield from moving()
    yield from placing()
    yield from batches()
    yield from diagonals()
    yield from grids()
    yield from blocks()
    yield from patches()
    yield from borders()
    yield from parts()
    yield from checks()
    yield from quantized()


def ordering() -> Iterator[Case]:
    ties = given([[2, 1, 2, 1, 2], [0, 0, 0, 0, 0]])
    for k in (0, 1, 2, 5):
        yield case("nn.top_k", X(3, 5), k, name=f"k {k}")
    yield case("nn.top_k", X(5), 2, name="vector")
    yield case("nn.top_k", X(2, 2, 4), 3, name="rank 3")
    yield case("nn.top_k", X(2, 4), name="default k")
    yield case("nn.top_k", ties, 4, name="ties")
    yield case("nn.top_k", given([1, 3, 2], "int32"), 2, name="int32")
    yield case("nn.top_k", given([1, 3, 2], "uint8"), 2, name="uint8")
    yield case("nn.top_k", given([1.5, -2.5], "float16"), 2, name="half")
    yield case("nn.top_k", X(2, 4), X(values=2, dtype="int32"), name="k fed")
    yield case("math.top_k", X(2, 4), 2, sorted=True, index_type=dt("int64"), name="index type")
    yield case("nn.top_k", X(0, 4), 2, name="no rows")
    yield case("nn.top_k", X(2, 3), 4, name="too many", fails=True)
    yield case("nn.top_k", X(), 1, name="scalar", fails=True)
    yield case("nn.top_k", X(2, 3), -1, name="negative", fails=True)
    predictions = given([[0.1, 0.3, 0.2, 0.4], [0.5, 0.5, 0.1, 0.5], [0.9, 0.05, 0.03, 0.02]])
    for k in (1, 2, 3):
        targets = given([1, 0, 3], "int32")
        yield case("nn.in_top_k", predictions, targets, k, name=f"k {k}", differentiate=False)
    yield case("math.in_top_k", predictions, given([3, 2, 0], "int64"), 1, name="int64", differentiate=False)
    yield case("nn.in_top_k", predictions, given([4, -1, 0], "int32"), 2, name="no class", differentiate=False)
    yield case("nn.in_top_k", predictions, given([3, 2], "int32"), 1, name="rows disagree", fails=True)
    yield case("nn.in_top_k", X(3), given([0, 1, 2], "int32"), 1, name="rank", fails=True)
    for direction in ("ASCENDING", "DESCENDING"):
        for axis in (-1, 0, 1):
            yield case("sort", X(3, 4), axis=axis, direction=direction, name=f"{direction} {axis}")
            yield case("argsort", X(3, 4), axis=axis, direction=direction, name=f"{direction} {axis}")
    yield case("sort", X(2, 3, 4), axis=-2, name="axis -2")
    yield case("sort", given([3, -1, 2, -128], "int8"), name="int8")
    yield case("sort", given([3, 255, 0, 7], "uint8"), name="uint8")
    yield case("sort", given([3, -(2**31), 2**31 - 1], "int32"), name="int32 ends")
    yield case("sort", given([2, 1, 2, 1], "int64"), direction="DESCENDING", name="int64")
    yield case("sort", X(4, dtype="float64"), name="float64")
    yield case("argsort", ties, stable=True, name="ties")
    yield case("argsort", given([3, 255, 0, 7], "uint8"), name="uint8")
    yield case("sort", X(3), direction="UP", name="direction", fails=True)
    yield case("sort", X(3), axis=2, name="axis", fails=True)
    rows = given([[1, 3, 3, 7], [0, 2, 4, 6]])
    wanted = given([[0, 3, 8], [2, 5, 6]])
    for side in ("left", "right"):
        yield case("searchsorted", rows, wanted, side=side, name=side, differentiate=False)
        yield case("searchsorted", given([1, 2, 2, 5], "int32"), given([2, 9], "int32"), side=side, name=f"{side} ints")
    yield case("searchsorted", rows, wanted, out_type=dt("int64"), name="int64", differentiate=False)
    yield case("searchsorted", rows, given([[1, 2]]), name="rows disagree", fails=True)


def distinct() -> Iterator[Case]:
    numbers = given([5, 1, 5, 3, 1, 1], "int32")
    for call in ("unique", "unique_with_counts"):
        yield case(call, numbers, name="int32")
        yield case(call, given([5, 1, 5, 3, 1, 1], "float32"), name="float32", differentiate=False)
        yield case(call, given(["b", "a", "b"], "string"), name="strings")
        yield case(call, given([True, True, False], "bool"), name="bools")
        yield case(call, given([], "int64"), name="nothing")
        yield case(call, numbers, dt("int64"), name="int64 indices")
        yield case(call, X(2, 3), name="matrix", fails=True)
    yield case("setdiff1d", given([1, 2, 3, 4, 2], "int32"), given([2, 4], "int32"), name="int32")
    yield case("setdiff1d", given(["a", "b"], "string"), given(["b"], "string"), name="strings")
    yield case("setdiff1d", given([1.5, 2.5]), given([2.5]), index_dtype=dt("int64"), name="int64", differentiate=False)
    yield case("setdiff1d", given([1], "int32"), given([], "int32"), name="empty")
    yield case("invert_permutation", given([3, 0, 2, 1], "int64"), name="int64")
    yield case("invert_permutation", given([0, 0, 1], "int32"), name="no permutation", fails=True)
    yield case("invert_permutation", given([[0, 1]], "int32"), name="matrix", fails=True)


def moving() -> Iterator[Case]:
    for shift, axis in ((1, 0), (-1, 1), (7, 1), (0, 0), ([1, 2], [0, 1]), ([1, 1], [0, 0]), ([-1], [-1])):
        yield case("roll", X(3, 4), shift, axis, name=f"{shift} along {axis}")
    yield case("roll", X(3, 4), X(values=2, dtype="int32"), X(values=1, dtype="int32"), name="fed")
    yield case("roll", given(["a", "b", "c"], "string"), 1, 0, name="strings")
    yield case("roll", X(0, 3), 1, 0, name="nothing")
    yield case("roll", X(3), 1, 1, name="axis", fails=True)
    yield case("roll", X(3), [1, 2], 0, name="lengths", fails=True)
    lengths = given([2, 0, 3], "int32")
    yield case("reverse_sequence", X(3, 4), lengths, seq_axis=1, name="rows")
    yield case("reverse_sequence", X(4, 3, 2), lengths, seq_axis=0, batch_axis=1, name="steps first")
    yield case("reverse_sequence", X(3, 2, 4), given([1, 4, 2], "int64"), seq_dim=2, batch_dim=0, name="old names")
    yield case("reverse_sequence", X(3, 4), given([2, 0, 5], "int32"), seq_axis=1, name="too long", fails=True)
    yield case("reverse_sequence", X(3, 4), given([2, 0], "int32"), seq_axis=1, name="count", fails=True)
    yield case("reverse_sequence", X(3, 4), lengths, seq_axis=0, name="same axis", fails=True)
    for axis in ([0], [1], [-1], [0, 1], []):
        yield case("reverse", X(2, 3), axis, name=f"axis {axis}")
    yield case("reverse", X(2, 3), [True, False], name="bools are numbers")
    yield case("reverse", given([["a", "b"]], "string"), [1], name="strings")
    yield case("reverse_v2", X(2, 3), [1], name="later name")
    yield case("reverse", X(2, 3), X(values=[1], dtype="int64"), name="axis fed")
    yield case("reverse", X(2, 3), [0, -2], name="axis twice", fails=True)
    yield case("reverse", X(2, 3), [2], name="axis far", fails=True)
    for repeats in (2, [1]):
        yield case("repeat", X(3, 2), repeats, axis=0, name=f"{repeats} along 0")
    for repeats in ([1, 2, 3], [0, 2, 0]):
        name = f"{repeats} along 0"
        yield case("repeat", X(3, 2), repeats, axis=0, name=name, static=("full", "batch", "rank"))
    yield case("repeat", X(3, 2), [1, 3], axis=1, name="each along 1")
    yield case("repeat", X(2, 3, 2), [2, 0, 1], axis=-2, name="each along -2")
    yield case("repeat", X(2, 2), 3, axis=-1, name="along the last")
    yield case("repeat", X(2, 2), 2, name="no axis")
    yield case("repeat", X(2, 2), X(values=[1, 2, 0, 1], dtype="int32"), name="fed")
    yield case("repeat", X(2, 2), [1, 2, 3], axis=0, name="count", fails="building")
    yield case("broadcast_to", X(2, 1, 3), [2, 4, 3], name="middle")
    yield case("broadcast_to", X(), [2, 2], name="scalar")
    yield case("broadcast_to", X(3), X(values=[2, 3], dtype="int32"), name="shape fed")
    yield case("broadcast_to", X(3, dtype="int32"), [0, 3], name="to nothing")
    yield case("broadcast_to", X(3), [2, 4], name="disagree", fails=True)
    yield case("broadcast_to", X(2, 3), [3], name="rank", fails=True)
    yield case("broadcast_dynamic_shape", given([1, 3], "int32"), given([2, 1, 1], "int32"), name="ranks")
    yield case("broadcast_dynamic_shape", given([], "int64"), given([2], "int64"), name="scalar")
    yield case("broadcast_dynamic_shape", given([2], "int32"), given([3], "int32"), name="disagree", fails=True)


def placing() -> Iterator[Case]:
    indices = given([[0], [2], [0]], "int32")
    yield case("scatter_nd", indices, X(3, 2), [4, 2], name="rows add up")
    yield case("scatter_nd", given([[0, 1], [2, 0]], "int64"), X(2), X(values=[3, 2], dtype="int64"), name="shape fed")
    yield case("scatter_nd", given([[[0], [1]]], "int32"), X(1, 2), [3], name="indices of rank 3")
    yield case("scatter_nd", given([[1]], "int32"), given([7], "int32"), [3], name="int32")
    yield case("scatter_nd", given([[3]], "int32"), X(1), [3], name="outside", fails=True)
    yield case("scatter_nd", indices, X(2, 2), [4, 2], name="updates", fails=True)
    for call in ("update", "add", "sub", "max", "min"):
        full = f"tensor_scatter_nd_{call}"
        yield case(full, X(4, 2), given([[0], [2]], "int32"), X(2, 2), name="rows")
        yield case(full, X(2, 3), given([[0, 1], [1, 2]], "int64"), X(2), name="elements")
        yield case(full, X(4), given([[1]], "int32"), X(1), name="vector")
        yield case(full, X(3), given([[3]], "int32"), X(1), name="outside", fails=True)
        yield case(full, X(3, 2), given([[1]], "int32"), X(1, 3), name="updates", fails=True)
    for call in ("add", "sub"):
        yield case(f"tensor_scatter_{call}", X(4), given([[1], [1]], "int32"), X(2), name="twice")
    yield case("tensor_scatter_update", given(["a", "b"], "string"), given([[1]], "int32"), given(["c"], "string"))
    three = given([0, 2, 0, 1], "int32")
    yield case("dynamic_partition", X(4, 2), three, 3, name="rows")
    yield case("dynamic_partition", X(4), three, 4, name="an empty one")
    yield case("dynamic_partition", X(2, 2, 3), given([[0, 1], [1, 0]], "int32"), 2, name="matrix of numbers")
    yield case("dynamic_partition", given(["a", "b"], "string"), given([1, 0], "int32"), 2, name="strings")
    yield case("dynamic_partition", X(3), given([0, 2, 0], "int32"), 2, name="outside", fails=True)
    yield case("dynamic_partition", X(3), given([0, 1], "int32"), 2, name="shapes", fails=True)
    yield case("dynamic_stitch", [given([0, 2], "int32"), given([1], "int32")], [X(2, 3), X(1, 3)], name="rows")
    yield case("dynamic_stitch", [[0, 1], [1, 3]], [X(2), X(2)], name="later wins")
    yield case("dynamic_stitch", [given([[0], [1]], "int32")], [X(2, 1, 2)], name="matrix of places")
    yield case("parallel_stack", [X(2, 3), X(2, 3)], name="two", differentiate=False)
    yield case("unravel_index", given([22, 41, 0], "int32"), [7, 6], name="vector")
    yield case("unravel_index", given(22, "int64"), given([2, 3, 4], "int64"), name="scalar")
    yield case("unravel_index", given([24], "int32"), [2, 3, 4], name="outside", fails=True)
    condition = given([[True, False], [False, True]], "bool")
    yield case("where_v2", condition, X(2, 2), X(2, 2), name="same shapes")
    yield case("where_v2", condition, X(2, 1), X(2), name="broadcast")
    yield case("where_v2", given([True, False], "bool"), X(3, 1), 1.0, name="broadcast by the condition")
    yield case("where_v2", condition, name="coordinates")
    yield case("where_v2", condition, X(3), X(2, 2), name="disagree", fails=True)
    yield case("where", given([[0, 1], [2, 0]], "int32"), name="of numbers")
    yield case("where", given([[0, 1.5], [2, 0]], "float32"), name="of fractions", differentiate=False)
    yield case("where", given([False, False], "bool"), name="nowhere")
    yield case("where", given([], "bool"), name="of nothing")
    yield case("where", condition, given([["a"] * 2] * 2, "string"), given([["b"] * 2] * 2, "string"), name="strings")
    for axis in (0, 1, 2):
        size = (2, 3, 4)[axis]
        mask = given([True, False, True, True][:size], "bool")
        yield case("boolean_mask", X(2, 3, 4), mask, axis=axis, name=f"axis {axis}")
    yield case("boolean_mask", X(2, 3, 2), given([[True, False, True], [False] * 3], "bool"), name="two axes")
    yield case("boolean_mask", X(2, 2, 2), given([[True, False], [True, True]], "bool"), axis=1, name="last axes")
    yield case("boolean_mask", X(2), given([False, False], "bool"), name="nothing chosen")
    yield case("boolean_mask", X(2), given([True, True, True], "bool"), name="disagree", fails="building")
    for indices_type in ("uint8", "int32", "int64"):
        yield case("one_hot", given([0, 2, 5], indices_type), 3, name=f"of {indices_type}")
    for axis in (-1, 0, 1):
        yield case("one_hot", given([[0, 2], [1, 1]], "int32"), 3, axis=axis, name=f"rank 2 axis {axis}")
    yield case("one_hot", [1, -1], 2, 5.0, -1.0, name="values")
    yield case("one_hot", 1, 3, dtype=dt("int64"), name="number")
    yield case("one_hot", [1, 0], 2, True, False, name="bools")
    yield case("one_hot", given([0, 1], "int32"), X(values=3, dtype="int32"), name="of a fed depth")
    yield case(
        "one_hot", given([0], "int32"), 2, on_value=X(), off_value=X(), name="both values fed", differentiate=False
    )
    yield case("one_hot", [0], -1, name="depth", fails=True)
    yield case("one_hot", given([0, 1], "int32"), 2, axis=2, name="axis far", fails=True)


def batches() -> Iterator[Case]:
    yield case("gather_nd", X(2, 3, 2), given([[[0], [2]], [[1], [1]]], "int32"), batch_dims=1, name="batch")
    yield case("gather_nd", X(2, 3, 2), given([[[0, 1]], [[2, 0]]], "int64"), batch_dims=1, name="batch, elements")
    yield case("gather_nd", X(2, 2, 3), given([[[0], [2]], [[1], [1]]], "int32"), batch_dims=2, name="batch of rank 2")
    yield case("gather_nd", X(2, 3), given([[2, 0]], "int32"), name="outside", fails=True)
    yield case("gather_nd", X(2, 3), given([[0, 0, 0]], "int32"), name="too deep", fails=True)
    yield case("gather_nd", X(2, 3), given([[[0]], [[1]], [[0]]], "int32"), batch_dims=1, name="batches", fails=True)
    yield case("gather_nd", X(2, 3), given([[]], "int32"), name="whole")
    yield case("gather_nd", X(3, 2), given([[[0], [1]], [[2], [2]]], "int32"), name="rows in a matrix")
    yield case("gather_nd", given([["a", "b"]], "string"), given([[0, 1]], "int32"), name="strings")
    yield case("batch_gather", X(2, 4), given([[3, 0], [1, 1]], "int32"), name="vectors")
    yield case("batch_gather", X(2, 4, 3), given([[3], [1]], "int64"), name="rows")
    yield case("batch_gather", X(2, 2, 3), given([[[0], [2]], [[1], [1]]], "int32"), name="batch of rank 2")
    yield case("batch_gather", X(4, 2), given([3, 0], "int32"), name="no batch")
    for axis, batch_dims in ((1, 1), (2, 1), (2, 2), (-1, 1), (1, 0)):
        shape = (2,) * batch_dims
        values = [1, 0] if batch_dims == 0 else [[1, 0], [0, 1]] if batch_dims == 1 else [[[1], [0]], [[0], [1]]]
        name = f"axis {axis} batch {len(shape)}"
        yield case("gather", X(2, 2, 2, 3), given(values, "int32"), axis=axis, batch_dims=batch_dims, name=name)
    yield case("gather", given(["a", "b"], "string"), [1, 0], name="strings")
    yield case("gather", X(3), given([-1], "int32"), name="negative", fails=True)
    yield case("gather", X(3, 2), given([0], "int32"), axis=2, name="axis far", fails=True)


def diagonals() -> Iterator[Case]:
    yield case("diag", X(2, 2), name="matrix")
    yield case("diag", given([1, 2], "int32"), name="int32")
    yield case("diag", X(), name="of a scalar", fails=True)
    yield case("diag_part", X(3, 3), name="matrix")
    yield case("diag_part", X(2, 3, 2, 3), name="rank 4")
    yield case("diag_part", X(2, 3), name="disagree", fails=True)
    yield case("linalg.tensor_diag", X(3, dtype="float64"), name="float64")
    yield case("linalg.tensor_diag_part", X(2, 2), name="matrix")
    yield case("matrix_diag", X(3), name="vector")
    yield case("matrix_diag", X(2, 3), name="batch")
    yield case("matrix_diag", given([1, 2], "int64"), name="int64")
    for k in (-2, 1):
        yield case("matrix_diag", X(2, 3), k=k, name=f"k {k}", static=("full", "nothing"))
        yield case("matrix_diag_part", X(2, 4, 3), k=k, name=f"k {k}")
        yield case("matrix_set_diag", X(2, 4, 3), X(2, 2), k=k, name=f"k {k}")
    for align in ("RIGHT_LEFT", "LEFT_RIGHT", "LEFT_LEFT", "RIGHT_RIGHT"):
        yield case("linalg.diag", X(4, 3), k=[-1, 2], num_rows=3, num_cols=4, align=align, name=align, static=("full",))
        yield case("linalg.diag_part", X(2, 3, 4), k=[-2, 2], padding_value=9.0, align=align, name=align)
        yield case("linalg.set_diag", X(3, 4), X(4, 3), k=[-1, 2], align=align, name=align, static=("full",))
    yield case("linalg.diag", X(2), num_rows=2, num_cols=4, padding_value=-1.0, name="wide", static=("full",))
    yield case("linalg.diag", X(2), k=-1, num_rows=3, name="rows given", static=("full",))
    yield case("linalg.diag", X(2, 2), k=[0, 1], name="two", static=("full",))
    yield case("linalg.diag", X(2), num_rows=1, name="too small", fails=True)
    yield case("linalg.diag", X(3, 2), k=[0, 1], name="count", fails=True)
    yield case("matrix_diag_part", X(3, 3), name="square")
    yield case("matrix_diag_part", X(2, 4), name="wide")
    yield case("matrix_diag_part", X(3), name="vector", fails=True)
    yield case("matrix_diag_part", X(3, 3), k=3, name="outside", fails=True)
    yield case("matrix_set_diag", X(2, 3, 3), X(2, 3), name="batch")
    yield case("matrix_set_diag", X(3, 2), X(2), name="tall")
    yield case("matrix_set_diag", X(3, 3), X(2, 3), name="rank", fails=True)
    for lower, upper in ((0, 0), (1, 0), (-1, 0), (0, -1), (1, 2), (-1, -1)):
        yield case("matrix_band_part", X(3, 4), lower, upper, name=f"{lower} {upper}")
    yield case("linalg.band_part", X(2, 3, 3), X(values=1, dtype="int64"), X(values=0, dtype="int64"), name="fed")
    yield case("matrix_band_part", X(3, 3), 4, 0, name="too many", fails=True)
    yield case("matrix_band_part", X(3), 1, 0, name="vector", fails=True)
    yield case("matrix_transpose", X(2, 3), name="matrix")
    yield case("linalg.matrix_transpose", X(2, 2, 3, 1), name="rank 4")
    yield case("matrix_transpose", X(3), name="vector", fails=True)


def grids() -> Iterator[Case]:
    yield case("eye", 3, name="square")
    yield case("eye", 2, 3, name="wide")
    yield case("eye", 3, 2, dtype=dt("int32"), name="tall")
    yield case("eye", 2, batch_shape=[2, 1], name="batch")
    yield case("linalg.eye", 1, 2, batch_shape=[2], dtype=dt("float64"), name="batch wide")
    yield case("eye", X(values=3, dtype="int32"), name="fed")
    yield case("eye", X(values=2, dtype="int32"), X(values=3, dtype="int32"), name="both fed")
    yield case("eye", 2, dtype=dt("bool"), name="bool")
    yield case("eye", 0, name="nothing")
    for indexing in ("xy", "ij"):
        yield case("meshgrid", X(2), X(3), indexing=indexing, name=indexing)
        yield case("meshgrid", X(2), X(3), X(2), indexing=indexing, name=f"{indexing} three")
    yield case("meshgrid", X(3), name="one")
    yield case("meshgrid", given([1, 2], "int32"), given([5], "int32"), name="ints")
    yield case("meshgrid", X(2), X(2), indexing="yx", name="indexing", fails=True)
    yield case("sequence_mask", given([1, 3, 0], "int32"), name="lengths")
    yield case("sequence_mask", given([1, 3, 0], "int32"), 4, name="wider")
    yield case("sequence_mask", given([1, 3], "int64"), 2, name="narrower")
    yield case("sequence_mask", given([[1], [2]], "int32"), 3, dtype=dt("float32"), name="matrix")
    yield case("sequence_mask", given(2, "int32"), 3, name="scalar")
    yield case("sequence_mask", given([1], "int32"), X(values=2, dtype="int32"), dt("int32"), name="fed")
    for args in ((5,), (2, 5), (0, 7, 3), (5, 0, -1), (3, 3)):
        yield case("range", *args, name=f"of {args}")
    yield case("range", 0.0, 1.0, 0.3, dtype=dt("float64"), name="float64")
    yield case("range", 1, 4, dtype=dt("int64"), name="int64")
    yield case("range", X(values=0.0), X(values=2.0), X(values=0.5), name="fractions fed", differentiate=False)
    yield case("range", 5, 1, name="the wrong way", fails=True)
    for count in (1, 2, 7):
        yield case("linspace", -1.0, 2.0, count, name=f"of {count}")
    yield case(
        "lin_space", X(dtype="float64"), X(dtype="float64"), 4, name="fed", differentiate=False, static=("full",)
    )
    yield case("linspace", 0.0, 1.0, X(values=3, dtype="int32"), name="count fed")
    yield case("fill", [0, 2], 1.0, name="nothing")
    yield case("fill", [], 3, name="scalar")
    yield case("fill", [2], "a", name="strings")
    yield case("fill", [-1], 1.0, name="negative", fails=True)
    yield case("fill", [2], X(2), name="vector", fails=True)
    for call in ("zeros_like", "ones_like"):
        yield case(call, X(2, dtype="float64"), name="float64")
        yield case(call, X(2, 2, dtype="int32"), dtype=dt("bool"), name="to bool")
        yield case(call, X(2), optimize=False, name="as nodes")
    yield case("zeros_like", given(["a"], "string"), name="strings")
    for call in ("shape", "size"):
        yield case(call, given(["a", "b"], "string"), name="strings")
    yield case("shape_n", [X(2), X(3, 1)], name="two", differentiate=False)
    yield case("shape_n", [X(2), X(3, 1)], out_type=dt("int64"), name="int64", differentiate=False)


def blocks() -> Iterator[Case]:
    yield case("space_to_depth", X(2, 4, 6, 3), 2, name="NHWC")
    yield case("nn.space_to_depth", X(1, 6, 3, 1), 3, name="of 3")
    yield case("space_to_depth", X(1, 2, 2, 1, dtype="int32"), 2, name="ints")
    yield case("space_to_depth", X(1, 3, 4, 1), 2, name="odd", fails=True)
    yield case("space_to_depth", X(4, 4, 1), 2, name="rank", fails=True)
    yield case("depth_to_space", X(2, 2, 3, 8), 2, name="NHWC")
    yield case("nn.depth_to_space", X(1, 1, 2, 9), 3, name="of 3")
    yield case("depth_to_space", X(1, 2, 2, 6), 2, name="odd", fails=True)
    yield case("space_to_batch", X(1, 4, 4, 1), [[0, 0], [0, 0]], 2, name="plain")
    yield case("space_to_batch", X(1, 3, 4, 2), [[1, 0], [2, 0]], 2, name="padded")
    yield case("batch_to_space", X(4, 2, 2, 1), [[0, 0], [0, 0]], 2, name="plain")
    yield case("batch_to_space", X(4, 2, 2, 1), [[1, 0], [0, 2]], 2, name="cropped")
    yield case("space_to_batch_nd", X(2, 6), [3], [[0, 0]], name="one axis")
    yield case("space_to_batch_nd", X(1, 2, 4, 2, 3), [1, 2], [[1, 0], [1, 1]], name="rank 5")
    yield case(
        "space_to_batch_nd", X(1, 4, 4), X(values=[2, 2], dtype="int32"), [[0, 0], [0, 0]], name="fed", static=("full",)
    )
    yield case("batch_to_space_nd", X(6, 2), [3], [[1, 2]], name="one axis")
    yield case("batch_to_space_nd", X(4, 1, 2, 2), [2, 2], [[0, 1], [1, 0]], name="cropped")
    yield case("space_to_batch_nd", X(1, 5, 4), [2, 2], [[0, 0], [0, 0]], name="odd", fails=True)
    yield case("batch_to_space_nd", X(3, 2, 2), [2, 2], [[0, 0], [0, 0]], name="batch", fails=True)
    yield case("batch_to_space_nd", X(4, 1, 2), [2, 2], [[2, 1], [0, 0]], name="crops", fails=True)
    yield case("required_space_to_batch_paddings", [5, 6], [2, 4], name="sizes")
    yield case("required_space_to_batch_paddings", [5, 6], [2, 4], [[1, 0], [0, 3]], name="base")
    yield case("required_space_to_batch_paddings", X(values=[5, 6], dtype="int32"), [2, 4], name="fed")


def patches() -> Iterator[Case]:
    call = "extract_image_patches"
    one = [1, 1, 1, 1]
    for padding in ("SAME", "VALID"):
        yield case(call, X(2, 4, 5, 2), [1, 2, 3, 1], one, one, padding, name=f"{padding} plain")
        yield case(call, X(1, 5, 5, 1), [1, 3, 3, 1], [1, 2, 2, 1], one, padding, name=f"{padding} strides")
        yield case(call, X(1, 6, 5, 2), [1, 2, 2, 1], one, [1, 2, 3, 1], padding, name=f"{padding} rates")
        yield case(
            call, X(1, 6, 6, 1), [1, 2, 1, 1], [1, 3, 2, 1], [1, 2, 1, 1], padding, name=f"{padding} strides and rates"
        )
        yield case(
            "extract_volume_patches",
            X(1, 3, 4, 3, 2),
            [1, 2, 2, 2, 1],
            [1, 1, 2, 1, 1],
            padding,
            name=padding,
            static=("full",),
        )
    yield case("image.extract_image_patches", X(1, 3, 3, 1), ksizes=[1, 2, 2, 1], strides=[1, 1, 1, 1],
               rates=[1, 1, 1, 1], padding="SAME", name="keywords")  # fmt: skip
    yield case(call, X(1, 3, 3, 1, dtype="int32"), sizes=[1, 2, 2, 1], strides=one, rates=one, padding="SAME",
               name="ints")  # fmt: skip
    yield case(call, X(1, 3, 3, 1, dtype="float64"), [1, 2, 2, 1], one, one, "SAME", name="float64")
    yield case(call, X(1, 3, 3, 1), [1, 4, 4, 1], one, one, "VALID", name="no place")
    yield case(call, X(1, 3, 3, 1), [1, 6, 6, 1], one, one, "VALID", name="too large", fails=True)
    yield case(call, X(3, 3, 1), [1, 2, 2, 1], one, one, "VALID", name="rank", fails=True)
    yield case(call, X(1, 3, 3, 1), [1, 2, 2, 1], one, one, "FULL", name="padding", fails=True)


def borders() -> Iterator[Case]:
    for mode in ("REFLECT", "SYMMETRIC"):
        yield case("pad", X(4), [[3, 2]], mode=mode, name=f"{mode} vector")
        yield case("pad", X(2, 3, 3), [[0, 0], [2, 1], [1, 2]], mode=mode, name=f"{mode} rank 3")
        yield case("pad", X(3, 2, dtype="float64"), [[1, 1], [1, 0]], mode=mode.lower(), name=f"{mode} float64")
    yield case("pad", X(3), [[3, 0]], mode="REFLECT", name="REFLECT too far", fails=True)
    yield case("pad", X(3), [[4, 0]], mode="SYMMETRIC", name="SYMMETRIC too far", fails=True)
    yield case("pad", X(2, 2), [[0, 0], [0, 0]], name="none")
    yield case("pad", X(2), [[1, 2]], constant_values=X(), name="value fed")
    yield case("pad", X(2, dtype="float64"), [[1, 0]], constant_values=2, name="float64 value")
    yield case("pad", given(["a"], "string"), [[1, 1]], name="strings")
    yield case("pad", X(2), [[-1, 0]], name="negative", fails=True)
    yield case("pad", X(2, 2), [[1, 1]], name="rank", fails=True)
    yield case("pad", X(2), [[1, 1]], mode="WRAP", name="mode", fails=True)


def parts() -> Iterator[Case]:
    for axis in (0, 1, -1, -2):
        yield case("split", X(4, 2), 2, axis=axis, name=f"two along {axis}")
        yield case("stack", [X(2, 3), X(2, 3)], axis=axis - 1 if axis < 0 else axis + 1, name=f"beyond {axis}")
        yield case("unstack", X(2, 3), axis=axis, name=f"matrix along {axis}")
    yield case("split", X(5), X(values=[2, 3], dtype="int32"), name="sizes fed")
    yield case("split", X(5), [2, X(values=3, dtype="int32")], name="a size fed")
    yield case("split", X(5), [5], name="one part")
    yield case("split", X(5), [2, 2], name="too little", fails=True)
    yield case("split", X(5), [-1, -1], name="two open", fails=True)
    yield case("split", X(4), 2, axis=1, name="axis far", fails=True)
    yield case("split", given(["a", "b"], "string"), 2, name="strings")
    yield case("unstack", X(), name="scalar", fails=True)
    yield case("stack", [X(2)] * 2, axis=2, name="axis far", fails=True)
    yield case("slice", X(3, 4), [0, 0], [0, -1], name="nothing")
    yield case("slice", X(3, 4), [3, 0], [-1, 4], name="at the end")
    yield case("slice", X(3, 4), [1], [1], name="short", fails=True)
    yield case("slice", X(3), X(values=[-1], dtype="int32"), [1], name="negative", fails=True)
    for name, index in {
        "-1:": [slice(-1, None)],
        ":-5:-1": [slice(None, -5, -1)],
        "-100:100": [slice(-100, 100)],
        "100:": [slice(100, None)],
        "2:1": [slice(2, 1)],
        "::-2,::3": [slice(None, None, -2), slice(None, None, 3)],
        "newaxis, ..., newaxis": [None, Ellipsis, None],
        "0,newaxis,0": [0, None, 0],
        "...,-1:": [Ellipsis, slice(-1, None)],
    }.items():
        yield case("Tensor.__getitem__", X(4, 3), index, name=f"matrix {name}")
    yield case("strided_slice", X(4, 5), [0, 0, 1], [0, 0, 3], ellipsis_mask=1, new_axis_mask=2, name="both masks")
    yield case("strided_slice", X(4, 5), [3, 1], [0, 4], [-1, 1], begin_mask=1, end_mask=1, name="turned")
    yield case("strided_slice", X(4), X(values=[1], dtype="int32"), X(values=[3], dtype="int32"), name="fed")
    yield case("strided_slice", X(4), [0], [4], [0], name="stride 0", fails=True)
    yield case("strided_slice", X(4), [0], [4, 1], name="lengths", fails="building")
    yield case("squeeze", X(1, 2, 1), axis=-1, name="last")
    yield case("squeeze", X(1, 1), name="to a scalar")
    yield case("squeeze", X(2, 1), axis=2, name="axis far", fails=True)
    yield case("expand_dims", X(), 0, name="of a scalar")
    yield case("expand_dims", X(2), X(values=-1, dtype="int32"), name="axis fed")
    yield case("expand_dims", given(["a"], "string"), 1, name="strings")
    yield case("identity_n", [X(2), given([1], "int32")], name="two")
    yield case("guarantee_const", X(2), name="vector", differentiate=False)
    yield case("ensure_shape", X(2, 3), [None, 3], name="fits")
    yield case("ensure_shape", X(2, 3), [2, 4], name="does not", fails=True)
    yield case("placeholder_with_default", X(2), [None], name="vector")
    for name, source, kind in (
        ("same size", X(2), "int32"),
        ("smaller", X(2), "uint8"),
        ("larger", given([[0, 0, 128, 63]], "uint8"), "float32"),
        ("long", given([[1, 2], [3, 4]], "int32"), "int64"),
        ("signs", given([255, 1], "uint8"), "int8"),
    ):
        yield case("bitcast", source, dt(kind), name=name, differentiate=False)
    yield case("bitcast", given([1, 2, 3], "uint8"), dt("int32"), name="uneven", fails=True)


def checks() -> Iterator[Case]:
    yield case("check_numerics", X(2, 2), "it", name="finite")
    yield case("debugging.check_numerics", X(2, dtype="float64"), "it", name="float64")
    yield case("check_numerics", given([1.0, float("nan")]), "it", name="NaN", fails=True)
    yield case("check_numerics", given([1.0, float("inf")]), "it", name="Inf", fails=True)
    yield case("verify_tensor_all_finite", X(2), "it", name="finite")
    yield case("debugging.assert_all_finite", x=X(2), message="it", name="finite")
    yield case("verify_tensor_all_finite", given([float("-inf")]), "it", name="Inf", fails=True)


def quantized() -> Iterator[Case]:
    wide = given([-7.0, -6.0, -1.03, -0.01, 0.0, 0.02, 2.5, 5.99, 6.0, 8.0])
    yield case("fake_quant_with_min_max_args", wide, name="default")
    for low, high, bits, narrow in (
        (-1.0, 1.0, 4, False),
        (0.0, 6.0, 8, True),
        (-3.2, 1.1, 2, True),
        (0.5, 2.0, 8, False),
    ):
        settings = {"num_bits": bits, "narrow_range": narrow}
        name = f"{low} {high} {bits} {narrow}"
        yield case("fake_quant_with_min_max_args", wide, low, high, name=name, **settings)
        yield case("quantization.fake_quant_with_min_max_vars", wide, given(low), given(high), name=name, **settings)
    yield case("fake_quant_with_min_max_vars", wide, given(0.0), given(0.0), name="empty range")
    channels = X(4, 3, low=-4, high=4)
    lows, highs = given([-1.0, -2.0, 0.0]), given([1.0, 0.5, 0.0])
    yield case("fake_quant_with_min_max_vars_per_channel", channels, lows, highs, name="matrix")
    yield case("fake_quant_with_min_max_vars_per_channel", X(3), lows, highs, num_bits=4, name="vector")
    yield case("fake_quant_with_min_max_args_gradient", X(10), wide, name="default", differentiate=False)
    yield case(
        "fake_quant_with_min_max_vars_gradient", X(10), wide, given(-1.0), given(2.0), name="plain", differentiate=False
    )
    yield case(
        "fake_quant_with_min_max_vars_per_channel_gradient", X(4, 3), channels, lows, highs, name="matrix",
        differentiate=False,
    )  # fmt: skip
    yield case("fake_quant_with_min_max_vars_per_channel", X(2, 2), lows, highs, name="channels", fails=True)
    for signed in (True, False):
        for given_range in (True, False):
            yield case(
                "quantization.quantize_and_dequantize", wide, -4.0, 5.0, signed_input=signed, range_given=given_range,
                name=f"signed {signed} given {given_range}",
            )  # fmt: skip
    yield case("quantization.quantize_and_dequantize", wide, -1.0, 1.0, num_bits=4, range_given=True,
               round_mode="HALF_UP", narrow_range=True, name="narrow")  # fmt: skip
