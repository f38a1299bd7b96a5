"""Cases: frames, windows, short-time Fourier transforms, mel spectra."""

from __future__ import annotations

from collections.abc import Iterator

from cases import Case, X, case, dt


def table() -> Iterator[Case]:
    yield from frames()
    yield from sums()
    yield from windows()
    yield from spectra()
    yield from features()


def frames() -> Iterator[Case]:
    for length, step in ((3, 2), (2, 3), (4, 1), (3, 3), (9, 2)):
        for pad_end in (False, True):
            yield case("signal.frame", X(2, 7), length, step, pad_end, name=f"{length} every {step} {pad_end}")
    for axis in (0, 1, 2, -2):
        for pad_end in (False, True):
            yield case("signal.frame", X(4, 5, 3), 2, 2, pad_end, 1.5, axis, name=f"axis {axis} {pad_end}")
    yield case("signal.frame", X(6, dtype="int32"), 4, 2, name="int32")
    yield case("signal.frame", X(0), 2, 1, name="nothing", differentiate=False)
    yield case("signal.frame", X(6, dtype="float64"), 4, 3, pad_end=True, pad_value=-1.0, name="float64")
    known = ("full", "batch", "rank")
    yield case(
        "signal.frame", X(2, 6), X(values=4, dtype="int32"), 2, name="length fed", differentiate=False, static=known
    )
    yield case("signal.frame", X(), 2, 1, name="scalar", fails="building")
    yield case("signal.frame", X(6), [2, 2], 1, name="two lengths", fails="building")


def sums() -> Iterator[Case]:
    for step in (1, 2, 3, 5):
        yield case("signal.overlap_and_add", X(4, 3), step, name=f"step {step}")
        yield case("signal.overlap_and_add", X(2, 3, 4, dtype="float64"), step, name=f"step {step} batch")
    yield case("signal.overlap_and_add", X(3, 2, dtype="int32"), 1, name="int32")
    yield case("signal.overlap_and_add", X(1, 3), 2, name="one frame")
    yield case("signal.overlap_and_add", X(3), 2, name="vector", fails="building")
    yield case("signal.overlap_and_add", X(3, 2), 1.5, name="half a step", fails="building")


def windows() -> Iterator[Case]:
    for call in ("signal.hann_window", "signal.hamming_window"):
        for length in (1, 2, 5, 6):
            for periodic in (True, False):
                yield case(call, length, periodic, name=f"{length} {periodic}", static=("full",))
        yield case(call, 4, dtype=dt("float64"), name="float64", static=("full",))
        yield case(call, X(values=6, dtype="int32"), name="length fed", differentiate=False)
        yield case(call, 4, dtype=dt("int32"), name="int32", fails="building")


def spectra() -> Iterator[Case]:
    for options in ({}, {"pad_end": True}, {"fft_length": 4}, {"fft_length": 8}, {"window_fn": None}):
        yield case("signal.stft", X(2, 11), 5, 3, **options, name=f"{options}")
        backward = {name: value for name, value in options.items() if name != "pad_end"}
        bins = backward.get("fft_length", 8) // 2 + 1
        if options == backward:
            yield case("signal.inverse_stft", X(2, 3, bins, dtype="complex64"), 5, 3, **backward, name=f"{options}")
    yield case("signal.stft", X(9, dtype="float64"), 4, 2, name="float64")
    yield case("signal.inverse_stft", X(3, 3, dtype="complex128"), 4, 2, name="complex128")
    yield case("signal.stft", X(), 4, 2, name="scalar", fails="building")
    yield case("signal.inverse_stft", X(5, dtype="complex64"), 4, 2, name="vector", fails="building")


def features() -> Iterator[Case]:
    call = "signal.linear_to_mel_weight_matrix"
    for arguments in ((), (4, 9), (5, 17, 16000, 80.0, 7600.0), (3, 5, 8000.0, 0.0, 4000.0)):
        yield case(call, *arguments, name=f"{arguments}", static=("full",))
    yield case(call, 4, 9, dtype=dt("float64"), name="float64", static=("full",))
    for name, arguments in (
        ("no bins", (0,)),
        ("no rate", (4, 9, 0)),
        ("below zero", (4, 9, 8000, -1.0)),
        ("edges exchanged", (4, 9, 8000, 2000.0, 1000.0)),
        ("above half the rate", (4, 9, 8000, 0.0, 5000.0)),
    ):
        yield case(call, *arguments, name=name, fails="building")
    call = "signal.mfccs_from_log_mel_spectrograms"
    yield case(call, X(2, 5), name="float32")
    yield case(call, X(3, 2, 4, dtype="float64"), name="float64")
    yield case(call, X(2, 0), name="no bins", fails="building")
