"""Cases: convolution, pooling, biases."""

from __future__ import annotations

from collections.abc import Iterator

from cases import Case, X, case, given

PADDINGS = ("SAME", "VALID")


def table() -> Iterator[Case]:
    yield from convolutions()
    yield from convolution_variants()
    yield from pools()
    yield from biases()


def convolutions() -> Iterator[Case]:
    for kernel in ((1, 1), (2, 2), (3, 3), (2, 3), (4, 5)):
        for strides in ((1, 1), (2, 2), (3, 3), (1, 2)):
            for padding in PADDINGS:
                name = f"{kernel[0]}x{kernel[1]} strides {strides[0]},{strides[1]} {padding}"
                yield case(
                    "nn.conv2d", X(2, 5, 6, 2), X(*kernel, 2, 3), name=name, strides=[1, *strides, 1], padding=padding
                )


def convolution_variants() -> Iterator[Case]:
    for padding in PADDINGS:
        for strides in (1, 2):
            yield case(
                "nn.conv2d",
                X(1, 6, 5, 2, dtype="float64"),
                X(3, 2, 2, 2, dtype="float64"),
                name=f"float64 strides {strides} {padding}",
                strides=[1, strides, strides, 1],
                padding=padding,
            )
        for dilations in ((2, 2), (1, 2), (3, 2)):
            yield case(
                "nn.conv2d",
                X(1, 8, 7, 2),
                X(3, 3, 2, 2),
                name=f"dilations {dilations[0]},{dilations[1]} {padding}",
                strides=[1, 1, 1, 1],
                padding=padding,
                dilations=[1, *dilations, 1],
            )
        yield case(
            "nn.conv2d",
            X(2, 2, 5, 6),
            X(3, 3, 2, 3),
            name=f"NCHW {padding}",
            strides=[1, 1, 1, 1],
            padding=padding,
            data_format="NCHW",
        )
        yield case(
            "nn.conv2d",
            X(2, 4, 4, 1),
            X(2, 2, 1, 1),
            name=f"one channel, keyword filter {padding}",
            strides=1,
            padding=padding,
        )
    yield case(
        "nn.conv2d",
        X(1, 5, 4, 2),
        X(3, 2, 2, 2),
        name="explicit paddings",
        strides=[1, 2, 1, 1],
        padding=[[0, 0], [2, 1], [0, 3], [0, 0]],
    )
    yield case(
        "nn.conv2d",
        X(2, 3, 3, 2),
        X(3, 3, 2, 4),
        name="kernel of the whole picture",
        strides=[1, 1, 1, 1],
        padding="VALID",
    )
    yield case(
        "nn.conv2d",
        X(1, 9, 9, 1),
        X(1, 1, 1, 2),
        name="strides beyond the kernel",
        strides=[1, 4, 3, 1],
        padding="SAME",
    )
    yield case(
        "nn.conv2d",
        X(1, 2, 2, 1),
        X(3, 3, 1, 1),
        name="kernel beyond the picture",
        strides=[1, 1, 1, 1],
        padding="VALID",
        fails=True,
    )
    yield case(
        "nn.conv2d",
        X(1, 4, 4, 3),
        X(3, 3, 2, 1),
        name="channels disagree",
        strides=[1, 1, 1, 1],
        padding="VALID",
        fails=True,
    )
    yield case(
        "nn.conv2d", X(1, 4, 4), X(3, 3, 1, 1), name="rank 3", strides=[1, 1, 1, 1], padding="VALID", fails="building"
    )
    yield case(
        "nn.conv2d",
        X(1, 4, 4, 1),
        X(3, 3, 1, 1),
        name="padding unknown",
        strides=[1, 1, 1, 1],
        padding="HALF",
        fails=True,
    )


def pools() -> Iterator[Case]:
    for size in ((2, 2), (3, 3), (2, 3), (3, 1)):
        for strides in (1, 2, 3):
            for padding in PADDINGS:
                yield case(
                    "nn.max_pool",
                    X(2, 5, 7, 2),
                    name=f"{size[0]}x{size[1]} strides {strides} {padding}",
                    ksize=[1, *size, 1],
                    strides=[1, strides, strides, 1],
                    padding=padding,
                )
    for padding in PADDINGS:
        yield case(
            "nn.max_pool",
            X(1, 5, 5, 1, dtype="float64"),
            name=f"float64 {padding}",
            ksize=[1, 2, 2, 1],
            strides=[1, 2, 2, 1],
            padding=padding,
        )
        yield case(
            "nn.max_pool",
            X(1, 5, 5, 2, low=-9, high=-1),
            name=f"all negative {padding}",
            ksize=[1, 3, 3, 1],
            strides=[1, 2, 2, 1],
            padding=padding,
        )
        yield case(
            "nn.max_pool",
            X(1, 6, 6, 1),
            name=f"strides differ {padding}",
            ksize=[1, 2, 2, 1],
            strides=[1, 1, 3, 1],
            padding=padding,
        )
        yield case(
            "nn.max_pool",
            X(1, 2, 6, 5),
            name=f"NCHW {padding}",
            ksize=[1, 1, 2, 2],
            strides=[1, 1, 2, 2],
            padding=padding,
            data_format="NCHW",
        )
        yield case(
            "nn.max_pool",
            X(1, 7, 7, 1),
            name=f"numbers instead of lists {padding}",
            ksize=3,
            strides=2,
            padding=padding,
        )
    ties = [[[[1], [1], [0]], [[1], [1], [0]], [[0], [2], [2]]]]
    yield case(
        "nn.max_pool", given(ties), name="ties overlapping", ksize=[1, 2, 2, 1], strides=[1, 1, 1, 1], padding="VALID"
    )
    yield case("nn.max_pool", given(ties), name="ties SAME", ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")
    yield case(
        "nn.max_pool",
        X(1, 2, 2, 1),
        name="window beyond the picture",
        ksize=[1, 3, 3, 1],
        strides=[1, 1, 1, 1],
        padding="VALID",
        fails="building",
    )


def biases() -> Iterator[Case]:
    yield case("nn.bias_add", X(2, 3, 4, 2), X(2), name="pictures")
    yield case("nn.bias_add", X(3, 5), X(5), name="matrix")
    yield case("nn.bias_add", X(2, 3, 4), X(4), name="rank 3")
    yield case("nn.bias_add", X(3, 5, dtype="float64"), X(5, dtype="float64"), name="float64")
    yield case("nn.bias_add", X(2, 3, 4, 5), X(3), name="NCHW", data_format="NCHW")
    yield case("nn.bias_add", X(3, 5), X(4), name="sizes disagree", fails=True)
    yield case("nn.relu", X(3, 4), name="matrix")
    yield case("nn.relu", X(2, 3, 4, 2), name="pictures")
    yield case("nn.relu", given([-1.0, -0.0, 0.0, 2.0, float("inf")]), name="zero")
    yield case("nn.relu", given([float("nan"), 1.0]), name="nan")
    yield case("nn.relu", X(5, dtype="float64"), name="float64")
    yield case("nn.relu", X(5, dtype="int32", low=-5, high=5), name="int32")
    yield case("nn.relu6", X(7, low=-2, high=9), name="float32")
    yield case("nn.elu", X(7), name="float32")
    yield case("nn.softplus", X(7), name="float32")
    yield case("nn.leaky_relu", X(7), name="default slope")
    yield case("nn.leaky_relu", X(7), name="slope 0.3", alpha=0.3)
