"""Cases: random numbers from seeds, and the sequence they go on in."""

from __future__ import annotations

from collections.abc import Iterator

from cases import Case, X, case, dt, given

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
    yield from narrow_and_wide()
    yield from gamma()
    yield from poisson()
    yield from classes()
    yield from pieces()
    yield from stateless()


def narrow_and_wide() -> Iterator[Case]:
    for dtype in ("float16", "float32", "float64"):
        for call in CALLS:
            yield case(call, [2, 5], graph_seed=3, runs=2, dtype=dt(dtype), name=f"{dtype} goes on")
        yield case("random_uniform", [6], -2, 2, seed=8, dtype=dt(dtype), name=f"{dtype} from -2")
        yield case("random_uniform", [6], 0, 2.5, seed=8, dtype=dt(dtype), name=f"{dtype} to 2.5")
    for dtype, low, high in (("int32", -(2**31), 2**31 - 1), ("int64", -(2**62), 2**62), ("int64", 0, 2**40)):
        yield case("random_uniform", [9], low, high, seed=8, dtype=dt(dtype), name=f"{dtype} {low} to {high}")
    yield case("random_uniform", [0], 3, 3, seed=8, dtype=dt("int32"), name="none of no number")
    yield case("random_uniform", [2], 3, 3, seed=8, dtype=dt("int32"), name="no number", fails=True)
    yield case("random_uniform", X(values=[2, -3], dtype="int32"), seed=8, name="negative size", fails=True)
    yield case("random_uniform", [2], dtype=dt("int8"), maxval=3, name="int8", fails=True)
    yield case("random_normal", X(values=3, dtype="int32"), name="scalar shape", fails=True)
    yield case("random_normal", [2, 3], X(3), X(2, 1), seed=5, name="moments fed", differentiate=False)
    yield case("truncated_normal", [2, 3], X(3), X(2, 1), seed=5, name="moments fed", differentiate=False)
    yield case("truncated_normal", [5], dtype=dt("float64"), seed=2**40, name="large seed float64")
    for call in ("random.uniform", "random.normal", "random.truncated_normal"):
        yield case(call, [4], seed=7, name="alias")
    for rows in (1, 2, 33):
        yield case("random.shuffle", X(rows, 2), seed=rows, runs=2, name=f"{rows} rows", differentiate=False)
    yield case("random_shuffle", X(values=["a", "b", "c", "d"], dtype="string"), graph_seed=5, name="texts")


def gamma() -> Iterator[Case]:
    for dtype in ("float16", "float32", "float64"):
        for alpha in (0.02, 0.5, 1.0, 1.5, 7.0, 300.0):
            yield case("random_gamma", [5], alpha, dtype=dt(dtype), seed=3, runs=2, name=f"{dtype} {alpha}")
    yield case("random_gamma", [2, 3], [0.5, 1.0, 4.0], seed=1, name="several")
    yield case("random_gamma", [], [[0.5], [4.0]], beta=[1.0, 10.0], graph_seed=1, name="rates")
    yield case("random_gamma", [0], [0.5], seed=1, name="none")
    yield case("random_gamma", [3], [], seed=1, name="no parameters")
    yield case("random.gamma", [40], 2.0, seed=1, name="alias")
    for dtype in ("float32", "float64"):
        alphas, betas = X(3, low=0.3, high=5, dtype=dtype), X(2, 1, low=0.5, high=3, dtype=dtype)
        yield case("random_gamma", [4], alphas, betas, dt(dtype), seed=6, name=f"gradient {dtype}")
        yield case("random_gamma", [], alphas, dtype=dt(dtype), seed=6, name=f"gradient of one {dtype}")
        yield case("random_gamma", [2, 2], given(40.0, dtype), dtype=dt(dtype), seed=6, name=f"gradient of 40 {dtype}")
    yield case("random_gamma", [2], X(2, low=1), X(3, low=1), name="far shapes", fails=True)
    yield case("random_gamma", X(values=2, dtype="int32"), 1.0, name="scalar shape", fails=True)


def poisson() -> Iterator[Case]:
    for dtype in ("float16", "float32", "float64", "int32", "int64"):
        for rate in (0.0, 0.3, 4.0, 9.99, 10.0, 45.5, 2000.0):
            yield case("random_poisson", rate, [6], dtype=dt(dtype), seed=3, runs=2, name=f"{dtype} {rate}")
    for dtype in ("float16", "float64", "int32", "int64"):
        rates = X(values=[[1, 20], [5, 300]], dtype=dtype)
        yield case("random_poisson", rates, [3], graph_seed=2, name=f"rates {dtype}", differentiate=False)
    yield case("random.poisson", [1.0, 30.0], [2, 2], seed=1, name="alias")
    yield case("random_poisson", [1.0, 30.0], [], seed=1, name="one each")
    yield case("random_poisson", [1.0], [0], seed=1, name="none")
    yield case("random_poisson", [-1.0, 3.0], [4], seed=1, name="negative")
    yield case("random_poisson", 1.0, X(values=2, dtype="int32"), name="scalar shape", fails=True)


def classes() -> Iterator[Case]:
    for dtype in ("float32", "float64"):
        for rows, columns, samples in ((1, 2, 10), (3, 5, 1), (4, 20, 7)):
            logits = X(rows, columns, dtype=dtype)
            name = f"{dtype} {rows}x{columns}"
            yield case("multinomial", logits, samples, seed=4, runs=2, name=name, differentiate=False)
            yield case("random.categorical", logits, samples, dt("int32"), graph_seed=4, name=name, differentiate=False)
    yield case("multinomial", X(2, 3), 0, seed=4, name="none", differentiate=False)
    yield case("multinomial", X(0, 3), 4, seed=4, name="no rows", differentiate=False)
    yield case("multinomial", [[0.0, 40.0, -40.0]], 8, seed=4, name="sure")
    yield case("multinomial", X(2, 3), 2, output_dtype=dt("int32"), seed=4, name="int32", differentiate=False)
    yield case("multinomial", X(2, 3), X(values=5, dtype="int32"), seed=4, name="fed", differentiate=False)
    yield case("multinomial", X(3), 5, name="rank 1", fails=True)
    yield case("multinomial", X(2, 3), -1, name="negative count", fails=True)
    yield case("multinomial", X(2, 3), 2, output_dtype=dt("float32"), name="floating classes", fails=True)
    yield case("multinomial", X(2, 0), 2, name="no classes", fails=True)


def pieces() -> Iterator[Case]:
    yield case("random_crop", X(5, 4, 3), [2, 2, 3], seed=4, runs=3, name="picture", differentiate=False)
    yield case("random_crop", X(6, dtype="int32", high=90), [4], graph_seed=4, runs=3, name="row")
    yield case("random_crop", X(3, 3), [3, 3], seed=4, name="whole", differentiate=False)
    yield case("random_crop", X(3, 3), [0, 3], seed=4, name="nothing", differentiate=False)
    yield case("random_crop", X(6), X(values=[2], dtype="int32"), seed=4, name="size fed", differentiate=False)
    yield case("random_crop", X(6, 3), [3, 3], seed=4, name="gradient")
    yield case("random_crop", X(3, 3), [3, 4], name="too large", fails=True)


def stateless() -> Iterator[Case]:
    calls = ("stateless_uniform", "stateless_normal", "stateless_truncated_normal")
    for seeds in ([1, 2], [0, 0], [-5, 2**31 - 1]):
        for call in calls:
            yield case(f"random.{call}", [2, 5], seeds, runs=2, name=f"{seeds}")
    for call in calls:
        for dtype in ("float16", "float64"):
            yield case(f"random.{call}", [7], [3, 4], dtype=dt(dtype), name=dtype)
        seeds = X(values=[7, 2**40], dtype="int64")
        yield case(f"random.{call}", [7], seeds, name="seed fed")
        yield case(f"random.{call}", [0, 7], [3, 4], name="none")
        yield case(f"random.{call}", [7], [3, 4, 5], name="three seeds", fails="building")
    for dtype in ("int32", "int64"):
        limits = {"minval": -9, "maxval": 1000, "dtype": dt(dtype)}
        yield case("random.stateless_uniform", [9], [3, 4], name=f"range {dtype}", **limits)
    for dtype in ("int32", "int64"):
        anything = {"minval": None, "maxval": None, "dtype": dt(dtype)}
        yield case("random.stateless_uniform", [9], [3, 4], name=f"any {dtype}", **anything)
    yield case("random.stateless_uniform", [9], [3, 4], -2.0, 3, name="range")
    yield case("random.stateless_uniform", [9], [3, 4], 2, None, dt("int32"), name="one limit", fails=True)
    yield case("random.stateless_normal", [9], [3, 4], 10.0, 0.5, name="moments")
    for call in ("stateless_multinomial", "stateless_categorical"):
        yield case(f"random.{call}", X(3, 6), 7, [3, 4], name="seven", differentiate=False)
        yield case(
            f"random.{call}", X(3, 6, dtype="float64"), 2, [1, 1], dt("int32"), name="int32", differentiate=False
        )
        yield case(f"random.{call}", X(3), 7, [3, 4], name="rank 1", fails=True)
