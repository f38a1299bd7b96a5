"""Cases: batch normalization, moments, local response normalization, unit length."""

from __future__ import annotations

from collections.abc import Iterator

from cases import Case, X, case, given


def table() -> Iterator[Case]:
    yield from fused()
    yield from composed()
    yield from moments()
    yield from statistics()
    yield from neighbours()
    yield from lengths()


def _vector(size: int = 3, **options: float) -> X:
    return X(size, **options)  # type: ignore[arg-type]


def fused() -> Iterator[Case]:
    call = "nn.fused_batch_norm"
    shapes = {"NHWC": (2, 3, 2, 3), "NCHW": (2, 3, 2, 2), "NDHWC": (2, 2, 1, 2, 3), "NCDHW": (1, 3, 2, 2, 2)}
    for data_format, shape in shapes.items():
        x = X(*shape)
        options = {"data_format": data_format}
        yield case(call, x, _vector(), _vector(), name=f"training {data_format}", **options)
        yield case(
            call, x, _vector(), _vector(), _vector(), _vector(low=0.5), is_training=False,
            name=f"inference {data_format}", **options,
        )  # fmt: skip
        yield case(
            call, x, _vector(), _vector(), _vector(), _vector(low=0.5), exponential_avg_factor=0.25,
            name=f"moving {data_format}", **options,
        )  # fmt: skip
    for epsilon in (1e-5, 0.1, 1.001e-5):
        yield case(call, X(2, 2, 2, 3), _vector(), _vector(), epsilon=epsilon, name=f"epsilon {epsilon}")
    for dtype in ("float16",):
        x = X(2, 3, 2, 3, dtype=dtype)
        yield case(call, x, _vector(), _vector(), name=f"training {dtype}")
        yield case(
            call, x, _vector(), _vector(), _vector(), _vector(low=0.5), is_training=False, name=f"inference {dtype}"
        )
    yield case(call, X(1, 1, 1, 3), _vector(), _vector(), name="one place", differentiate=False)
    yield case(call, X(3, 1, 1, 1), _vector(1), _vector(1), name="one channel")
    yield case(call, X(1, 2, 5, 8), _vector(8), _vector(8), name="eight channels")
    yield case(call, X(0, 2, 2, 3), _vector(), _vector(), name="nothing", differentiate=False)
    yield case(
        call, X(0, 2, 2, 3), _vector(), _vector(), _vector(), _vector(low=0.5), is_training=False,
        name="nothing in inference", differentiate=False,
    )  # fmt: skip
    yield case(call, given([[[[1.0, 2.0]]], [[[1.0, 2.0]]]]), _vector(2), _vector(2), name="no variance")
    yield case(call, given([[[[100.0, 2.0]]], [[[101.0, 2.5]]]]), _vector(2), _vector(2), name="far from zero")
    yield case(call, X(2, 2, 3), _vector(), _vector(), name="rank 3", fails=True)
    yield case(call, X(1, 2, 2, 2, 3), _vector(), _vector(), name="rank 5 of NHWC", fails=True)
    yield case(call, X(2, 2, 2, 3), _vector(2), _vector(), name="scale too short", fails=True)
    yield case(call, X(2, 2, 2, 3), _vector(), _vector(4), name="offset too long", fails=True)
    yield case(call, X(2, 2, 2, 3), X(3, 1), _vector(), name="scale a matrix", fails=True)
    yield case(
        call, X(2, 2, 2, 3), _vector(), _vector(), _vector(2), _vector(), is_training=False,
        name="mean too short", fails=True,
    )  # fmt: skip
    yield case(call, X(2, 2, 2, 3), _vector(), _vector(), is_training=False, name="no mean", fails=True)
    yield case(call, X(2, 2, 2, 3), _vector(), _vector(), exponential_avg_factor=0.5, name="moving what", fails=True)
    yield case(call, X(2, 2, 2, 3, dtype="float64"), _vector(), _vector(), name="float64", fails=True)


def composed() -> Iterator[Case]:
    call = "nn.batch_normalization"
    mean, variance, offset, scale = X(3), X(3, low=0.5), X(3), X(3)
    yield case(call, X(2, 3), mean, variance, offset, scale, 1e-3, name="matrix")
    yield case(call, X(2, 2, 2, 3), mean, variance, offset, scale, 1e-3, name="pictures")
    yield case(call, X(2, 3), mean, variance, None, scale, 1e-3, name="no offset")
    yield case(call, X(2, 3), mean, variance, offset, None, 1e-3, name="no scale")
    yield case(call, X(2, 3), mean, variance, None, None, 1e-3, name="neither")
    yield case(call, X(2, 3, 2), X(3, 1), X(3, 1, low=0.5), X(3, 1), X(3, 1), 0.1, name="middle axis")
    yield case(
        call, *(X(*shape, dtype="float64", low=0.5) for shape in ((2, 3), (3,), (3,), (3,), (3,))), 1e-3,
        name="float64",
    )  # fmt: skip
    yield case(call, X(2, 3, dtype="float16"), mean, variance, offset, scale, 1e-3, name="half by floats")
    yield case(call, X(2, 3), X(2), X(2, low=0.5), None, None, 1e-3, name="sizes disagree", fails=True)
    call = "nn.batch_norm_with_global_normalization"
    for after in (True, False):
        yield case(call, X(2, 2, 2, 3), mean, variance, offset, scale, 0.01, after, name=f"scale {after}")
    yield case(
        call, input=X(2, 1, 2, 3), mean=mean, variance=variance, beta=offset, gamma=scale, variance_epsilon=0.01,
        scale_after_normalization=True, name="new names",
    )  # fmt: skip


def moments() -> Iterator[Case]:
    call = "nn.moments"
    for axes in ([0], [1], [0, 1], [0, 2], [0, 1, 2], [-1], [2, -3]):
        for keep in (False, True):
            yield case(call, X(2, 3, 4), axes, keep_dims=keep, name=f"axes {axes} keep {keep:d}")
    yield case(call, X(2, 3), [0], keepdims=True, name="keepdims")
    yield case(call, X(5), [0], name="vector")
    yield case(call, X(2, 3, dtype="float64"), [0], name="float64")
    yield case(call, X(4, 3, dtype="float16"), [0], name="half")
    yield case(call, given([[1e4, 1.0], [1.0001e4, 2.0]]), [0], name="far from zero")
    yield case(call, X(2, 3), [2], name="no such axis", fails=True)
    call = "nn.weighted_moments"
    for axes in ([0], [1], [0, 1]):
        for keep in (False, True):
            yield case(call, X(3, 4), axes, X(3, 4, low=0.5), keep_dims=keep, name=f"axes {axes} keep {keep:d}")
    yield case(call, X(3, 4), [0], X(4, low=0.5), name="weights by column", differentiate=False)
    yield case(call, X(3, 4), [0], X(3, 1, low=0.5), name="weights by row")
    yield case(call, X(3, 4), [0], 2.0, name="one weight")
    yield case(call, X(3, 4), [0], given([1, 2, 0], "int32"), name="weights too short", fails=True)
    yield case(call, X(3, 4), [0], given([[1], [2], [0]], "int32"), name="counts")
    yield case(call, X(3, 4), [0], given([[0.0], [0.0], [0.0]]), name="no weight")
    yield case(call, X(3, 4, dtype="float16"), [0], X(3, 1, low=0.5), name="half")
    yield case(call, X(3, 4, dtype="float64"), [0], X(3, 1, low=0.5, dtype="float64"), name="float64")


def statistics() -> Iterator[Case]:
    call = "nn.sufficient_statistics"
    for axes in ([0], [1], [0, 1], [-1]):
        for keep in (False, True):
            yield case(call, X(3, 4), axes, keep_dims=keep, name=f"axes {axes} keep {keep:d}")
    yield case(call, X(3, 4), [0], shift=X(4), name="shift")
    yield case(call, X(3, 4), [0], shift=0.5, name="shift number")
    yield case(call, X(3, 4, dtype="float64"), [0, 1], name="float64")
    call = "nn.normalize_moments"
    yield case(call, given(4.0), X(3), X(3, low=3.0, high=4.0), None, name="no shift")
    yield case(call, given(4.0), X(3), X(3, low=3.0, high=4.0), X(3), name="shift")
    yield case(call, given(4.0), X(1, 3), X(1, 3, low=3.0, high=4.0), given(0.5), name="shift by a number")


def neighbours() -> Iterator[Case]:
    for call in ("nn.lrn", "nn.local_response_normalization"):
        yield case(call, X(1, 2, 2, 7), name="default")
    call = "nn.lrn"
    for radius in (0, 1, 2, 10):
        yield case(call, X(2, 1, 2, 6), depth_radius=radius, name=f"radius {radius}")
    yield case(call, X(1, 1, 2, 6), 2, 2.0, 1e-4, 0.75, name="positional")
    yield case(call, X(1, 1, 2, 6), depth_radius=2, bias=1.5, alpha=0.5, beta=0.75, name="three quarters")
    yield case(call, X(1, 1, 2, 6), depth_radius=2, beta=1.0, name="beta 1")
    yield case(call, X(1, 1, 2, 6), depth_radius=2, beta=0.3, name="beta 0.3")
    yield case(call, X(1, 1, 2, 6), depth_radius=2, alpha=0.0, name="alpha 0")
    yield case(call, X(0, 1, 2, 6), name="nothing", differentiate=False)
    yield case(call, X(1, 1, 2, 1), name="one channel")
    yield case(call, X(1, 1, 2, 4, dtype="float16"), depth_radius=1, name="half", differentiate=False)
    yield case(call, X(1, 2, 3), name="rank 3", fails=True)
    yield case(call, X(1, 1, 2, 4, dtype="float64"), name="float64", fails=True)


def lengths() -> Iterator[Case]:
    call = "nn.l2_normalize"
    yield case(call, X(3, 4), name="all")
    yield case(call, X(3, 4), 0, name="axis 0")
    yield case(call, X(3, 4), axis=1, name="axis 1")
    yield case(call, X(3, 4), dim=-1, name="dim")
    yield case(call, X(2, 3, 4), [0, 2], name="axes")
    yield case(call, X(3, 4), 0, 10.0, name="epsilon")
    yield case(call, X(3, 4, dtype="float64"), 0, name="float64")
    yield case(call, given([[0.0, 0.0], [0.0, 2.0]]), 1, name="zeros")
    yield case(call, X(3, 4), axis=1, dim=1, name="both names", fails=True)
    yield case("math.l2_normalize", X(3, 4), 0, name="axis 0")
    for call in ("nn.zero_fraction", "math.zero_fraction"):
        yield case(call, given([0.0, 1.0, 0.0, -2.0]), name="half of them")
    call = "nn.zero_fraction"
    yield case(call, given([[0, 1], [3, 0]], "int32"), name="int32")
    yield case(call, X(0, 3), name="nothing")
    yield case(call, given(0.0), name="scalar")
    yield case(call, X(2, 2), name="none")
