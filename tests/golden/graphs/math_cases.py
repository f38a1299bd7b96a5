"""Calls of math, linear algebra and spectral functions whose graphs are compared node by node with TensorFlow's.

As in `array_cases`, `tf` is handed in, and calls that are refused are cases too.
"""

import array_cases
import numpy as np

_UNARY = (
    "tan", "asin", "acos", "atan", "sinh", "cosh", "asinh", "acosh", "atanh", "expm1", "erf", "erfc", "lgamma",
    "digamma", "math.bessel_i0", "math.bessel_i0e", "math.bessel_i1", "math.bessel_i1e", "rint", "log_sigmoid",
    "math.reciprocal_no_nan", "lbeta",
    "reduce_sum", "reduce_prod", "reduce_max", "reduce_min", "reduce_mean", "math.reduce_euclidean_norm",
    "math.reduce_variance", "math.reduce_std", "math.cumulative_logsumexp", "math.erfinv", "math.ndtri", "math.erfcinv",
    "trace", "matrix_inverse", "matrix_determinant", "cholesky", "self_adjoint_eig", "self_adjoint_eigvals", "svd",
    "qr", "linalg.logdet", "linalg.slogdet", "linalg.adjoint", "norm", "matrix_square_root",
    "linalg.lu",
    "linalg.normalize", "linalg.pinv", "linalg.matrix_rank",
    "angle", "round", "linalg.matrix_transpose",
)  # fmt: skip
_BINARY = (
    "atan2", "polygamma", "zeta", "igamma", "igammac", "math.xlogy", "math.xdivy", "math.xlog1py",
    "math.multiply_no_nan", "div_no_nan", "floor_div", "floordiv", "truncatediv", "truncatemod", "mod", "floormod",
    "div", "realdiv", "squared_difference", "math.nextafter", "matrix_solve",
    "matrix_triangular_solve", "matrix_solve_ls", "cholesky_solve", "cross",
)  # fmt: skip


def resolve(tf, path):
    for part in path.split("."):
        tf = getattr(tf, part)
    return tf


def cases(tf):
    def P(shape, dtype=tf.float32):
        return tf.placeholder(dtype, shape)

    def call(path, *args, **kwargs):
        return lambda: resolve(tf, path)(*[arg() if callable(arg) else arg for arg in args], **kwargs)

    found = {}
    for path in _UNARY:
        found[f"{path}"] = call(path, lambda: P((3, 3)))
        found[f"{path} named"] = call(path, lambda: P((None, 3, 3)), name="n")
        found[f"{path} unknown"] = call(path, lambda: P(None))
        found[f"{path} list"] = call(path, [[1.0, 0.5], [0.5, 1.0]])
    for path in _BINARY:
        found[f"{path}"] = call(path, lambda: P((3, 3)), lambda: P((3, 3)))
        found[f"{path} named"] = call(path, lambda: P((None, 3, 3)), lambda: P((2, 3, 3)), name="n")
        found[f"{path} unknown"] = call(path, lambda: P(None), lambda: P((3, 3)))
        found[f"{path} list"] = call(path, [[1.0, 0.5], [0.5, 1.0]], lambda: P((2, 2)))
        found[f"{path} list right"] = call(path, lambda: P((2, 2)), [[1.0, 0.5], [0.5, 1.0]])
        found[f"{path} bad"] = call(path, lambda: P((3, 3)), lambda: P((4, 4)))
    found |= elementwise(tf, P) | reductions(tf, P) | products(tf, P) | segments(tf, P) | clips(tf, P)
    return found | linear_algebra(tf, P) | spectral(tf, P)


def elementwise(tf, P):
    return {
        "betainc": lambda: tf.betainc(P((3,)), P((3,)), P((3,))),
        "betainc scalars": lambda: tf.betainc(1.0, P(()), P((3,))),
        "erf int": lambda: tf.erf(P((3,), tf.int32)),
        "round int": lambda: tf.round(P((3,), tf.int32)),
        "angle real": lambda: tf.angle(P((3,))),
        "angle complex": lambda: tf.angle(P((3,), tf.complex128), name="a"),
        "scalar_mul": lambda: tf.scalar_mul(2.0, P((3,))),
        "scalar_mul named": lambda: tf.scalar_mul(P(()), P((3,)), name="s"),
        "scalar_mul bad": lambda: tf.scalar_mul(P((2,)), P((3,))),
        "scalar_mul slices": lambda: (
            tf.scalar_mul(2.0, tf.IndexedSlices(P((2, 3)), P((2,), tf.int32))).values
            if hasattr(tf, "IndexedSlices")
            else None
        ),
        "div ints": lambda: tf.div(P((3,), tf.int32), P((3,), tf.int32)),
        "div int number": lambda: tf.div(P((3,), tf.int32), 2, name="d"),
        "divide": lambda: tf.divide(P((3,)), 2.0),
        "divide lists": lambda: tf.divide([4, 2], [2, 3]),
        "div_no_nan numbers": lambda: tf.div_no_nan(1.0, 2.0),
        "div_no_nan ints": lambda: tf.div_no_nan(P((2,), tf.int32), P((2,), tf.int32)),
        "multiply_no_nan number": lambda: tf.math.multiply_no_nan(P((3,)), 2.0),
        "xlogy number": lambda: tf.math.xlogy(2.0, P((3,))),
        "xlogy number right": lambda: tf.math.xlogy(P((3,)), 2.0),
        "accumulate_n": lambda: tf.accumulate_n([P((2, 3)), P((2, 3))]),
        "accumulate_n shape": lambda: tf.accumulate_n([P((None, 3)), P((2, None))], shape=[2, 3], name="acc"),
        "accumulate_n partial": lambda: tf.accumulate_n([P((None, 3)), P((2, None))]),
        "accumulate_n unknown": lambda: tf.accumulate_n([P(None), P((2, 3))]),
        "accumulate_n one": lambda: tf.accumulate_n([P((2, 3))]),
        "accumulate_n one named": lambda: tf.accumulate_n([P((2, 3))], name="one"),
        "accumulate_n bad": lambda: tf.accumulate_n([P((2, 3)), P((2, 4))]),
        "accumulate_n types": lambda: tf.accumulate_n([P((2, 3)), P((2, 3), tf.int32)]),
        "add_n": lambda: tf.add_n([P((2, 3)), P((2, 3))], name="a"),
        "add_n one": lambda: tf.add_n([P((2, 3))]),
        "add_n one named": lambda: tf.add_n([P((2, 3))], name="a"),
        "polyval": lambda: tf.math.polyval([P(()), P(()), P(())], P((3,))),
        "polyval numbers": lambda: tf.math.polyval([1.0, 2.0], P((3,)), name="p"),
        "polyval empty": lambda: tf.math.polyval([], P((3,))),
        "and": lambda: tf.bitwise.bitwise_and(P((3,), tf.int32), P((3,), tf.int32)),
        "or named": lambda: tf.bitwise.bitwise_or(P((3,), tf.uint8), 3, name="b"),
        "xor": lambda: tf.bitwise.bitwise_xor(P((3,), tf.int64), P((2, 1), tf.int64)),
        "invert": lambda: tf.bitwise.invert(P((3,), tf.int32)),
        "left_shift": lambda: tf.bitwise.left_shift(P((3,), tf.int32), 1),
        "right_shift": lambda: tf.bitwise.right_shift(P((3,), tf.int32), 1),
        "and float": lambda: tf.bitwise.bitwise_and(P((3,)), P((3,))),
        "saturate same": lambda: tf.saturate_cast(P((3,)), tf.float32),
        "saturate to uint8": lambda: tf.saturate_cast(P((3,)), tf.uint8),
        "saturate to int32": lambda: tf.saturate_cast(P((3,)), tf.int32, name="s"),
        "saturate int to uint8": lambda: tf.saturate_cast(P((3,), tf.int32), tf.uint8),
        "saturate uint8 to int32": lambda: tf.saturate_cast(P((3,), tf.uint8), tf.int32),
        "saturate int64 to int32": lambda: tf.saturate_cast(P((3,), tf.int64), tf.int32),
        "saturate double to float": lambda: tf.saturate_cast(P((3,), tf.float64), tf.float32),
        "saturate float to half": lambda: tf.saturate_cast(P((3,)), tf.float16),
        "saturate int8 to uint8": lambda: tf.saturate_cast(P((3,), tf.int8), tf.uint8),
        "saturate list": lambda: tf.saturate_cast([300, -1], tf.uint8),
        "to_complex64": lambda: tf.to_complex64(P((3,))),
        "to_bfloat16": lambda: tf.to_bfloat16(P((3,))),
        "cast variable": lambda: tf.cast(P((3,)), tf.int32, name="c"),
        "cumulative_logsumexp": lambda: tf.math.cumulative_logsumexp(P((2, 3)), 1, exclusive=True, reverse=True),
        "arg_max": lambda: tf.arg_max(P((2, 3)), 1),
        "arg_min": lambda: tf.arg_min(P((2, 3)), 1, output_type=tf.int32, name="m"),
        "truediv bool": lambda: tf.truediv(P((3,), tf.bool), P((3,), tf.bool)),
        "floordiv numbers": lambda: tf.floordiv(7, 2),
        "logical_xor": lambda: tf.logical_xor(P((3,), tf.bool), P((3,), tf.bool), name="x"),
        "equal numbers": lambda: tf.equal(P((3,)), 2),
        "is_finite int": lambda: tf.is_finite(P((3,), tf.int32)),
        "conj": lambda: tf.conj(P((3,), tf.complex64)),
    }


def reductions(tf, P):
    return {
        "euclidean axes": lambda: tf.math.reduce_euclidean_norm(P((None, 3)), axis=[1], keepdims=True),
        "euclidean int": lambda: tf.math.reduce_euclidean_norm(P((2, 3), tf.int32)),
        "variance axes": lambda: tf.math.reduce_variance(P((None, 3)), axis=[1], keepdims=True, name="v"),
        "variance int": lambda: tf.math.reduce_variance(P((2, 3), tf.int32)),
        "variance complex": lambda: tf.math.reduce_variance(P((2, 3), tf.complex64)),
        "std complex": lambda: tf.math.reduce_std(P((2, 3), tf.complex64), name="s"),
        "sum variable": lambda: tf.reduce_sum(tf.get_variable("v", [2, 3])),
        "mean variable": lambda: tf.reduce_mean(tf.get_variable("v", [2, 3]), name="m"),
        "max variable axis": lambda: tf.reduce_max(tf.get_variable("v", [2, 3]), axis=0),
        "logsumexp variable": lambda: tf.reduce_logsumexp(tf.get_variable("v", [2, 3])),
        "all": lambda: tf.reduce_all(P((2, 3), tf.bool)),
        "count_nonzero": lambda: tf.count_nonzero(P((2, 3)), axis=1, keepdims=True, dtype=tf.int32),
        "count_nonzero bool": lambda: tf.count_nonzero(P((2, 3), tf.bool), name="z"),
        "sum string axis": lambda: tf.reduce_sum(P((2, 3)), axis=[0.0]),
        "sum tuple": lambda: tf.reduce_sum(P((2, 3)), axis=(0, 1)),
        "sum sparse bool": lambda: tf.reduce_sum(P((2, 3), tf.bool)),
    }


def products(tf, P):
    return {
        "sparse_matmul": lambda: tf.sparse_matmul(P((2, 3)), P((3, 4)), a_is_sparse=True, name="s"),
        "sparse_matmul bad": lambda: tf.sparse_matmul(P((2, 3)), P((2, 4))),
        "matmul b sparse": lambda: tf.matmul(P((2, 3)), P((3, 4)), b_is_sparse=True, transpose_a=False),
        "matmul sparse double": lambda: tf.matmul(P((2, 3), tf.float64), P((3, 4), tf.float64), a_is_sparse=True),
        "matmul sparse rank3": lambda: tf.matmul(P((5, 2, 3)), P((5, 3, 4)), a_is_sparse=True),
        "matvec": lambda: tf.linalg.matvec(P((2, 3)), P((3,))),
        "matvec batch": lambda: tf.linalg.matvec(P((4, 3, 2)), P((4, 3)), transpose_a=True, name="mv"),
        "matvec unknown": lambda: tf.linalg.matvec(P(None), P(None)),
        "matvec bad": lambda: tf.linalg.matvec(P((2, 3)), P((2,))),
        "tensordot 1": lambda: tf.tensordot(P((2, 3)), P((3, 4)), 1),
        "tensordot axes": lambda: tf.tensordot(P((2, 3, 4)), P((4, 3, 5)), [[1, 2], [1, 0]], name="t"),
        "tensordot partial": lambda: tf.tensordot(P((None, 3)), P((3, 4)), [[1], [0]]),
        "tensordot partial first": lambda: tf.tensordot(P((None, 3)), P((None, 4)), [[0], [0]]),
        "tensordot unknown": lambda: tf.tensordot(P(None), P((3, 4)), 1),
        "tensordot both unknown": lambda: tf.tensordot(P(None), P(None), [[1], [0]]),
        "tensordot tensor axes": lambda: tf.tensordot(P((2, 3)), P((3, 4)), P((2, 1), tf.int32)),
        "tensordot 0": lambda: tf.tensordot(P((2,)), P((3,)), 0),
        "tensordot 2": lambda: tf.tensordot(P((2, 3)), P((2, 3)), 2),
        "tensordot negative": lambda: tf.tensordot(P((2, 3)), P((3, 2)), [[-1], [-2]]),
        "tensordot bad": lambda: tf.tensordot(P((2, 3)), P((4, 2)), 1),
        "tensordot lengths": lambda: tf.tensordot(P((2, 3)), P((3, 2)), [[0, 1], [1]]),
        "tensordot lists": lambda: tf.tensordot([[1.0, 2.0]], [[1.0], [2.0]], [1, 0]),
        "tensordot too many": lambda: tf.tensordot(P((2, 3)), P((3, 2)), 3),
        "tensordot minus": lambda: tf.tensordot(P((2, 3)), P((3, 2)), -1),
        "tensordot three": lambda: tf.tensordot(P((2, 3)), P((3, 2)), [[0], [1], [2]]),
        "einsum": lambda: tf.einsum("ij,jk->ik", P((2, 3)), P((3, 4))),
        "einsum named": lambda: tf.einsum("ij,jk", P((None, 3)), P((3, 4)), name="e"),
        "einsum batch": lambda: tf.einsum("...ij,...jk->...ik", P((5, 2, 3)), P((5, 3, 4))),
        "einsum trace": lambda: tf.einsum("ii", P((3, 3))),
        "einsum three": lambda: tf.einsum("ij,jk,kl->il", P((2, 3)), P((3, 4)), P((4, 5))),
        "einsum three unknown": lambda: tf.einsum("ij,jk,kl->il", P((None, 3)), P((3, None)), P((None, 5))),
        "einsum four": lambda: tf.einsum("a,b,c,d->abcd", P((2,)), P((3,)), P((4,)), P((5,))),
        "einsum three greedy": lambda: tf.einsum("ij,jk,kl->il", P((2, 30)), P((30, 4)), P((4, 5)), optimize="optimal"),
        "einsum spaces": lambda: tf.einsum(" ij , jk -> ik ", P((2, 3)), P((3, 4))),
        "einsum unknown": lambda: tf.einsum("ij,jk->ik", P(None), P(None)),
        "einsum bad count": lambda: tf.einsum("ij,jk->ik", P((2, 3))),
        "einsum bad size": lambda: tf.einsum("ij,jk->ik", P((2, 3)), P((4, 5))),
        "einsum bad rank": lambda: tf.einsum("ij,jk->ik", P((2,)), P((4, 5))),
        "einsum bad label": lambda: tf.einsum("ij,jk->il", P((2, 3)), P((3, 5))),
        "einsum twice out": lambda: tf.einsum("ij->ii", P((2, 3))),
        "einsum bad keyword": lambda: tf.einsum("ij->ji", P((2, 3)), speed=3),
        "einsum implicit order": lambda: tf.einsum("ba", P((2, 3))),
        "einsum empty": lambda: tf.einsum("->", P(())),
        "einsum sum": lambda: tf.einsum("ijk->j", P((2, 3, 4))),
    }


def segments(tf, P):
    def later(path):
        return lambda *args, **kwargs: resolve(tf, path)(*args, **kwargs)

    ids = lambda *shape: P(shape, tf.int32)  # noqa: E731
    found = {}
    for kind in ("sum", "mean", "prod", "max", "min"):
        f = later(f"segment_{kind}")
        found[f"segment_{kind}"] = lambda f=f: f(P((4, 3)), ids(4))
        found[f"segment_{kind} named"] = lambda f=f: f(P((None, 3)), ids(None), name="s")
        found[f"segment_{kind} constant"] = lambda f=f: f(P((3, 2)), [0, 0, 1])
        found[f"segment_{kind} bad rank"] = lambda f=f: f(P((3, 2)), ids(3, 2))
    for kind in ("sum", "mean", "prod", "max", "min", "sqrt_n"):
        f = later(f"unsorted_segment_{kind}")
        found[f"unsorted_segment_{kind}"] = lambda f=f: f(P((4, 3)), ids(4), 5)
        found[f"unsorted_segment_{kind} named"] = lambda f=f: f(P((None, 3)), ids(None), ids(), name="s")
        found[f"unsorted_segment_{kind} matrix"] = lambda f=f: f(P((3, 2, 4)), ids(3, 2), 3)
        found[f"unsorted_segment_{kind} unknown"] = lambda f=f: f(P(None), P(None, tf.int32), 3)
        found[f"unsorted_segment_{kind} bad"] = lambda f=f: f(P((3, 2)), ids(4), 3)
    for kind in ("sum", "mean", "sqrt_n"):
        f = later(f"sparse_segment_{kind}")
        found[f"sparse_segment_{kind}"] = lambda f=f: f(P((4, 3)), ids(2), ids(2))
        found[f"sparse_segment_{kind} named"] = lambda f=f: f(P((None, 3)), ids(None), [0, 1], name="s")
        found[f"sparse_segment_{kind} num"] = lambda f=f: f(P((4, 3)), ids(2), ids(2), num_segments=6)
        found[f"sparse_segment_{kind} bad"] = lambda f=f: f(P((4, 3)), ids(2), ids(3))
    return found | {
        "bincount": lambda: tf.bincount(P((4,), tf.int32)),
        "bincount weights": lambda: tf.bincount(P((4,), tf.int32), weights=P((4,)), minlength=3, maxlength=8),
        "bincount dtype": lambda: tf.bincount([1, 2], dtype=tf.float64),
        "bincount int64": lambda: tf.bincount(P((4,), tf.int64)),
        "bincount float": lambda: tf.bincount(P((4,))),
        "histogram": lambda: tf.histogram_fixed_width(P((4,)), [0.0, 5.0], nbins=5),
        "histogram named": lambda: tf.histogram_fixed_width(P((4,)), P((2,)), dtype=tf.int64, name="h"),
        "histogram bins": lambda: tf.histogram_fixed_width_bins(P((4,)), [0.0, 5.0], nbins=5),
        "histogram bins named": lambda: tf.histogram_fixed_width_bins(P((2, 2), tf.int32), [0, 5], nbins=5, name="h"),
        "confusion": lambda: tf.confusion_matrix([1, 2], [2, 2]),
        "confusion placeholders": lambda: tf.confusion_matrix(
            P((None,), tf.int64), P((None,), tf.int64), num_classes=3
        ),
        "confusion weights": lambda: tf.confusion_matrix(
            P((4,), tf.int32), P((4,), tf.int32), 3, tf.float32, "c", weights=P((4,))
        ),
        "confusion squeezed": lambda: tf.confusion_matrix(P((4, 1), tf.int64), P((4,), tf.int64)),
        "confusion unknown": lambda: tf.confusion_matrix(P(None, tf.int64), P((4,), tf.int64)),
        "confusion float": lambda: tf.confusion_matrix(P((4,)), P((4,)), 3),
        "confusion bad": lambda: tf.confusion_matrix(P((4,), tf.int64), P((5,), tf.int64), 3),
    }


def clips(tf, P):
    return {
        "clip value": lambda: tf.clip_by_value(P((2, 3)), 0.0, 1.0),
        "clip value tensors": lambda: tf.clip_by_value(P((2, 3)), P((3,)), P((2, 1)), name="c"),
        "clip value int": lambda: tf.clip_by_value(P((2, 3), tf.int32), 0, 5),
        "clip value bad": lambda: tf.clip_by_value(P((2, 3)), P((4, 2, 3)), 1.0),
        "clip norm": lambda: tf.clip_by_norm(P((2, 3)), 1.0),
        "clip norm axes": lambda: tf.clip_by_norm(P((None, 3)), P(()), axes=[1], name="c"),
        "clip norm list": lambda: tf.clip_by_norm([[3.0, 4.0]], 1.0),
        "clip average": lambda: tf.clip_by_average_norm(P((2, 3)), 1.0),
        "clip average named": lambda: tf.clip_by_average_norm(P((None, 3)), P(()), name="c"),
        "global norm": lambda: tf.global_norm([P((2, 3)), P((4,))]),
        "global norm none": lambda: tf.global_norm([P((2, 3)), None], name="g"),
        "global norm complex": lambda: tf.global_norm([P((2,), tf.complex64)]),
        "global norm tensor": lambda: tf.global_norm(P((2, 3))),
        "clip global": lambda: tf.clip_by_global_norm([P((2, 3)), P((4,))], 5.0),
        "clip global none": lambda: tf.clip_by_global_norm([P((2, 3)), None], P(()), name="c"),
        "clip global norm": lambda: tf.clip_by_global_norm([P((2, 3))], 5.0, use_norm=P(())),
        "clip global slices": lambda: (
            tf.clip_by_global_norm([tf.IndexedSlices(P((2, 3)), P((2,), tf.int32)), P((4,))], 5.0)
            if hasattr(tf, "IndexedSlices")
            else None
        ),
        "clip global tensor": lambda: tf.clip_by_global_norm(P((2, 3)), 5.0),
    }


def linear_algebra(tf, P):
    return {
        "trace batch": lambda: tf.trace(P((None, None))),
        "adjoint complex": lambda: tf.linalg.adjoint(P((2, 3), tf.complex64)),
        "eye": lambda: tf.eye(3),
        "eye columns": lambda: tf.eye(3, 4, dtype=tf.float64, name="e"),
        "eye batch": lambda: tf.eye(2, batch_shape=[3]),
        "eye batch columns": lambda: tf.eye(2, 3, batch_shape=[3, 1]),
        "eye unknown": lambda: tf.eye(P((), tf.int32)),
        "eye unknown columns": lambda: tf.eye(3, P((), tf.int32), batch_shape=P((2,), tf.int32)),
        "eye int": lambda: tf.eye(2, dtype=tf.int32),
        "eye bool": lambda: tf.eye(2, dtype=tf.bool),
        "inv adjoint": lambda: tf.matrix_inverse(P((2, 2)), adjoint=True),
        "inv wide": lambda: tf.matrix_inverse(P((2, 3))),
        "inv vector": lambda: tf.matrix_inverse(P((2,))),
        "solve adjoint": lambda: tf.matrix_solve(P((2, 2)), P((2, 1)), adjoint=True),
        "solve wide": lambda: tf.matrix_solve(P((2, 3)), P((2, 1))),
        "triangular upper": lambda: tf.matrix_triangular_solve(P((2, 2)), P((2, 1)), lower=False, adjoint=True),
        "triangular batch": lambda: tf.matrix_triangular_solve(P((3, 2, 2)), P((2, 1))),
        "cholesky_solve wide": lambda: tf.cholesky_solve(P((2, 2)), P((2, 3))),
        "lstsq": lambda: tf.matrix_solve_ls(P((4, 2)), P((4, 1))),
        "lstsq slow": lambda: tf.matrix_solve_ls(P((4, 2)), P((4, 1)), fast=False),
        "lstsq regular": lambda: tf.matrix_solve_ls(P((None, 2)), P((None, 1)), l2_regularizer=0.5, name="l"),
        "lstsq wide": lambda: tf.matrix_solve_ls(P((2, 4)), P((2, 1)), l2_regularizer=0.5),
        "lstsq batch": lambda: tf.matrix_solve_ls(P((3, 4, 2)), P((3, 4, 1)), l2_regularizer=0.1),
        "lstsq unknown": lambda: tf.matrix_solve_ls(P((3, None, None)), P((3, None, 1)), l2_regularizer=0.1),
        "lstsq complex": lambda: tf.matrix_solve_ls(
            P((4, 2), tf.complex64), P((4, 1), tf.complex64), l2_regularizer=0.1
        ),
        "svd full": lambda: tf.svd(P((2, 3)), full_matrices=True, name="s"),
        "svd values": lambda: tf.svd(P((None, 3)), compute_uv=False),
        "svd vector": lambda: tf.svd(P((3,))),
        "qr full": lambda: tf.qr(P((4, 3)), full_matrices=True),
        "qr batch": lambda: tf.qr(P((2, 3, 4))),
        "band": lambda: tf.matrix_band_part(P((3, 4)), 1, 0),
        "band int64": lambda: tf.matrix_band_part(P((3, 4)), P((), tf.int64), -1, name="b"),
        "band vector": lambda: tf.matrix_band_part(P((3,)), 1, 0),
        "logm": lambda: tf.linalg.logm(P((2, 2), tf.complex64)),
        "expm": lambda: tf.linalg.expm(P((3, 3))),
        "expm named batch": lambda: tf.linalg.expm(P((2, 3, 3), tf.float64), name="x"),
        "expm complex": lambda: tf.linalg.expm(P((2, 2), tf.complex64)),
        "expm unknown": lambda: tf.linalg.expm(P(None)),
        "expm int": lambda: tf.linalg.expm(P((2, 2), tf.int32)),
        "slogdet wide": lambda: tf.linalg.slogdet(P((2, 3))),
        "norm euclidean": lambda: tf.norm(P((2, 3)), axis=1),
        "norm keep": lambda: tf.norm(P((2, 3)), axis=-1, keepdims=True, name="n"),
        "norm keep_dims": lambda: tf.norm(P((2, 3)), axis=-1, keep_dims=True),
        "norm 1": lambda: tf.norm(P((2, 3)), ord=1),
        "norm 1 matrix": lambda: tf.norm(P((2, 3)), ord=1, axis=[0, 1]),
        "norm inf": lambda: tf.norm(P((2, 3)), ord=np.inf),
        "norm inf axis": lambda: tf.norm(P((2, 3)), ord=np.inf, axis=1, keepdims=True),
        "norm inf matrix": lambda: tf.norm(P((2, 3)), ord=np.inf, axis=[-2, -1]),
        "norm fro": lambda: tf.norm(P((4, 2, 3)), ord="fro", axis=[-2, -1]),
        "norm 3": lambda: tf.norm(P((2, 3)), ord=3.0, axis=1),
        "norm 2": lambda: tf.norm(P((2, 3)), ord=2, axis=1),
        "norm complex": lambda: tf.norm(P((2, 3), tf.complex64)),
        "norm bad ord": lambda: tf.norm(P((2, 3)), ord="nuc"),
        "norm bad axis": lambda: tf.norm(P((2, 3)), ord=1, axis=[0, 0]),
        "norm bad axes": lambda: tf.norm(P((2, 3)), axis=[0, 1, 2]),
        "norm bad fro": lambda: tf.norm(P((2, 3)), ord="fro", axis=1),
        "norm bad matrix ord": lambda: tf.norm(P((2, 3)), ord=3, axis=[0, 1]),
        "norm negative": lambda: tf.norm(P((2, 3)), ord=-1, axis=1),
        "normalize axis": lambda: tf.linalg.normalize(P((2, 3)), axis=1, name="n"),
        "cross": lambda: tf.cross(P((2, 3)), P((2, 3))),
        "cross bad": lambda: tf.cross(P((2, 4)), P((2, 4))),
        "tridiagonal": lambda: tf.linalg.tridiagonal_solve(P((3, 4)), P((4,))),
        "tridiagonal matrix": lambda: tf.linalg.tridiagonal_solve(
            P((4, 4)), P((4, 2)), diagonals_format="matrix", name="t"
        ),
        "tridiagonal sequence": lambda: tf.linalg.tridiagonal_solve(
            [P((3,)), P((4,)), P((3,))], P((4, 2)), diagonals_format="sequence", partial_pivoting=False
        ),
        "tridiagonal transposed": lambda: tf.linalg.tridiagonal_solve(
            P((2, 3, 4)), P((2, 5, 4)), transpose_rhs=True, conjugate_rhs=True
        ),
        "tridiagonal matmul": lambda: tf.linalg.tridiagonal_matmul(P((3, 4)), P((4, 2))),
        "tridiagonal matmul sequence": lambda: tf.linalg.tridiagonal_matmul(
            [P((4,)), P((4,)), P((4,))], P((4, 2)), diagonals_format="sequence", name="t"
        ),
        "pinv rcond": lambda: tf.linalg.pinv(P((2, 3)), rcond=0.1, validate_args=True, name="p"),
        "lu int64": lambda: tf.linalg.lu(P((2, 2)), output_idx_type=tf.int64, name="l"),
    }


def spectral(tf, P):
    def later(path):
        return lambda *args, **kwargs: resolve(tf, path)(*args, **kwargs)

    c64 = tf.complex64
    found = {}
    for kind in ("fft", "ifft", "fft2d", "ifft2d", "fft3d", "ifft3d"):
        f = later(f"spectral.{kind}")
        found[kind] = lambda f=f: f(P((2, 3, 4), c64))
        found[f"{kind} named"] = lambda f=f: f(P(None, tf.complex128), name="f")
        found[f"{kind} scalar"] = lambda f=f: f(P((), c64))
    for kind, dtype in (("rfft", tf.float32), ("irfft", c64)):
        for suffix in ("", "2d", "3d"):
            f = later(f"spectral.{kind}{suffix}")
            rank = int(suffix[:1] or 1)
            found[f"{kind}{suffix}"] = lambda f=f, dtype=dtype: f(P((4, 5, 6), dtype))
            found[f"{kind}{suffix} length"] = lambda f=f, dtype=dtype, rank=rank: f(P((4, 5, 6), dtype), [8] * rank)
            found[f"{kind}{suffix} batch"] = lambda f=f, dtype=dtype: f(P((None, 4, 5, None), dtype), name="r")
            found[f"{kind}{suffix} unknown"] = lambda f=f, dtype=dtype: f(P(None, dtype))
            found[f"{kind}{suffix} tensor length"] = lambda f=f, dtype=dtype, rank=rank: f(
                P((4, 5, 6), dtype), P((rank,), tf.int32)
            )
    for kind in ("dct", "idct"):
        f = later(f"spectral.{kind}")
        for number in (1, 2, 3, 4):
            found[f"{kind} {number}"] = lambda f=f, number=number: f(P((2, 4)), type=number)
            found[f"{kind} {number} ortho"] = lambda f=f, number=number: f(
                P((2, 4)), type=number, norm="ortho", name="d"
            )
        found[f"{kind} n"] = lambda f=f: f(P((2, 4)), n=6)
        found[f"{kind} n less"] = lambda f=f: f(P((2, 4)), n=2)
        found[f"{kind} unknown"] = lambda f=f: f(P((2, None)))
        found[f"{kind} bad type"] = lambda f=f: f(P((2, 4)), type=5)
        found[f"{kind} bad norm"] = lambda f=f: f(P((2, 4)), norm="max")
        found[f"{kind} bad axis"] = lambda f=f: f(P((2, 4)), axis=0)
    return found | {
        "fftshift": lambda: tf.signal.fftshift(P((4, 5))),
        "fftshift axis": lambda: tf.signal.fftshift(P((4, 5)), axes=1, name="f"),
        "fftshift axes": lambda: tf.signal.fftshift(P((4, 5)), axes=[0, -1]),
        "fftshift unknown": lambda: tf.signal.fftshift(P((4, None))),
        "ifftshift": lambda: tf.signal.ifftshift(P((4, 5))),
        "ifftshift axis": lambda: tf.signal.ifftshift(P((4, 5)), axes=0),
    }


def record(tf):
    """What each case builds, or the class of the error."""
    found = {}
    for name, build in cases(tf).items():
        with tf.Graph().as_default() as graph:
            try:
                build()
            except Exception as error:
                found[name] = [f"raises {type(error).__name__}"]
            else:
                found[name] = array_cases.describe(graph)
    return found
