"""Joining, cutting, padding, gathering: values against NumPy, derivatives, strings, refusals in running."""

from __future__ import annotations

import numpy as np
import pytest

from convflow.autodiff.gradients import gradients
from convflow.core import dtypes, errors
from convflow.graph.convert import convert_to_tensor
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import constant
from convflow.ops.array.gather import gather, unsorted_segment_sum
from convflow.ops.array.gather_nd import gather_nd, scatter_nd
from convflow.ops.array.list_diff import setdiff1d
from convflow.ops.array.one_hot import one_hot
from convflow.ops.array.pad import pad
from convflow.ops.array.placeholder import placeholder
from convflow.ops.array.reshape import expand_dims, reshape, squeeze
from convflow.ops.array.reverse import reverse
from convflow.ops.array.sequence import lin_space
from convflow.ops.array.sequence import range as range_of
from convflow.ops.array.shape_ops import shape
from convflow.ops.array.slice import slice_
from convflow.ops.array.split import split
from convflow.ops.array.stack import stack, unstack
from convflow.ops.array.stitch import dynamic_stitch
from convflow.ops.array.tile import broadcast_to, tile
from convflow.ops.array.transpose import invert_permutation, matrix_transpose, transpose

X = np.random.default_rng(1).normal(size=(2, 3, 4))
INDEX = np.array([[1, 0, 1], [0, 0, 1]])
BATCHED = np.array([[0, 2], [1, 1]])

CASES = {
    "transpose": (lambda x: transpose(x, [2, 0, 1]), lambda x: x.transpose(2, 0, 1)),
    "transpose back": (lambda x: transpose(x), lambda x: x.T),
    "matrix_transpose": (lambda x: matrix_transpose(x), lambda x: x.swapaxes(1, 2)),
    "expand_dims": (lambda x: expand_dims(x, -2), lambda x: x[:, :, None]),
    "reshape": (lambda x: reshape(x, [-1, 6]), lambda x: x.reshape(-1, 6)),
    "reshape by shape": (lambda x: reshape(x, [shape(x)[0], -1]), lambda x: x.reshape(2, -1)),
    "concat": (lambda x: concat([x, x], -2), lambda x: np.concatenate([x, x], 1)),
    "stack": (lambda x: stack([x, x, x], -1), lambda x: np.stack([x, x, x], -1)),
    "unstack": (lambda x: unstack(x, 3, 1)[1], lambda x: x[:, 1]),
    "split": (lambda x: split(x, 2, -1)[1], lambda x: x[..., 2:]),
    "split by sizes": (lambda x: split(x, [1, -1], 1)[1], lambda x: x[:, 1:]),
    "slice": (lambda x: slice_(x, [0, 1, 2], [1, -1, 2]), lambda x: x[:1, 1:, 2:4]),
    "tile": (lambda x: tile(x, [2, 1, 3]), lambda x: np.tile(x, [2, 1, 3])),
    "broadcast_to": (lambda x: broadcast_to(x, [5, 2, 3, 4]), lambda x: np.broadcast_to(x, [5, 2, 3, 4])),
    "pad": (lambda x: pad(x, [[1, 0], [0, 0], [2, 3]]), lambda x: np.pad(x, [[1, 0], [0, 0], [2, 3]])),
    "pad by ones": (
        lambda x: pad(x, [[1, 0], [0, 2], [0, 0]], constant_values=1),
        lambda x: np.pad(x, [[1, 0], [0, 2], [0, 0]], constant_values=1),
    ),
    "reflect": (
        lambda x: pad(x, [[1, 0], [0, 2], [0, 0]], "REFLECT"),
        lambda x: np.pad(x, [[1, 0], [0, 2], [0, 0]], "reflect"),
    ),
    "symmetric": (
        lambda x: pad(x, [[1, 2], [0, 1], [0, 0]], "symmetric"),
        lambda x: np.pad(x, [[1, 2], [0, 1], [0, 0]], "symmetric"),
    ),
    "reverse": (lambda x: reverse(x, [0, -1]), lambda x: x[::-1, :, ::-1]),
    "gather": (lambda x: gather(x, INDEX), lambda x: x[INDEX]),
    "gather last": (lambda x: gather(x, INDEX, axis=-1), lambda x: np.take(x, INDEX, -1)),
    "gather one": (lambda x: gather(x, 1, axis=1), lambda x: x[:, 1]),
    "gather in batches": (
        lambda x: gather(x, BATCHED, batch_dims=1),
        lambda x: np.stack([row[i] for row, i in zip(x, BATCHED, strict=True)]),
    ),
    "gather in batches, last axis": (
        lambda x: gather(x, BATCHED, axis=2, batch_dims=1),
        lambda x: np.stack([row[:, i] for row, i in zip(x, BATCHED, strict=True)]),
    ),
    "gather_nd": (lambda x: gather_nd(x, [[0, 1], [1, 2], [0, 1]]), lambda x: x[[0, 1, 0], [1, 2, 1]]),
    "unsorted_segment_sum": (
        lambda x: unsorted_segment_sum(x, [2, -1], 3),
        lambda x: np.stack([0 * x[0], 0 * x[0], x[0]]),
    ),
    "dynamic_stitch": (
        lambda x: dynamic_stitch([[0, 2], [1]], [x, 2 * x[:1]]),
        lambda x: np.stack([x[0], 2 * x[0], x[1]]),
    ),
}


@pytest.mark.parametrize("known", [[2, 3, 4], [None, 3, None], [None, None, None]], ids=["all", "some", "rank"])
@pytest.mark.parametrize("name", CASES)
def test_values(run, name, known):
    ours, numpys = CASES[name]
    x = placeholder(dtypes.float64, known)
    y = ours(x)
    expected = numpys(X)
    assert y.shape.is_compatible_with(expected.shape)
    np.testing.assert_allclose(run(y, {x: X}), expected)


@pytest.mark.parametrize("name", CASES)
def test_derivatives(check_gradients, name):
    check_gradients(lambda x: CASES[name][0](x * x), X)


@pytest.mark.parametrize("name", ["gather", "gather last", "gather in batches", "reshape", "tile", "slice", "reverse"])
def test_derivatives_of_shapes_unknown(run, name):
    results = []
    for known in (X.shape, [None, None, None]):
        x = placeholder(dtypes.float64, known)
        slope = convert_to_tensor(gradients(CASES[name][0](x), x)[0])
        results.append(run(slope, {x: X}))
    np.testing.assert_allclose(*results)


def test_the_margins_value_has_no_gradient():
    value = constant(3.0)
    padded = pad(constant([1.0]), [[1, 0]], constant_values=value)
    assert gradients(padded, value) == [None]


def test_scatter_nd_adds_up(run):
    scattered = scatter_nd([[1], [3], [1]], [1.0, 2.0, 3.0], [4])
    assert run(scattered).tolist() == [0, 4, 0, 2]
    assert scattered.shape.as_list() == [4]


def test_squeeze_by_what_is_found_in_running(run):
    x = placeholder(dtypes.float32)
    assert run(squeeze(x), {x: np.zeros((1, 2, 1))}).shape == (2,)


WORDS = np.array([[b"a", b"b"], [b"c", b"d"]], dtype=object)


@pytest.mark.parametrize(
    ("ours", "numpys"),
    [
        (lambda x: reshape(x, [-1]), lambda x: x.reshape(-1)),
        (lambda x: transpose(x), lambda x: x.T),
        (lambda x: concat([x, x], 1), lambda x: np.concatenate([x, x], 1)),
        (lambda x: stack([x, x], 2), lambda x: np.stack([x, x], 2)),
        (lambda x: unstack(x, axis=1)[1], lambda x: x[:, 1]),
        (lambda x: split(x, 2, 1)[0], lambda x: x[:, :1]),
        (lambda x: slice_(x, [0, 1], [2, 1]), lambda x: x[:, 1:]),
        (lambda x: tile(x, [1, 2]), lambda x: np.tile(x, [1, 2])),
        (lambda x: broadcast_to(x, [2, 2, 2]), lambda x: np.broadcast_to(x, [2, 2, 2])),
        (lambda x: gather(x, [1, 1], axis=1), lambda x: x[:, [1, 1]]),
        (lambda x: gather(x, [[1], [0]], batch_dims=1), lambda x: np.array([[b"b"], [b"c"]], object)),
        (lambda x: gather_nd(x, [[1, 0]]), lambda x: np.array([b"c"], object)),
        (lambda x: reverse(x, [1]), lambda x: x[:, ::-1]),
        (lambda x: pad(x, [[0, 1], [0, 0]]), lambda x: np.array([[b"a", b"b"], [b"c", b"d"], [b"", b""]], object)),
        (lambda x: pad(x, [[1, 0], [0, 0]], "REFLECT"), lambda x: x[[1, 0, 1]]),
        (lambda x: setdiff1d(reshape(x, [-1]), ["b", "c"]).out, lambda x: np.array([b"a", b"d"], object)),
    ],
)
def test_strings(run, ours, numpys):
    assert run(ours(constant(WORDS))).tolist() == numpys(WORDS).tolist()


def test_ranges(run):
    assert run(range_of(1, 9, 3)).tolist() == [1, 4, 7]
    assert run(range_of(9, 1, -3)).tolist() == [9, 6, 3]
    assert run(range_of(0)).tolist() == []
    assert run(range_of(0.0, 1.0, 0.25)).dtype == np.float32
    np.testing.assert_allclose(run(lin_space(0.0, 1.0, 5)), [0, 0.25, 0.5, 0.75, 1])
    assert run(invert_permutation([2, 0, 1])).tolist() == [1, 2, 0]


def test_one_hot(run):
    indices = np.array([[0, 2], [5, -1]])
    hot = run(one_hot(indices, 3, axis=1, on_value=5, off_value=1))
    expected = np.where(indices[:, None] == np.arange(3)[None, :, None], 5, 1)
    np.testing.assert_array_equal(hot, expected)
    assert run(one_hot([1], 2, on_value="on", off_value="off")).tolist() == [[b"off", b"on"]]


def test_nested_lists_with_tensors_are_packed(run):
    x = placeholder(dtypes.float32, [])
    assert run(stack([[x, 1.0], [2.0, 3.0]]), {x: 9}).tolist() == [[9, 1], [2, 3]]


RUN_REFUSALS = {
    "reshape": (lambda x, i: reshape(x, i), [5, 5], "Cannot reshape a tensor with 24 elements to shape \\[5, 5\\]"),
    "transpose": (lambda x, i: transpose(x, i), [0, 0, 1], "perm \\[0, 0, 1\\] is no permutation"),
    "slice": (lambda x, i: slice_(x, i, [1, 1, 1]), [0, 3, 0], "Expected begin\\[1\\] in \\[0, 3\\]"),
    "gather": (lambda x, i: gather(x, i), [0, 2], "indices holds 2, which is not in \\[0, 2\\)"),
    "gather_nd": (lambda x, i: gather_nd(x, [i]), [0, 3], "holds \\[0, 3\\], which does not index into shape"),
    "segment": (lambda x, i: unsorted_segment_sum(x, i, 4), [4, 0], "segment_ids holds 4"),
    "tile": (lambda x, i: tile(x, i), [1, 2], "multiples"),
    "broadcast_to": (lambda x, i: broadcast_to(x, i), [2, 3, 5], "cannot be stretched to \\(2, 3, 5\\)"),
    "pad": (lambda x, i: pad(x, [[0, 0], i, [0, 0]], "REFLECT"), [3, 0], "paddings must be no greater"),
    "reverse": (lambda x, i: reverse(x, i), [1, 1], "axis twice"),
    "split": (lambda x, i: split(x, i, 1), [1, 1], "can't split axis of size 3 into pieces of size \\[1, 1\\]"),
    "invert_permutation": (lambda x, i: invert_permutation(i), [0, 0], "expects a permutation"),
}


@pytest.mark.parametrize("name", RUN_REFUSALS)
def test_refusals_in_running(run, name):
    build, values, text = RUN_REFUSALS[name]
    x = placeholder(dtypes.float64)
    i = placeholder(dtypes.int32, [len(values)])
    with pytest.raises(errors.InvalidArgumentError, match=text):
        run(build(x, i), {x: X, i: values})


def test_concat_and_stack_do_not_stretch(run):
    x, y = placeholder(dtypes.float64), placeholder(dtypes.float64)
    for joined in (concat([x, y], 0), stack([x, y])):
        with pytest.raises(errors.InvalidArgumentError, match=r"\(2, 3, 4\)|equal"):
            run(joined, {x: X, y: X[:, :1]})
