"""Cases: convolutions of one to three axes, depthwise, transposed, dilated; their derivatives as functions."""

from __future__ import annotations

from collections.abc import Iterator

from cases import Case, X, case

PADDINGS = ("SAME", "VALID")
UNIT = [1, 1, 1, 1]


def table() -> Iterator[Case]:
    yield from pictures()
    yield from sequences()
    yield from volumes()
    yield from derivatives()
    yield from transposed()
    yield from any_axes()
    yield from depthwise()
    yield from separable()
    yield from spread()
    yield from dilations()
    yield from refusals()


def pictures() -> Iterator[Case]:
    for padding in PADDINGS:
        for strides in ((1, 1), (2, 1), (1, 3), (2, 2)):
            yield case(
                "nn.conv2d",
                X(1, 2, 5, 4),
                X(2, 3, 2, 2),
                name=f"NCHW strides {strides[0]},{strides[1]} {padding}",
                strides=[1, 1, *strides],
                padding=padding,
                data_format="NCHW",
            )
        for size in ((2, 2), (3, 1), (4, 3)):
            yield case(
                "nn.conv2d",
                X(1, 6, 5, 2),
                X(*size, 2, 2),
                name=f"dilations and {size[0]}x{size[1]} {padding}",
                strides=1,
                padding="SAME",
                dilations=[2, 1] if padding == "SAME" else 2,
            )
        yield case("nn.conv2d", X(1, 4, 4, 4), X(2, 2, 2, 4), name=f"groups {padding}", strides=1, padding=padding)
        yield case(
            "nn.conv2d", X(2, 2, 3, 4, 1), X(2, 2, 1, 2), name=f"two batch sizes {padding}", strides=1, padding=padding
        )
        yield case(
            "nn.conv2d",
            X(1, 4, 3, 1, dtype="float16"),
            X(2, 2, 1, 2, dtype="float16"),
            name=f"float16 {padding}",
            strides=1,
            padding=padding,
        )
    for pads in ([[0, 0], [1, 1], [1, 1], [0, 0]], [[0, 0], [0, 2], [1, 0], [0, 0]], [[0, 0], [3, 0], [0, 0], [0, 0]]):
        for strides in (1, 2):
            yield case(
                "nn.conv2d",
                X(1, 4, 5, 1),
                X(3, 2, 1, 2),
                name=f"explicit {pads[1]} {pads[2]} strides {strides}",
                strides=strides,
                padding=pads,
            )


def sequences() -> Iterator[Case]:
    for padding in PADDINGS:
        for size in (1, 2, 3):
            for stride in (1, 2):
                yield case(
                    "nn.conv1d",
                    X(2, 6, 2),
                    X(size, 2, 3),
                    name=f"{size} stride {stride} {padding}",
                    stride=stride,
                    padding=padding,
                )
        yield case(
            "nn.conv1d",
            X(2, 2, 7),
            X(3, 2, 2),
            name=f"NCW {padding}",
            stride=2,
            padding=padding,
            data_format="NCW",
        )
        yield case(
            "nn.conv1d", X(1, 8, 2), X(3, 2, 2), name=f"dilations {padding}", stride=1, padding=padding, dilations=2
        )
        yield case(
            "nn.conv1d",
            X(1, 5, 1, dtype="float64"),
            X(2, 1, 2, dtype="float64"),
            name=f"float64 {padding}",
            stride=[1],
            padding=padding,
        )
        yield case("nn.conv1d", X(2, 2, 4, 1), X(2, 1, 2), name=f"two batch sizes {padding}", stride=1, padding=padding)


def volumes() -> Iterator[Case]:
    for padding in PADDINGS:
        for size in ((1, 1, 1), (2, 2, 2), (1, 2, 3), (3, 1, 2)):
            for strides in ((1, 1, 1), (2, 1, 2)):
                yield case(
                    "nn.conv3d",
                    # Of a width of 3 TensorFlow with oneDNN makes wrong sums (without it, right ones).
                    X(1, 3, 3, 4, 1),
                    X(*size, 1, 2),
                    name=f"{size} strides {strides} {padding}",
                    strides=[1, *strides, 1],
                    padding=padding,
                )
        yield case(
            "nn.conv3d",
            X(1, 2, 3, 3, 3),
            X(2, 2, 2, 2, 1),
            name=f"NCDHW {padding}",
            strides=[1, 1, 1, 1, 1],
            padding=padding,
            data_format="NCDHW",
        )
        yield case(
            "nn.conv3d",
            X(1, 4, 3, 5, 1),
            X(2, 1, 2, 1, 2),
            name=f"dilations {padding}",
            strides=[1, 1, 1, 1, 1],
            padding=padding,
            dilations=[1, 2, 2, 2, 1],
        )
        yield case(
            "nn.conv3d",
            X(2, 2, 2, 2, 1, dtype="float64"),
            X(2, 1, 2, 1, 1, dtype="float64"),
            name=f"float64 {padding}",
            strides=[1, 1, 1, 1, 1],
            padding=padding,
        )


def derivatives() -> Iterator[Case]:
    for padding in PADDINGS:
        for strides in ([1, 1, 1, 1], [1, 2, 1, 1]):
            rows = (5 if padding == "SAME" else 4) if strides[1] == 1 else (3 if padding == "SAME" else 2)
            columns = 4 if padding == "SAME" else 3
            name = f"strides {strides[1]} {padding}"
            yield case(
                "nn.conv2d_backprop_input",
                [1, 5, 4, 2],
                X(2, 2, 2, 2),
                X(1, rows, columns, 2),
                name=name,
                strides=strides,
                padding=padding,
            )
            yield case(
                "nn.conv2d_backprop_filter",
                X(1, 5, 4, 2),
                [2, 2, 2, 2],
                X(1, rows, columns, 2),
                name=name,
                strides=strides,
                padding=padding,
            )
            yield case(
                "nn.depthwise_conv2d_backprop_input",
                [1, 5, 4, 2],
                X(2, 2, 2, 2),
                X(1, rows, columns, 4),
                name=name,
                strides=strides,
                padding=padding,
            )
            yield case(
                "nn.depthwise_conv2d_backprop_filter",
                X(1, 5, 4, 2),
                [2, 2, 2, 2],
                X(1, rows, columns, 4),
                name=name,
                strides=strides,
                padding=padding,
            )
        size = 3 if padding == "SAME" else 2
        yield case(
            "nn.conv3d_backprop_filter",
            X(1, 3, 3, 3, 1),
            [2, 2, 2, 1, 2],
            X(1, size, size, size, 2),
            name=padding,
            strides=[1, 1, 1, 1, 1],
            padding=padding,
        )
        yield case(
            "nn.depthwise_conv2d_native_backprop_input",
            [1, 2, 3, 3],
            X(2, 2, 2, 1),
            X(1, 2, size, size),
            name=f"NCHW {padding}",
            strides=UNIT,
            padding=padding,
            data_format="NCHW",
        )
    yield case(
        "nn.conv2d_backprop_input",
        [1, 5, 4, 2],
        X(2, 2, 2, 2),
        X(1, 3, 5, 2),
        name="explicit",
        strides=[1, 2, 1, 1],
        padding=[[0, 0], [1, 0], [0, 2], [0, 0]],
    )
    yield case(
        "nn.conv2d_backprop_filter",
        X(1, 5, 4, 2),
        [2, 2, 2, 2],
        X(1, 3, 5, 2),
        name="explicit",
        strides=[1, 2, 1, 1],
        padding=[[0, 0], [1, 0], [0, 2], [0, 0]],
    )
    yield case(
        "nn.conv2d_backprop_filter",
        X(1, 2, 5, 4),
        [2, 2, 2, 2],
        X(1, 2, 5, 4),
        name="NCHW",
        strides=UNIT,
        padding="SAME",
        data_format="NCHW",
    )


def transposed() -> Iterator[Case]:
    for padding in PADDINGS:
        for stride in (1, 2, 3):
            for size in (2, 3):
                long = 3 * stride if padding == "SAME" else 3 * stride + max(size - stride, 0)
                name = f"{size} stride {stride} {padding}"
                yield case(
                    "nn.conv2d_transpose",
                    X(1, 3, 3, 2),
                    X(size, size, 1, 2),
                    name=name,
                    output_shape=[1, long, long, 1],
                    strides=stride,
                    padding=padding,
                )
                yield case(
                    "nn.conv1d_transpose",
                    X(2, 3, 2),
                    X(size, 1, 2),
                    name=name,
                    output_shape=[2, long, 1],
                    strides=stride,
                    padding=padding,
                )
                if stride < 3:
                    volume = [4 if stride == 2 else 2] * 3
                    if padding == "VALID":
                        volume = [edge + max(size - stride, 0) for edge in volume]
                    yield case(
                        "nn.conv3d_transpose",
                        X(1, 2, 2, 2, 1),
                        X(size, size, size, 2, 1),
                        name=name,
                        output_shape=[1, *volume, 2],
                        strides=stride,
                        padding=padding,
                    )
        yield case(
            "nn.conv2d_transpose",
            X(1, 2, 3, 3),
            X(2, 2, 1, 2),
            name=f"NCHW {padding}",
            output_shape=[1, 1, 6, 6],
            strides=2,
            padding=padding,
            data_format="NCHW",
        )
        yield case(
            "nn.conv1d_transpose",
            X(1, 2, 3),
            X(2, 1, 2),
            name=f"NCW {padding}",
            output_shape=[1, 1, 6],
            strides=2,
            padding=padding,
            data_format="NCW",
        )
    yield case(
        "nn.conv2d_transpose",
        X(1, 5, 5, 2),
        X(2, 2, 1, 2),
        name="dilations",
        output_shape=[1, 5, 5, 1],
        strides=1,
        dilations=2,
    )
    yield case(
        "nn.conv2d_transpose",
        X(1, 4, 4, 2),
        X(3, 3, 1, 2),
        name="SAME to odd sizes",
        output_shape=[1, 7, 8, 1],
        strides=[1, 2, 2, 1],
    )
    yield case("nn.conv_transpose", X(2, 3, 2), X(2, 1, 2), name="one axis", output_shape=[2, 6, 1], strides=2)
    yield case(
        "nn.conv_transpose", X(1, 3, 3, 2), X(2, 2, 1, 2), name="two axes", output_shape=[1, 6, 3, 1], strides=[2, 1]
    )
    yield case(
        "nn.conv_transpose",
        X(1, 2, 2, 2, 1),
        X(2, 2, 2, 1, 1),
        name="three axes",
        output_shape=[1, 4, 2, 4, 1],
        strides=[2, 1, 2],
    )
    for padding, long in (("SAME", 5), ("VALID", 7)):
        yield case(
            "nn.atrous_conv2d_transpose",
            X(1, 5, 5, 1),
            X(2, 2, 2, 1),
            name=padding,
            output_shape=[1, long, long, 2],
            rate=2,
            padding=padding,
        )
    yield case(
        "nn.atrous_conv2d_transpose",
        X(1, 4, 4, 1),
        X(3, 3, 2, 1),
        name="rate 3",
        output_shape=[1, 4, 4, 2],
        rate=3,
        padding="SAME",
    )
    yield case(
        "nn.atrous_conv2d_transpose",
        X(1, 4, 4, 1),
        X(3, 3, 2, 1),
        name="rate 1",
        output_shape=[1, 4, 4, 2],
        rate=1,
        padding="SAME",
    )


def any_axes() -> Iterator[Case]:
    for padding in PADDINGS:
        for rate in ((1, 1), (2, 2), (1, 3)):
            yield case(
                "nn.convolution",
                X(1, 6, 7, 2),
                X(2, 3, 2, 2),
                name=f"rate {rate[0]},{rate[1]} {padding}",
                padding=padding,
                dilation_rate=list(rate),
            )
            yield case(
                "nn.convolution",
                X(1, 2, 6, 7),
                X(2, 3, 2, 2),
                name=f"NCHW rate {rate[0]},{rate[1]} {padding}",
                padding=padding,
                dilation_rate=list(rate),
                data_format="NCHW",
            )
        for strides in ((2, 1), (2, 3)):
            yield case(
                "nn.convolution",
                X(1, 6, 7, 1),
                X(2, 3, 1, 2),
                name=f"strides {strides[0]},{strides[1]} {padding}",
                padding=padding,
                strides=list(strides),
            )
        for rate in (1, 2, 3):
            yield case(
                "nn.convolution",
                X(2, 8, 2),
                X(3, 2, 2),
                name=f"one axis rate {rate} {padding}",
                padding=padding,
                dilation_rate=[rate],
            )
        yield case(
            "nn.convolution",
            X(2, 2, 8),
            X(3, 2, 2),
            name=f"one axis NCW {padding}",
            padding=padding,
            strides=[2],
            data_format="NCW",
        )
        for rate in ((1, 1, 1), (2, 1, 2)):
            yield case(
                "nn.convolution",
                X(1, 4, 3, 4, 1),
                X(2, 1, 2, 1, 2),
                name=f"three axes rate {rate} {padding}",
                padding=padding,
                dilation_rate=list(rate),
            )
        yield case(
            "nn.convolution",
            X(1, 1, 4, 3, 4),
            X(2, 1, 2, 1, 2),
            name=f"three axes NCDHW {padding}",
            padding=padding,
            strides=[1, 2, 1],
            data_format="NCDHW",
        )
        for rate in (1, 2, 3):
            yield case(
                "nn.atrous_conv2d",
                X(1, 7, 8, 2),
                X(2, 3, 2, 2),
                name=f"rate {rate} {padding}",
                rate=rate,
                padding=padding,
            )


def depthwise() -> Iterator[Case]:
    for padding in PADDINGS:
        for size in ((1, 1), (2, 2), (3, 2)):
            for stride in (1, 2):
                for multiplier in (1, 2):
                    yield case(
                        "nn.depthwise_conv2d",
                        X(1, 5, 4, 2),
                        X(*size, 2, multiplier),
                        name=f"{size[0]}x{size[1]} multiplier {multiplier} stride {stride} {padding}",
                        strides=[1, stride, stride, 1],
                        padding=padding,
                    )
        yield case(
            "nn.depthwise_conv2d",
            X(1, 2, 5, 4),
            X(2, 2, 2, 2),
            name=f"NCHW {padding}",
            strides=UNIT,
            padding=padding,
            data_format="NCHW",
        )
        for rate in ((2, 2), (1, 3)):
            yield case(
                "nn.depthwise_conv2d",
                X(1, 7, 6, 2),
                X(2, 2, 2, 1),
                name=f"rate {rate[0]},{rate[1]} {padding}",
                strides=UNIT,
                padding=padding,
                rate=list(rate),
            )
        yield case(
            "nn.depthwise_conv2d",
            X(1, 4, 4, 1, dtype="float64"),
            X(2, 2, 1, 3, dtype="float64"),
            name=f"float64 {padding}",
            strides=UNIT,
            padding=padding,
        )
        yield case(
            "nn.depthwise_conv2d_native",
            X(2, 4, 5, 2),
            X(2, 3, 2, 2),
            name=f"{padding}",
            strides=UNIT,
            padding=padding,
        )
    yield case(
        "nn.depthwise_conv2d_native",
        X(1, 4, 5, 2),
        X(2, 3, 2, 1),
        name="explicit",
        strides=UNIT,
        padding=[[0, 0], [1, 0], [2, 1], [0, 0]],
    )


def separable() -> Iterator[Case]:
    for padding in PADDINGS:
        for stride in (1, 2):
            yield case(
                "nn.separable_conv2d",
                X(1, 5, 4, 2),
                X(2, 3, 2, 2),
                X(1, 1, 4, 3),
                name=f"stride {stride} {padding}",
                strides=[1, stride, stride, 1],
                padding=padding,
            )
        yield case(
            "nn.separable_conv2d",
            X(1, 6, 6, 2),
            X(2, 2, 2, 1),
            X(1, 1, 2, 3),
            name=f"rate {padding}",
            strides=UNIT,
            padding=padding,
            rate=[2, 2],
        )
        yield case(
            "nn.separable_conv2d",
            X(1, 2, 4, 4),
            X(2, 2, 2, 2),
            X(1, 1, 4, 2),
            name=f"NCHW {padding}",
            strides=UNIT,
            padding=padding,
            data_format="NCHW",
        )


def spread() -> Iterator[Case]:
    # The function to spread has to be a function of three arguments: these are the ones a table can name.
    for ratio in ((2, 2), (1, 2), (3, 1)):
        yield case(
            "nn.pool",
            X(1, 7, 8, 1),
            name=f"spread {ratio}",
            window_shape=[2, 2],
            pooling_type="MAX",
            padding="VALID",
            dilation_rate=list(ratio),
        )


def dilations() -> Iterator[Case]:
    for call in ("nn.dilation2d", "nn.erosion2d"):
        for padding in PADDINGS:
            for size in ((1, 1), (2, 2), (3, 2)):
                for stride, rate in ((1, 1), (2, 1), (1, 2)):
                    yield case(
                        call,
                        X(1, 5, 6, 2),
                        X(*size, 2),
                        name=f"{size[0]}x{size[1]} strides {stride} rates {rate} {padding}",
                        strides=[1, stride, stride, 1],
                        rates=[1, rate, rate, 1],
                        padding=padding,
                    )
            yield case(
                call,
                X(2, 4, 4, 1, dtype="float64"),
                X(2, 2, 1, dtype="float64"),
                name=f"float64 {padding}",
                strides=UNIT,
                rates=UNIT,
                padding=padding,
            )
        yield case(
            call,
            X(1, 4, 4, 1, dtype="int32", low=-5, high=5),
            X(2, 2, 1, dtype="int32", low=-2, high=2),
            name="int32",
            strides=UNIT,
            rates=UNIT,
            padding="SAME",
        )
        yield case(
            call,
            X(1, 4, 4, 1, dtype="float16"),
            X(2, 2, 1, dtype="float16"),
            name="float16",
            strides=UNIT,
            rates=UNIT,
            padding="SAME",
        )
    ties = X(values=[[[[1], [1], [0]], [[1], [1], [0]], [[0], [2], [2]]]])
    flat = X(values=[[[0], [0]], [[0], [0]]])
    yield case("nn.dilation2d", ties, flat, name="ties", strides=UNIT, rates=UNIT, padding="SAME")
    special = X(values=[[[[float("nan")], [1], [float("-inf")], [float("-inf")]]]])
    row = X(values=[[[0], [0]]])
    yield case(
        "nn.dilation2d", special, row, name="nan and infinity", strides=UNIT, rates=UNIT, padding="VALID",
        differentiate=False,
    )  # fmt: skip


def refusals() -> Iterator[Case]:
    five = [1, 1, 1, 1, 1]
    yield case("nn.conv1d", X(2, 5, 3), X(2, 2, 4), 1, "SAME", name="channels disagree", fails=True)
    yield case("nn.conv1d", X(2, 2, 3), X(3, 3, 4), 1, "VALID", name="too short", fails="building")
    yield case("nn.conv1d", X(2, 5), X(3, 3, 4), 1, "VALID", name="rank 2", fails="building")
    yield case("nn.conv1d", X(2, 5, 3), X(3, 3, 4), 1, "SAME", name="format", data_format="NWHC", fails=True)
    yield case("nn.conv1d", X(2, 5, 3), X(3, 3, 4), 0, "SAME", name="stride 0", fails=True)
    yield case("nn.conv1d", X(2, 5, 3), X(3, 3, 4), [1, 2], "SAME", name="two strides", fails=True)
    yield case("nn.conv3d", X(1, 3, 3, 3, 2), X(2, 2, 2, 3, 1), five, "SAME", name="channels disagree", fails=True)
    yield case("nn.conv3d", X(1, 1, 3, 3, 2), X(2, 2, 2, 2, 1), five, "VALID", name="too small", fails="building")
    yield case("nn.conv3d", X(1, 3, 3, 2), X(2, 2, 2, 2, 1), five, "SAME", name="rank 4", fails="building")
    yield case("nn.conv3d", X(1, 3, 3, 3, 2), X(2, 2, 2, 2), five, "SAME", name="filter rank 4", fails="building")
    yield case(
        "nn.conv3d", X(1, 3, 3, 3, 2), X(2, 2, 2, 2, 1), [1, 1, 0, 1, 1], "SAME", name="stride 0", fails="building"
    )
    yield case("nn.conv3d", X(1, 3, 3, 3, 2), X(2, 2, 2, 2, 1), [2, 1, 1, 1, 1], "SAME", name="batch", fails=True)
    yield case("nn.conv3d", X(1, 3, 3, 3, 2), X(2, 2, 2, 2, 1), 1, "SAME", name="stride no list", fails=True)
    yield case("nn.conv3d", X(1, 3, 3, 3, 2), X(2, 2, 2, 2, 1), five, "same", name="padding", fails=True)
    yield case("nn.depthwise_conv2d", X(1, 4, 4, 3), X(2, 2, 2, 1), UNIT, "SAME", name="channels disagree", fails=True)
    yield case("nn.depthwise_conv2d", X(1, 1, 4, 2), X(2, 2, 2, 1), UNIT, "VALID", name="too small", fails="building")
    yield case("nn.depthwise_conv2d", X(1, 4, 4, 2), X(2, 2, 2, 1), 1, "SAME", name="stride no list", fails=True)
    yield case("nn.depthwise_conv2d", X(1, 4, 4, 2), X(2, 2, 2, 1), [2, 1, 1, 1], "SAME", name="batch", fails=True)
    yield case(
        "nn.depthwise_conv2d", X(1, 4, 4, 2), X(2, 2, 2, 1), UNIT, "HALF", name="padding", rate=[2, 2], fails=True
    )
    yield case(
        "nn.separable_conv2d", X(1, 4, 4, 2), X(2, 2, 2, 1), X(1, 1, 3, 1), UNIT, "SAME", name="channels", fails=True
    )
    yield case(
        "nn.separable_conv2d",
        X(1, 4, 4, 2),
        X(2, 2, 2, 1),
        X(2, 1, 2, 1),
        UNIT,
        "SAME",
        name="pointwise 2x1",
        fails="building",
    )
    for name, arguments in {
        "strides and rates": {"strides": [2, 2], "dilation_rate": [2, 2]},
        "rate 0": {"dilation_rate": [0, 1]},
        "three rates": {"dilation_rate": [1, 2, 3]},
        "padding": {"padding": "same"},
        "format": {"data_format": "NWC"},
    }.items():
        yield case(
            "nn.convolution", X(1, 5, 5, 2), X(2, 2, 2, 1), name=name, **{"padding": "SAME", **arguments}, fails=True
        )
    yield case("nn.convolution", X(1, 5, 5, 2), X(2, 2, 3, 1), "SAME", name="channels", dilation_rate=2, fails=True)
    yield case("nn.convolution", X(1, 5, 5, 2), X(2, 2, 2, 2, 2, 1), "SAME", name="four axes", fails="building")
    yield case(
        "nn.conv_transpose", X(1, 3, 3, 2), X(2, 2, 1, 2), name="two sizes", output_shape=[6, 6], strides=2, fails=True
    )
    yield case(
        "nn.atrous_conv2d_transpose",
        X(1, 5, 5, 1),
        X(2, 2, 2, 1),
        name="rate 0",
        output_shape=[1, 5, 5, 2],
        rate=0,
        padding="SAME",
        fails="building",
    )
    yield case(
        "nn.atrous_conv2d_transpose",
        X(1, 5, 5, 1),
        X(2, 2, 2, 1),
        name="channels",
        output_shape=[1, 5, 5, 3],
        rate=2,
        padding="SAME",
        fails="building",
    )
    yield case("nn.dilation2d", X(1, 4, 4, 2), X(2, 2, 3), UNIT, UNIT, "SAME", name="channels disagree", fails=True)
    yield case("nn.dilation2d", X(1, 2, 4, 2), X(4, 2, 2), UNIT, UNIT, "VALID", name="too small", fails=True)
    yield case("nn.dilation2d", X(1, 4, 4, 2), X(2, 2, 2, 1), UNIT, UNIT, "SAME", name="filter rank", fails="building")
    yield case("nn.dilation2d", X(1, 4, 4, 2), X(2, 2, 2), [1, 1], UNIT, "SAME", name="two strides", fails=True)
    yield case(
        "nn.dilation2d", X(1, 4, 4, 2), X(2, 2, 2), [1, 0, 1, 1], UNIT, "SAME", name="stride 0", fails="building"
    )
    yield case("nn.dilation2d", X(1, 4, 4, 2), X(2, 2, 2), [2, 1, 1, 1], UNIT, "SAME", name="batch", fails=True)
