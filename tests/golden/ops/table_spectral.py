"""Cases: Fourier and cosine transforms."""

from __future__ import annotations

from collections.abc import Iterator

from cases import Case, X, case


def table() -> Iterator[Case]:
    yield from complex_transforms()
    yield from real_transforms()
    yield from cosine_transforms()
    yield from shifts()


def complex_transforms() -> Iterator[Case]:
    for kind in ("fft", "ifft"):
        for suffix, sizes in (("", ((4,), (2, 5))), ("2d", ((2, 3), (2, 3, 4))), ("3d", ((2, 3, 2), (2, 2, 2, 3)))):
            for shape in sizes:
                for dtype in ("complex64", "complex128"):
                    yield case(f"spectral.{kind}{suffix}", X(*shape, dtype=dtype), name=f"{shape} {dtype}")
            yield case(f"{kind}{suffix}", X(*sizes[0], dtype="complex64"), name="top level")
            yield case(f"signal.{kind}{suffix}", X(dtype="complex64"), name="scalar", fails=True)
    yield case("fft", X(0, 4, dtype="complex64"), name="nothing")
    yield case("fft", X(4), name="float32", fails="building")


def real_transforms() -> Iterator[Case]:
    for suffix, sizes in (("", ((4,), (2, 5))), ("2d", ((4, 4), (2, 3, 5))), ("3d", ((2, 3, 4),))):
        axes = int(suffix[:1] or 1)
        for shape in sizes:
            # TensorFlow has no gradient of the transforms over three axes.
            flags = {"differentiate": axes < 3}
            for dtype in ("float32", "float64"):
                yield case(f"spectral.rfft{suffix}", X(*shape, dtype=dtype), name=f"{shape} {dtype}", **flags)
            for dtype in ("complex64", "complex128"):
                yield case(f"spectral.irfft{suffix}", X(*shape, dtype=dtype), name=f"{shape} {dtype}", **flags)
            for lengths in ([6] * axes, [3] * axes, [5] * axes):
                longer = f"{shape} to {lengths}"
                yield case(f"spectral.rfft{suffix}", X(*shape), lengths, name=longer, **flags)
                yield case(f"spectral.irfft{suffix}", X(*shape, dtype="complex64"), lengths, name=longer, **flags)
        fed = X(values=[4] * axes, dtype="int32")
        yield case(f"signal.rfft{suffix}", X(*sizes[0]), fed, name="length fed", differentiate=axes < 3)
        yield case(f"signal.rfft{suffix}", X(), name="scalar", fails=True)
    yield case("spectral.rfft", X(4, dtype="complex64"), name="complex64", fails="building")
    yield case("spectral.irfft", X(4), name="float32", fails="building")
    yield case("spectral.rfft", X(4), [2, 2], name="two lengths", fails=True)


def cosine_transforms() -> Iterator[Case]:
    for call in ("spectral.dct", "spectral.idct"):
        for kind in (1, 2, 3, 4):
            for norm in (None, "ortho") if kind > 1 else (None,):
                yield case(call, X(2, 4), kind, norm=norm, name=f"type {kind} {norm}")
                yield case(call, X(5, dtype="float64"), kind, norm=norm, name=f"type {kind} {norm} float64")
            yield case(call, X(2, 4), kind, n=6, name=f"type {kind} filled up")
            yield case(call, X(2, 4), kind, n=3, name=f"type {kind} cut")
        yield case(call, X(2, 4), 5, name="type 5", fails="building")
        yield case(call, X(2, 4), norm="max", name="no norm", fails="building")
        yield case(call, X(2, 4), axis=0, name="axis 0", fails="building")
        yield case(call, X(2, 4), 1, norm="ortho", name="type 1 ortho", fails="building")
        yield case(call, X(2, 1), 1, name="type 1 of one", fails="building")
        yield case(call, X(2, 4), n=0, name="no length", fails="building")


def shifts() -> Iterator[Case]:
    for call in ("signal.fftshift", "signal.ifftshift"):
        for axes in (None, 0, 1, -1, [0, 1], [-1]):
            yield case(call, X(4, 5), axes=axes, name=f"axes {axes}")
        yield case(call, X(5, dtype="int32"), name="int32")
