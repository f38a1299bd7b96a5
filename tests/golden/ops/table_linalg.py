"""Cases: inverses, determinants, equations, decompositions, norms and functions of matrices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from cases import Case, X, case, dt, given

INF, NAN = float("inf"), float("nan")


def well(*shape: int, dtype: str = "float64", seed: int = 0) -> X:
    """Square matrices far from singular: random ones with a heavy diagonal."""
    return given((_random(shape, dtype, seed) + 3 * np.eye(shape[-1])).tolist(), dtype)


def positive(*shape: int, dtype: str = "float64", seed: int = 0) -> X:
    """Self-adjoint, positive definite matrices with eigenvalues apart."""
    x = _random(shape, dtype, seed)
    product = x @ np.swapaxes(x.conj(), -1, -2) + np.diag(np.arange(1, shape[-1] + 1))
    return given(np.round(product, 2).tolist(), dtype)


def _random(shape: tuple[int, ...], dtype: str, seed: int) -> np.ndarray:
    rng = np.random.RandomState(seed + sum(shape))
    x = np.round(rng.uniform(-1, 1, shape), 2)
    return x + 1j * np.round(rng.uniform(-1, 1, shape), 2) if dtype.startswith("complex") else x


DTYPES = ("float32", "float64", "complex128")
WIDE = X(2, 3)


def table() -> Iterator[Case]:
    yield from inverses()
    yield from equations()
    yield from decompositions()
    yield from functions()
    yield from simple()
    yield from norms()
    yield from tridiagonal()


def inverses() -> Iterator[Case]:
    for call in ("matrix_inverse", "linalg.inv", "matrix_determinant", "linalg.det", "linalg.slogdet", "linalg.logdet"):
        make = positive if call.endswith("logdet") and "slog" not in call else well
        for dtype in DTYPES:
            if dtype == "complex128" and call in ("linalg.logdet",):
                continue
            yield case(call, make(3, 3, dtype=dtype), name=dtype)
            yield case(call, make(2, 2, 2, dtype=dtype), name=f"batch {dtype}")
        yield case(call, given(np.zeros((0, 2, 2)).tolist() or np.zeros((0, 2, 2)), "float32"), name="no matrices")
        yield case(call, WIDE, name="not square", fails=True)
        yield case(call, X(3), name="vector", fails=True)
    for dtype in DTYPES:
        yield case("matrix_inverse", well(3, 3, dtype=dtype), adjoint=True, name=f"adjoint {dtype}")
    yield case("matrix_inverse", given([[1.0, 2.0], [2.0, 4.0]]), name="singular", fails=True)
    yield case("matrix_determinant", given([[1.0, 2.0], [2.0, 4.0]]), name="singular", differentiate=False)
    yield case("linalg.slogdet", given([[2.0, 0.0], [0.0, -3.0]]), name="negative")


def equations() -> Iterator[Case]:
    for dtype in DTYPES:
        for flags in ({}, {"adjoint": True}):
            shown = f"{dtype}{' adjoint' if flags else ''}"
            yield case("matrix_solve", well(3, 3, dtype=dtype), X(3, 2, dtype=dtype), name=shown, **flags)
            yield case(
                "linalg.solve", well(2, 2, 2, dtype=dtype), X(2, 2, 1, dtype=dtype), name=f"batch {shown}", **flags
            )
            for lower in (True, False):
                yield case(
                    "matrix_triangular_solve", well(3, 3, dtype=dtype), X(3, 2, dtype=dtype), lower=lower,
                    name=f"{shown} {'lower' if lower else 'upper'}", **flags,
                )  # fmt: skip
        yield case("cholesky_solve", well(3, 3, dtype=dtype), X(3, 2, dtype=dtype), name=dtype)
    yield case("linalg.triangular_solve", well(2, 2), X(3, 2, 1, dtype="float64"), name="stretched matrix")
    yield case("linalg.triangular_solve", well(3, 2, 2), X(2, 1, dtype="float64"), name="stretched rhs")
    yield case("linalg.cholesky_solve", well(2, 2, 2), X(2, 2, 1, dtype="float64"), name="batch")
    for call in ("matrix_solve", "matrix_triangular_solve", "cholesky_solve"):
        yield case(call, X(3, 3), X(2, 1), name="sizes disagree", fails=True)
        yield case(call, WIDE, X(2, 1), name="not square", fails=True)
    yield case("matrix_solve", given([[1.0, 2.0], [2.0, 4.0]]), X(2, 1), name="singular", fails=True)
    for dtype in ("float32", "float64"):
        yield case("matrix_solve_ls", X(4, 2, dtype=dtype), X(4, 2, dtype=dtype), name=f"deep {dtype}")
        yield case("matrix_solve_ls", X(2, 4, dtype=dtype), X(2, 2, dtype=dtype), name=f"wide {dtype}")
        for penalty in (0.1, 2.0):
            flags: dict[str, Any] = {"l2_regularizer": penalty}
            yield case(
                "linalg.lstsq", X(4, 2, dtype=dtype), X(4, 1, dtype=dtype), name=f"deep {penalty} {dtype}", **flags
            )
            yield case(
                "linalg.lstsq", X(2, 3, dtype=dtype), X(2, 1, dtype=dtype), name=f"wide {penalty} {dtype}", **flags
            )
    yield case(
        "linalg.lstsq", X(2, 4, 2, dtype="float64"), X(2, 4, 1, dtype="float64"), l2_regularizer=0.5, name="batch"
    )
    deep = given([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]], "float64")
    yield case(
        "linalg.lstsq", deep, X(3, 1, dtype="float64"), fast=False, name="slow, without full rank", differentiate=False
    )
    yield case(
        "linalg.lstsq", X(4, 2, dtype="float64"), X(4, 2, dtype="float64"), fast=False, name="slow", differentiate=False
    )
    yield case("linalg.lstsq", X(4, 2), X(3, 1), name="sizes disagree", fails=True)


def decompositions() -> Iterator[Case]:
    for dtype in DTYPES:
        yield case("cholesky", positive(3, 3, dtype=dtype), name=dtype)
        yield case("linalg.cholesky", positive(2, 2, 2, dtype=dtype), name=f"batch {dtype}")
        yield case("self_adjoint_eigvals", positive(3, 3, dtype=dtype), name=dtype, differentiate=dtype != "complex128")
        yield case("linalg.eigvalsh", positive(2, 2, 2, dtype=dtype), name=f"batch {dtype}", differentiate=False)
        for sizes in ((3, 3), (2, 3), (3, 2), (2, 2, 3)):
            yield case("svd", X(*sizes, dtype=dtype), compute_uv=False, name=f"values {sizes} {dtype}")
    yield case("cholesky", given([[2.0, 9.0], [1.0, 2.0]]), name="lower triangle")
    for call in ("cholesky", "self_adjoint_eig", "self_adjoint_eigvals", "linalg.lu"):
        yield case(call, WIDE, name="not square", fails=True)
    yield case("svd", X(3), name="vector", fails=True)
    yield case("svd", given([[NAN, 1.0], [1.0, 2.0]]), name="nan", differentiate=False)
    yield case("self_adjoint_eigvals", given([[2.0, 9.0], [1.0, 2.0]]), name="lower triangle")
    for sizes in ((2, 2), (3, 3), (2, 3, 3)):
        yield case("linalg.lu", well(*sizes), name=f"{sizes}", differentiate=False)
    yield case("linalg.lu", given([[1.0, 2.0], [3.0, 4.0]]), dt("int64"), name="int64", differentiate=False)
    yield case("linalg.lu", given([[1.0, 2.0], [2.0, 4.0]]), name="singular", fails=True)
    yield case("linalg.matrix_rank", given([[1.0, 2.0], [2.0, 4.0], [0.0, 1.0]]), name="full", differentiate=False)
    yield case("linalg.matrix_rank", given([[1.0, 2.0], [2.0, 4.0]]), name="one", differentiate=False)
    yield case("linalg.matrix_rank", X(2, 3, 2), tol=10.0, name="tol", differentiate=False)
    for sizes in ((3, 2), (2, 3), (2, 2), (2, 3, 2)):
        yield case("linalg.pinv", X(*sizes, dtype="float64"), name=f"{sizes}", differentiate=False)
    yield case("linalg.pinv", given([[1.0, 2.0], [2.0, 4.0]]), rcond=1e-3, name="rank one", differentiate=False)


def functions() -> Iterator[Case]:
    for dtype in ("float32", "float64", "complex128"):
        yield case("linalg.sqrtm", positive(3, 3, dtype=dtype), name=dtype, differentiate=dtype == "float64")
        yield case(
            "matrix_square_root",
            positive(2, 2, 2, dtype=dtype),
            name=f"batch {dtype}",
            differentiate=dtype == "float64",
        )
    yield case("linalg.sqrtm", well(3, 3), name="unsymmetric", differentiate=False)
    yield case("linalg.sqrtm", given([[1.0, 1.0], [0.0, 1.0]], "float64"), name="defective", differentiate=False)
    yield case("linalg.sqrtm", given([[-1.0, 0.0], [0.0, 1.0]]), name="no real root", differentiate=False)
    yield case("linalg.sqrtm", given([[1.0, 0.0], [0.0, 0.0]]), name="singular", differentiate=False)
    for dtype in DTYPES:
        for size in (0.01, 0.5, 2.0, 20.0):
            x = X(2, 2, dtype=dtype, low=-size, high=size)
            yield case("linalg.expm", x, name=f"{size} {dtype}", differentiate=dtype != "complex128")
        yield case("linalg.expm", X(2, 3, 3, dtype=dtype), name=f"batch {dtype}", differentiate=False)
    yield case("linalg.expm", given([[INF, 0.0], [0.0, 1.0]]), name="infinite", differentiate=False)
    yield case("linalg.expm", X(2, 2, dtype="int32"), name="int32", fails="building")
    for sizes in ((2, 2), (3, 3), (2, 2, 2)):
        yield case("linalg.logm", well(*sizes, dtype="complex128"), name=f"{sizes}", differentiate=False)
    yield case("linalg.logm", given([[1.0, 1.0], [0.0, 1.0]], "complex128"), name="defective", differentiate=False)
    yield case("linalg.logm", given([[-1.0, 0.0], [0.0, 1.0]], "complex128"), name="negative", differentiate=False)
    yield case("linalg.sqrtm", WIDE, name="not square", fails=True)


def simple() -> Iterator[Case]:
    for call in ("trace", "linalg.trace"):
        for sizes in ((3, 3), (2, 3), (2, 2, 3)):
            yield case(call, X(*sizes), name=f"{sizes}")
    yield case("trace", X(3, 3, dtype="int32"), name="int32")
    yield case("trace", X(2, 2, dtype="complex64"), name="complex64")
    yield case("linalg.adjoint", X(2, 3, dtype="complex64"), name="complex64")
    yield case("linalg.adjoint", X(2, 2, 3), name="batch")
    for dtype in ("float32", "float64", "int32"):
        yield case("cross", X(2, 3, dtype=dtype), X(2, 3, dtype=dtype), name=dtype)
    yield case("linalg.cross", X(3), X(3), name="vectors")
    yield case("cross", X(2, 4), X(2, 4), name="four elements", fails=True)
    yield case("cross", X(2, 3), X(3, 3), name="shapes differ", fails=True)
    yield case("linalg.l2_normalize", X(2, 3), 1, name="rows")


def norms() -> Iterator[Case]:
    for ord in ("euclidean", 1, 2, 3.0, INF):
        for axis in (None, 0, -1):
            if ord == 3.0 and axis is None:
                continue
            yield case("norm", X(2, 3, low=0.2), ord=ord, axis=axis, name=f"{ord} {axis}")
        yield case("linalg.norm", X(2, 3, low=0.2), ord=ord, axis=1, keepdims=True, name=f"{ord} keepdims")
    for ord in ("euclidean", "fro", 1, INF):
        for axis in ([0, 1], [-2, -1], [1, 0]):
            yield case("norm", X(2, 3, low=0.2), ord=ord, axis=axis, name=f"{ord} {axis}")
        yield case("norm", X(2, 2, 3, low=0.2), ord=ord, axis=[1, 2], keepdims=True, name=f"{ord} batch keepdims")
    for axis in ([1, 2], [0, 1], [2, 0], [-1, 0]):
        yield case("norm", X(2, 3, 4), ord=2, axis=axis, name=f"2 {axis}")
    yield case("norm", X(2, 3, 4), ord=2, axis=[0, 2], keepdims=True, name="2 keepdims")
    yield case("norm", X(2, 3), axis=1, keep_dims=True, name="keep_dims")
    yield case("norm", X(2, 3, dtype="float64"), name="float64")
    yield case("norm", X(2, 3, dtype="complex64"), name="complex64", differentiate=False)
    for ord, axis in (("nuc", 1), (-1, 1), ("fro", 1), (3, [0, 1]), (2, [0, 0]), (2, [0, 1, 2])):
        yield case("norm", X(2, 3, 4), ord=ord, axis=axis, name=f"{ord} {axis} is none", fails="building")
    for ord, axis in (("euclidean", None), ("euclidean", 1), (1, 0), (INF, 1)):
        yield case("linalg.normalize", X(2, 3, low=0.2), ord=ord, axis=axis, name=f"{ord} {axis}")


def tridiagonal() -> Iterator[Case]:
    diagonals = given([[1.0, -1.0, 0.5, 9.0], [4.0, 5.0, 4.0, 3.0], [9.0, 0.5, 1.0, -1.0]], "float64")
    for pivot in (True, False):
        flags = {"partial_pivoting": pivot}
        yield case("linalg.tridiagonal_solve", diagonals, X(4, 2, dtype="float64"), name=f"matrix {pivot}", **flags)
        yield case("linalg.tridiagonal_solve", diagonals, X(4, dtype="float64"), name=f"vector {pivot}", **flags)
    yield case(
        "linalg.tridiagonal_solve", well(3, 3), X(3, 1, dtype="float64"), diagonals_format="matrix", name="dense"
    )
    parts = [X(3, dtype="float64"), X(4, dtype="float64", low=3, high=4), X(3, dtype="float64")]
    yield case(
        "linalg.tridiagonal_solve", parts, X(4, 2, dtype="float64"), diagonals_format="sequence", name="sequence"
    )
    yield case("linalg.tridiagonal_solve", diagonals, X(2, 4, dtype="float64"), transpose_rhs=True, name="transposed")
    yield case("linalg.tridiagonal_matmul", diagonals, X(4, 2, dtype="float64"), name="compact")
    yield case("linalg.tridiagonal_matmul", X(3, 3), X(3, 2), diagonals_format="matrix", name="dense")
    yield case("linalg.tridiagonal_matmul", [X(4), X(4), X(4)], X(4, 2), diagonals_format="sequence", name="sequence")
    yield case("linalg.tridiagonal_solve", X(2, 4), X(4, 1), name="two diagonals", fails=True)
    yield case("linalg.tridiagonal_solve", X(3, 4), X(3, 1), name="lengths differ", fails=True)
    yield case(
        "linalg.tridiagonal_solve", X(3, 4), X(4, 1), diagonals_format="band", name="no format", fails="building"
    )
