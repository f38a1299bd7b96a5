"""Cases: random numbers from seeds, and the sequence they go on in."""

from __future__ import annotations

from collections.abc import Iterator

from cases import Case, X, case, dt

CALLS = ("random_uniform", "random_normal", "truncated_normal")


def table() -> Iterator[Case]:
    for call in CALLS:
        yield case(call, [3, 4], seed=7, name="op seed")
        yield case(call, [3, 4], graph_seed=123, name="graph seed")
        yield case(call, [3, 4], graph_seed=123, seed=7, name="both seeds")
        yield case(call, [3, 4], graph_seed=0, seed=0, name="seeds 0")
        yield case(call, [5], graph_seed=1, seed=2, runs=3, name="goes on")
        yield case(call, [], seed=3, name="scalar")
        yield case(call, [0, 2], seed=3, name="nothing")
        yield case(call, [7, 11], seed=5, name="odd count")
        yield case(call, [300], seed=2**31 + 5, name="more than one block, large seed")
        yield case(call, [3, 4], seed=7, dtype=dt("float64"), name="float64")
        yield case(call, [4], seed=7, dtype=dt("float16"), name="float16")
        yield case(call, X(values=[2, 3], dtype="int32"), seed=4, name="shape fed")
    yield case("random_uniform", [4, 4], minval=-3.0, maxval=5.0, seed=1, name="range")
    yield case("random_uniform", [20], minval=0, maxval=10, dtype=dt("int32"), seed=1, name="int32")
    yield case("random_uniform", [20], minval=-5, maxval=1000, dtype=dt("int64"), seed=1, name="int64")
    yield case(
        "random_uniform", [4], minval=X(values=1.0), maxval=X(values=3.0), seed=1, name="range fed", differentiate=False
    )
    yield case("random_uniform", [3], dtype=dt("int32"), seed=1, name="int32 without a range", fails=True)
    yield case("random_normal", [4, 4], mean=10.0, stddev=0.5, seed=1, name="moments")
    yield case("truncated_normal", [4, 4], mean=-1.0, stddev=0.1, seed=1, name="moments")
    yield case("truncated_normal", [200], seed=9, name="many")
    yield case("random_shuffle", X(6, 2), seed=3, name="rows", differentiate=False)
    yield case("random_shuffle", X(7, dtype="int32", low=0, high=90), seed=3, runs=2, name="goes on")
    yield case("multinomial", X(2, 4), 6, seed=3, name="six", differentiate=False)
