"""Cases: pooling over one to three axes, with places of the maxima, by fractions."""

from __future__ import annotations

from collections.abc import Iterator

from cases import Case, X, case, dt, given

PADDINGS = ("SAME", "VALID")


def table() -> Iterator[Case]:
    yield from averages()
    yield from maxima()
    yield from sequences()
    yield from volumes()
    yield from by_rank()
    yield from pools()
    yield from with_argmax()
    yield from fractional()
    yield from refusals()


def averages() -> Iterator[Case]:
    for size in ((2, 2), (3, 3), (2, 3), (4, 1)):
        for strides in (1, 2, 3):
            for padding in PADDINGS:
                yield case(
                    "nn.avg_pool",
                    X(1, 5, 6, 2),
                    name=f"{size[0]}x{size[1]} strides {strides} {padding}",
                    ksize=[1, *size, 1],
                    strides=[1, strides, strides, 1],
                    padding=padding,
                )
    for padding in PADDINGS:
        yield case(
            "nn.avg_pool",
            X(1, 2, 5, 4),
            name=f"NCHW {padding}",
            ksize=2,
            strides=[2, 1],
            padding=padding,
            data_format="NCHW",
        )
        yield case("nn.avg_pool2d", X(1, 3, 4, 1, dtype="float64"), 2, 2, padding, name=f"float64 {padding}")
        yield case("nn.avg_pool", X(1, 3, 4, 1, dtype="float16"), 2, 1, padding, name=f"float16 {padding}")


def maxima() -> Iterator[Case]:
    for padding in (*PADDINGS, [[0, 0], [1, 0], [0, 2], [0, 0]], [[0, 0], [0, 1], [1, 1], [0, 0]]):
        for strides in (1, 2):
            yield case("nn.max_pool2d", X(1, 4, 5, 2), 3, strides, padding, name=f"{padding} strides {strides}")
    yield case("nn.max_pool", X(1, 3, 4, 6), [1, 1, 1, 3], [1, 1, 1, 3], "SAME", name="across channels")
    for dtype in ("int32", "int64", "uint8", "int16", "int8"):
        yield case("nn.max_pool", X(1, 3, 4, 2, dtype=dtype, low=0, high=9), 2, 1, "SAME", name=dtype)
    yield case("nn.max_pool", X(1, 3, 4, 1, dtype="float16"), 2, 1, "SAME", name="float16")


def sequences() -> Iterator[Case]:
    for call in ("nn.max_pool1d", "nn.avg_pool1d"):
        for padding in PADDINGS:
            for size in (1, 2, 3):
                for stride in (1, 2):
                    yield case(call, X(2, 5, 2), size, stride, padding, name=f"{size} stride {stride} {padding}")
            yield case(call, X(2, 2, 5), 2, 2, padding, name=f"NCW {padding}", data_format="NCW")
    yield case("nn.max_pool1d", X(2, 5, 2), 3, 2, [[0, 0], [1, 2], [0, 0]], name="explicit")


def volumes() -> Iterator[Case]:
    for call in ("nn.max_pool3d", "nn.avg_pool3d"):
        for padding in PADDINGS:
            for size in ((2, 2, 2), (1, 2, 3), (3, 1, 1)):
                for stride in (1, 2):
                    yield case(
                        call, X(1, 3, 4, 3, 1), list(size), stride, padding, name=f"{size} stride {stride} {padding}"
                    )
            yield case(call, X(1, 2, 3, 2, 3), 2, [1, 2, 1], padding, name=f"NCDHW {padding}", data_format="NCDHW")
            yield case(call, X(2, 4, 3, 3, 2), [1, 2, 2, 2, 1], [1, 3, 1, 2, 1], padding, name=f"lists {padding}")


def by_rank() -> Iterator[Case]:
    for call in ("nn.max_pool_v2", "nn.avg_pool_v2"):
        for rank, shape in ((3, (2, 5, 2)), (4, (1, 4, 3, 2)), (5, (1, 2, 3, 2, 2))):
            for padding in PADDINGS:
                yield case(call, X(*shape), 2, 2, padding, name=f"rank {rank} {padding}")


def pools() -> Iterator[Case]:
    for kind in ("MAX", "AVG"):
        for padding in PADDINGS:
            for window, strides in (([2, 2], None), ([3, 2], [2, 1]), ([1, 1], [1, 1])):
                yield case(
                    "nn.pool",
                    X(1, 4, 5, 2),
                    window,
                    kind,
                    padding,
                    strides=strides,
                    name=f"{kind} {window} {strides} {padding}",
                )
            yield case("nn.pool", X(2, 5, 2), [2], kind, padding, strides=[2], name=f"{kind} one axis {padding}")
            yield case(
                "nn.pool", X(2, 2, 5), [3], kind, padding, data_format="NCW", name=f"{kind} one axis NCW {padding}"
            )
            yield case("nn.pool", X(1, 3, 2, 3, 1), [2, 1, 2], kind, padding, name=f"{kind} three axes {padding}")
            yield case(
                "nn.pool", X(1, 2, 4, 3), [2, 2], kind, padding, data_format="NCHW", name=f"{kind} NCHW {padding}"
            )
        for rate in ([2, 2], [1, 3]):
            yield case("nn.pool", X(1, 6, 7, 1), [2, 2], kind, "VALID", dilation_rate=rate, name=f"{kind} rate {rate}")
        yield case("nn.pool", X(1, 7, 1), [2], kind, "VALID", dilation_rate=[3], name=f"{kind} one axis rate 3")
        yield case(
            "nn.pool", X(1, 3, 4, 3, 1), [2, 2, 2], kind, "VALID", dilation_rate=[1, 2, 1], name=f"{kind} three, rate"
        )


def with_argmax() -> Iterator[Case]:
    for padding in PADDINGS:
        for size in (2, 3):
            for stride in (1, 2):
                for batch in (False, True):
                    yield case(
                        "nn.max_pool_with_argmax",
                        X(2, 4, 5, 2),
                        [1, size, size, 1],
                        [1, stride, stride, 1],
                        padding,
                        include_batch_in_index=batch,
                        name=f"{size} stride {stride} batch {batch} {padding}",
                    )
        yield case(
            "nn.max_pool_with_argmax",
            X(1, 3, 4, 1, dtype="float64"),
            [1, 2, 2, 1],
            [1, 2, 2, 1],
            padding,
            Targmax=dt("int32"),
            name=f"int32 places {padding}",
        )
        yield case(
            "nn.max_pool_with_argmax",
            X(1, 3, 4, 1, dtype="int32", low=0, high=5),
            [1, 2, 2, 1],
            [1, 1, 1, 1],
            padding,
            name=f"int32 {padding}",
        )
    ties = [[[[1], [1], [0]], [[1], [1], [0]], [[0], [2], [2]]]]
    yield case("nn.max_pool_with_argmax", given(ties), [1, 2, 2, 1], [1, 1, 1, 1], "SAME", name="ties")


def fractional() -> Iterator[Case]:
    for call in ("nn.fractional_max_pool", "nn.fractional_avg_pool"):
        for pseudo_random in (False, True):
            for overlapping in (False, True):
                for ratio in ((1.44, 1.73), (2.0, 1.25), (1.0, 2.6)):
                    yield case(
                        call,
                        X(1, 6, 8, 1),
                        [1.0, *ratio, 1.0],
                        pseudo_random,
                        overlapping,
                        True,
                        seed=17,
                        seed2=4,
                        name=f"{ratio} pseudo {pseudo_random} overlapping {overlapping}",
                        runs=2,
                    )
        for seed, seed2 in ((0, 5), (9, 0), (123456789012, -3)):
            yield case(
                call, X(2, 5, 7, 2), [1.0, 1.3, 1.5, 1.0], True, False, True, seed, seed2, name=f"seeds {seed} {seed2}"
            )
        yield case(
            call,
            X(1, 6, 7, 2, dtype="float64"),
            [1.0, 1.4, 1.6, 1.0],
            False,
            True,
            True,
            seed=2,
            name="float64",
        )
        for dtype in ("int32", "int64"):
            yield case(
                call,
                X(1, 6, 7, 1, dtype=dtype, low=-9, high=9),
                [1.0, 1.4, 1.6, 1.0],
                deterministic=True,
                seed=3,
                name=dtype,
            )
    ties = X(1, 6, 6, 2, dtype="int32", low=0, high=1)
    yield case("nn.fractional_max_pool", ties, [1.0, 1.5, 1.5, 1.0], deterministic=True, seed=1, name="ties int32")
    few = given([[[[i % 2], [1], [i % 3 > 0], [0], [1], [1]] for i in range(6)]])
    for overlapping in (False, True):
        yield case(
            "nn.fractional_max_pool",
            few,
            [1.0, 1.5, 1.5, 1.0],
            overlapping=overlapping,
            deterministic=True,
            seed=1,
            name=f"ties overlapping {overlapping}",
        )


def refusals() -> Iterator[Case]:
    pair, unit = [1, 2, 2, 1], [1, 1, 1, 1]
    yield case("nn.avg_pool", X(1, 2, 2, 1), [1, 3, 3, 1], unit, "VALID", name="too large", fails="building")
    yield case("nn.avg_pool", X(2, 2, 1), pair, pair, "SAME", name="rank 3", fails="building")
    yield case("nn.avg_pool", X(1, 2, 2, 1), pair, [1, 0, 1, 1], "SAME", name="stride 0", fails="building")
    yield case("nn.avg_pool", X(1, 2, 2, 1), [1, 2, 2], pair, "SAME", name="three sizes", fails=True)
    yield case("nn.avg_pool", X(1, 2, 2, 1), pair, pair, "half", name="padding", fails=True)
    yield case("nn.max_pool", X(1, 2, 2, 1), [1, 0, 2, 1], pair, "SAME", name="size 0", fails=True)
    yield case("nn.max_pool", X(1, 2, 2, 1), pair, pair, [[0, 0], [1, 1]], name="two pads", fails=True)
    yield case("nn.max_pool", X(1, 2, 2, 1), pair, pair, "EXPLICIT", name="explicit by name", fails=True)
    yield case("nn.max_pool1d", X(1, 2, 1), 3, 1, "VALID", name="too large", fails="building")
    yield case("nn.max_pool1d", X(1, 2, 1), [2, 2], 1, "SAME", name="two sizes", fails=True)
    yield case("nn.max_pool3d", X(1, 1, 3, 3, 1), 2, 2, "VALID", name="too large", fails="building")
    yield case("nn.max_pool3d", X(1, 3, 3, 1), 2, 2, "SAME", name="rank 4", fails="building")
    yield case("nn.max_pool3d", X(1, 3, 3, 3, 1), 2, 0, "SAME", name="stride 0", fails=True)
    yield case("nn.max_pool3d", X(1, 3, 3, 3, 1), [2, 2], 1, "SAME", name="two sizes", fails=True)
    yield case("nn.max_pool3d", X(1, 3, 3, 3, 1, dtype="float64"), 2, 1, "SAME", name="float64", fails=True)
    yield case("nn.max_pool3d", X(2, 3, 3, 3, 1), [2, 1, 1, 1, 1], 1, "SAME", name="batch", fails=True)
    yield case("nn.max_pool_v2", X(2, 3), 2, 2, "SAME", name="rank 2", fails=True)
    yield case("nn.max_pool_v2", X(1, 2, 2, 2, 1), 2, 2, [[0, 0]] * 5, name="explicit volumes", fails="building")
    yield case("nn.max_pool_with_argmax", X(1, 3, 3, 1), 2, 2, "SAME", name="no lists", fails=True)
    yield case("nn.max_pool_with_argmax", X(1, 3, 3, 1), pair, pair, "SAME", data_format="NCHW", name="x", fails=True)
    yield case("nn.max_pool_with_argmax", X(1, 1, 3, 1), pair, pair, "VALID", name="too large", fails="building")
    for name, arguments in {
        "kind": ([2, 2], "MIN", "SAME", {}),
        "lower case": ([2, 2], "max", "SAME", {}),
        "four axes": ([2, 2, 2, 2], "MAX", "SAME", {}),
        "strides above the window": ([2, 2], "MAX", "SAME", {"strides": [3, 3]}),
        "SAME with a rate": ([2, 2], "MAX", "SAME", {"dilation_rate": [2, 2]}),
        "strides and rates": ([2, 2], "MAX", "VALID", {"dilation_rate": [2, 2], "strides": [2, 1]}),
        "rate 0": ([2, 2], "MAX", "VALID", {"dilation_rate": [0, 2]}),
        "one stride": ([2, 2], "MAX", "VALID", {"strides": [2]}),
    }.items():
        yield case("nn.pool", X(1, 6, 6, 1), *arguments[:3], **arguments[3], name=name, fails=True)
    yield case("nn.pool", X(1, 6, 6, 1), [2], "MAX", "SAME", name="rank", fails="building")
    for call in ("nn.fractional_max_pool", "nn.fractional_avg_pool"):
        yield case(call, X(1, 6, 6, 1), [1.0, 0.9, 1.5, 1.0], name="below 1", fails=True)
        yield case(call, X(1, 6, 6, 1), [1.0, 1.5, 1.5], name="three ratios", fails=True)
        yield case(call, X(2, 6, 6, 1), [2.0, 1.5, 1.5, 1.0], name="batch", fails=True)
        yield case(call, X(1, 6, 6, 2), [1.0, 1.5, 1.5, 2.0], name="channels", fails=True)
        yield case(call, X(1, 6, 6, 1), [1.0, 7.0, 1.5, 1.0], name="too large", fails=True)
        yield case(call, X(1, 6, 6, 1), [1.0, 1.5, 1.5, 1.0], seed=1, name="seed of a random pool", fails=True)
        yield case(call, X(1, 6, 6, 1, dtype="float16"), [1.0, 1.5, 1.5, 1.0], name="float16", fails=True)
        yield case(call, X(6, 6, 1), [1.0, 1.5, 1.5, 1.0], name="rank 3", fails="building")
