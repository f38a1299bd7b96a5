"""Segment ops, einsum, transforms: derivatives, values against NumPy, refusals in building and in running."""

from __future__ import annotations

import numpy as np
import pytest

import convflow as tf
from convflow.core import dtypes, errors
from convflow.graph.apply import apply_op
from convflow.ops.array.placeholder import placeholder

DATA = np.random.default_rng(5).normal(size=(5, 2)) + 0.1
SORTED = np.array([0, 0, 1, 3, 3], np.int32)
ANYWHERE = np.array([2, 0, -1, 0, 2], np.int32)
ROWS = np.array([4, 0, 0, 2, 1], np.int32)


@pytest.mark.parametrize("kind", ["sum", "mean", "prod", "max", "min"])
def test_derivatives_of_sorted_segments(check_gradients, kind):
    second = kind in ("sum", "mean")
    check_gradients(lambda x: getattr(tf, f"segment_{kind}")(x, SORTED), DATA, order=2 if second else 1)


@pytest.mark.parametrize("kind", ["sum", "mean", "sqrt_n", "prod", "max", "min"])
def test_derivatives_of_unsorted_segments(check_gradients, kind):
    second = kind in ("sum", "mean", "sqrt_n")
    function = getattr(tf, f"unsorted_segment_{kind}")

    def used(x):  # a segment of nothing holds the type's lowest number, where finite differences lose their digits
        return function(x, ANYWHERE, 3)[0::2]

    check_gradients(used, DATA, order=2 if second else 1)


@pytest.mark.parametrize("kind", ["prod"])
def test_derivatives_of_products_with_zeros(check_gradients, kind):
    data = DATA.copy()
    data[0] = data[3, 0] = data[4, 0] = 0
    check_gradients(lambda x: tf.segment_prod(x, SORTED), data, order=1)
    check_gradients(lambda x: tf.unsorted_segment_prod(x, ANYWHERE, 4), data, order=1)


@pytest.mark.parametrize("count", [None, 6])
@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("kind", ["sum", "mean", "sqrt_n"])
def test_derivatives_of_chosen_rows(check_gradients, kind, count, sparse):
    function = getattr(tf, f"sparse_segment_{kind}")

    def build(x):
        return function(x, ROWS, SORTED, num_segments=count, sparse_gradient=sparse)

    check_gradients(build, DATA, order=1)


def test_gradient_nodes_of_chosen_rows(run):
    grad = np.arange(8.0).reshape(4, 2)
    expected = np.zeros((5, 2))
    np.add.at(expected, ROWS, grad[SORTED])
    found = apply_op("SparseSegmentSumGrad", grad=grad, indices=ROWS, segment_ids=SORTED, output_dim0=5)
    np.testing.assert_array_equal(run(found), expected)
    assert found.shape.as_list() == [5, 2]
    for kind, power in (("Mean", 1.0), ("SqrtN", 0.5)):
        weight = np.array([2.0, 1.0, 1.0, 2.0])[:, None] ** power
        expected = np.zeros((5, 2))
        np.add.at(expected, ROWS, (grad / weight)[SORTED])
        op_type = f"SparseSegment{kind}Grad"
        found = apply_op(op_type, grad=grad, indices=ROWS, segment_ids=SORTED, output_dim0=5)
        np.testing.assert_allclose(run(found), expected)


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda: tf.segment_sum(DATA, SORTED[:3]), "Dimensions must be equal, but are 5 and 3: the rows of data"),
        (lambda: tf.segment_sum(DATA, [[0]]), "Shape of segment_ids must be rank 1 but is rank 2"),
        (lambda: tf.segment_max(1.0, [0]), "Shape of data must be at least rank 1 but is rank 0"),
        (lambda: tf.unsorted_segment_max(DATA, [0, 1], 3), "must begin with that of segment_ids"),
        (lambda: tf.unsorted_segment_max(DATA, SORTED, [3]), "Shape of num_segments must be rank 0 but is rank 1"),
        (lambda: tf.sparse_segment_sum(DATA, [0], [0, 1]), "the sizes of indices"),
        (lambda: tf.sparse_segment_sum(DATA, [0], [0], num_segments=-1), "num_segments must be at least 0, got -1"),
    ],
)
def test_segment_refusals(build, text):
    with pytest.raises(ValueError, match=text):
        build()


@pytest.mark.parametrize(
    ("function", "ids", "text"),
    [
        (lambda x, ids: tf.segment_sum(x, ids), [0, 2, 1, 1, 1], "segment ids are not increasing"),
        (lambda x, ids: tf.segment_sum(x, ids), [-1, 0, 1, 1, 1], "segment ids must be >= 0, got -1"),
        (lambda x, ids: tf.unsorted_segment_prod(x, ids, 2), [0, 1, 2, 0, 0], "segment_ids holds 2, which is not in"),
        (lambda x, ids: tf.sparse_segment_mean(x, [0, 0, 0, 0, 9], ids), [0, 0, 0, 0, 0], "row out of range"),
        (
            lambda x, ids: tf.sparse_segment_mean(x, ROWS, ids, num_segments=1),
            [0, 0, 0, 0, 1],
            "must be < num_segments",
        ),
    ],
)
def test_segment_refusals_in_running(run, function, ids, text):
    given = placeholder(dtypes.int32, [None])
    with pytest.raises(errors.InvalidArgumentError, match=text):
        run(function(tf.constant(DATA), given), {given: ids})


@pytest.mark.parametrize(
    "equation",
    [
        "ij,jk->ik", "ij->ji", "ii->i", "ii", "ijk->j", "...ij,...jk->...ik", "ij...,j->i...", "ab,cd->ad", "iij,j->i",
        "a...b,b...->a...", "ij,jk,kl->il", "->", "aab->b",
    ],
)  # fmt: skip
@pytest.mark.parametrize("known", [True, False])
def test_einsum(run, check_gradients, equation, known):
    sizes = {letter: size for size, letter in enumerate("abcdijkl", 2)} | {"i": 3, "j": 2, "a": 2, "b": 3}
    shapes = []
    for index, labels in enumerate(equation.partition("->")[0].split(",")):
        parts = labels.split("...")
        rest = [[2, 1], [3]][index] if len(parts) > 1 else []
        shapes.append([sizes[x] for x in parts[0]] + rest + [sizes[x] for x in (parts[1] if rest else "")])
    arrays = [np.random.default_rng(i).normal(size=shape) for i, shape in enumerate(shapes)]
    inputs = [placeholder(dtypes.float64, shape if known else None) for shape in shapes]
    feed = dict(zip(inputs, arrays, strict=True))
    np.testing.assert_allclose(run(tf.einsum(equation, *inputs), feed), np.einsum(equation, *arrays), atol=1e-12)
    if known:
        check_gradients(lambda *tensors: tf.einsum(equation, *tensors), *arrays)


def test_a_diagonal_is_filled(run):
    found = apply_op("Einsum", inputs=[np.arange(6.0).reshape(2, 3)], equation="ij->iij")
    expected = np.zeros((2, 2, 3))
    expected[0, 0], expected[1, 1] = [0, 1, 2], [3, 4, 5]
    np.testing.assert_array_equal(run(found), expected)


@pytest.mark.parametrize(
    ("equation", "shapes", "text"),
    [
        ("ij,jk->ik", [(2, 3)], "Got 1 inputs for equation 'ij,jk->ik', expecting 2"),
        ("ij,jk->ik", [(2, 3), (4, 2)], "Dimensions must be equal, but are 3 and 4: label j of"),
        ("ij->ji", [(2, 3, 4)], "Expected 2 axes as 'ij' in 'ij->ji' says"),
        ("ij->jk", [(2, 3)], "contain the label k not present in the input"),
        ("ij->ii", [(2, 3)], "a label appearing more than once"),
        ("i.j->ij", [(2, 3)], "Subscripts have incorrect format"),
        ("...i->i", [(2, 3)], "no ellipsis in its output"),
        ("......i->...i", [(2, 3)], "Too many ellipses"),
    ],
)
def test_einsum_refusals(equation, shapes, text):
    with pytest.raises(ValueError, match=text):
        tf.einsum(equation, *[tf.zeros(shape) for shape in shapes])


def test_einsum_refuses_what_running_shows(run):
    a, b = placeholder(dtypes.float32), placeholder(dtypes.float32)
    product = tf.einsum("ij,jk->ik", a, b)
    for shapes in (((2, 3), (1, 2)), ((2, 3), (3,))):
        with pytest.raises(errors.InvalidArgumentError, match="'ij,jk->ik'"):
            run(product, {a: np.zeros(shapes[0]), b: np.zeros(shapes[1])})


@pytest.mark.parametrize("length", [None, [6], [3]])
def test_derivatives_of_transforms(check_gradients, length):
    x = DATA.T

    def magnitudes(t):
        return tf.abs(tf.spectral.rfft(t, length)) + tf.spectral.irfft(tf.complex(t, t * t), length)[..., :1]

    check_gradients(magnitudes, x, order=1, tolerance=1e-5)


def test_derivatives_of_transforms_over_two_axes(check_gradients):
    def mixed(t):
        there = tf.spectral.rfft2d(t, [6, 3])
        back = tf.spectral.irfft2d(tf.complex(t, 0.5 * t), [4, 2])
        return tf.real(there) ** 2 + tf.imag(there) + tf.reduce_sum(back**2)

    check_gradients(mixed, DATA, tolerance=1e-5)


@pytest.mark.parametrize("kind", [1, 2, 3, 4])
def test_cosine_transforms(run, check_gradients, kind):
    x = DATA.T
    n = x.shape[1]
    k, j = np.arange(n)[:, None], np.arange(n)[None]
    ends = np.full(n, 2.0)
    ends[0] = 1.0
    if kind == 1:
        ends[-1] = 1.0
    kernel = {
        1: lambda: np.cos(np.pi * j * k / (n - 1)) * ends,
        2: lambda: 2 * np.cos(np.pi * (2 * j + 1) * k / (2 * n)),
        3: lambda: np.cos(np.pi * j * (2 * k + 1) / (2 * n)) * ends,
        4: lambda: 2 * np.cos(np.pi * (2 * j + 1) * (2 * k + 1) / (4 * n)),
    }[kind]()
    np.testing.assert_allclose(run(tf.spectral.dct(tf.constant(x), kind)), x @ kernel.T, atol=1e-12)
    back = tf.spectral.idct(tf.spectral.dct(tf.constant(x), kind), kind)
    np.testing.assert_allclose(run(back), x * 2 * (n - 1 if kind == 1 else n), atol=1e-12)
    check_gradients(lambda t: tf.spectral.dct(t, kind) ** 2, x)


def test_transforms_refuse(run):
    with pytest.raises(ValueError, match="Shape of input must be at least rank 2 but is rank 1"):
        tf.fft2d(np.zeros(3, np.complex64))
    with pytest.raises(ValueError, match=r"RFFT requires tf\.float32 or tf\.float64 inputs"):
        tf.spectral.rfft(tf.constant([1]))
    with pytest.raises(ValueError, match="fft_length must be a vector of 1"):
        tf.spectral.rfft(np.zeros(4, np.float32), [2, 2])
    with pytest.raises(errors.InvalidArgumentError, match="Input dimension of length 4 is too short: 8 are needed"):
        run(apply_op("RFFT", input=np.zeros(4, np.float32), fft_length=[8]))
