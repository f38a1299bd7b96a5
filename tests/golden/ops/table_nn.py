"""Cases: products, softmax and its losses, one-hot labels, comparisons of predictions."""

from __future__ import annotations

from collections.abc import Iterator

from cases import Case, X, case, dt, given


def table() -> Iterator[Case]:
    yield from products()
    yield from softmaxes()
    yield from losses()
    yield from onehots()
    yield from dropouts()


def products() -> Iterator[Case]:
    for dtype in ("float32", "float64"):
        for left in (False, True):
            for right in (False, True):
                a, b = (3, 4)[:: -1 if left else 1], (4, 2)[:: -1 if right else 1]
                yield case(
                    "matmul",
                    X(*a, dtype=dtype),
                    X(*b, dtype=dtype),
                    transpose_a=left,
                    transpose_b=right,
                    name=f"{dtype} transposes {left:d}{right:d}",
                )
    yield case("matmul", X(3, 4, dtype="int32", low=-5, high=5), X(4, 2, dtype="int32", low=-5, high=5), name="int32")
    for left in (False, True):
        for right in (False, True):
            a, b = (3, 4)[:: -1 if left else 1], (4, 2)[:: -1 if right else 1]
            yield case(
                "matmul",
                X(2, *a),
                X(2, *b),
                transpose_a=left,
                transpose_b=right,
                name=f"batch transposes {left:d}{right:d}",
            )
    yield case("matmul", X(2, 1, 3, 4), X(1, 3, 4, 2), name="batches broadcast")
    yield case("matmul", X(2, 3, 4), X(4, 2), name="batch by matrix")
    yield case("matmul", X(1, 4), X(4, 1), name="row by column")
    yield case("matmul", X(4, 1), X(1, 4), name="column by row")
    yield case("matmul", X(0, 4), X(4, 3), name="of no rows")
    yield case("matmul", X(2, 0), X(0, 3), name="no inner size")
    yield case("matmul", X(3, 4), X(3, 2), name="inner sizes disagree", fails=True)
    yield case("matmul", X(3), X(3, 2), name="rank 1", fails=True)


def softmaxes() -> Iterator[Case]:
    for call in ("nn.softmax", "nn.log_softmax"):
        yield case(call, X(3, 5), name="matrix")
        yield case(call, X(4), name="vector")
        yield case(call, X(2, 3, 4), name="rank 3")
        yield case(call, X(2, 3, 4), name="axis 1", axis=1)
        yield case(call, X(2, 3, 4), name="axis -2", axis=-2)
        yield case(call, X(2, 3, dtype="float64"), name="float64")
        yield case(call, given([[1000.0, 1001.0], [-1000.0, 0.0]]), name="large")


def losses() -> Iterator[Case]:
    labels = [[0.1, 0.2, 0.7], [1.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.0, 0.0, 1.0]]
    for version in ("", "_v2"):
        call = f"nn.softmax_cross_entropy_with_logits{version}"
        yield case(call, labels=given(labels), logits=X(4, 3), name="matrix")
        yield case(call, labels=given(labels, "float64"), logits=X(4, 3, dtype="float64"), name="float64")
        yield case(call, labels=given([labels[:2], labels[2:]]), logits=X(2, 2, 3), name="rank 3")
        yield case(call, labels=given([[0.0, 1.0]]), logits=given([[500.0, -500.0]]), name="large")
    yield case(
        "nn.softmax_cross_entropy_with_logits_v2",
        labels=given([[0.5, 1.0], [0.5, 0.0]]),
        logits=X(2, 2),
        name="axis 0",
        axis=0,
    )
    yield case("nn.softmax_cross_entropy_with_logits", labels=given(labels), logits=X(4, 3), name="dim 1", dim=1)
    yield case(
        "nn.softmax_cross_entropy_with_logits",
        labels=given(labels[:2]),
        logits=X(4, 3),
        name="sizes disagree",
        fails=True,
    )
    call = "nn.sparse_softmax_cross_entropy_with_logits"
    yield case(call, labels=given([2, 0, 1, 2], "int32"), logits=X(4, 3), name="int32")
    yield case(call, labels=given([2, 0, 1, 2], "int64"), logits=X(4, 3), name="int64")
    yield case(call, labels=given([[2, 0], [1, 2]], "int32"), logits=X(2, 2, 3), name="rank 3")
    yield case(call, labels=given(1, "int32"), logits=X(3), name="one example")
    yield case(call, labels=given([0, 1], "int64"), logits=X(2, 3, dtype="float64"), name="float64")
    yield case(call, labels=given([0, 5], "int64"), logits=X(2, 3), name="label too large", fails=True)
    call = "nn.sigmoid_cross_entropy_with_logits"
    yield case(call, labels=given(labels), logits=X(4, 3), name="matrix")
    yield case("losses.softmax_cross_entropy", given(labels), X(4, 3), name="mean")
    yield case("losses.sparse_softmax_cross_entropy", given([2, 0, 1, 2], "int32"), X(4, 3), name="mean")
    yield case("losses.mean_squared_error", X(4, 3), X(4, 3), name="mean")
    yield case("nn.l2_loss", X(3, 4), name="matrix")


def onehots() -> Iterator[Case]:
    indices = given([1, 0, 4, -1, 7], "int32")
    yield case("one_hot", indices, 5, name="default")
    yield case("one_hot", given([1, 0, 2], "int64"), 3, name="int64")
    yield case("one_hot", given([1, 0, 2], "uint8"), 3, name="uint8")
    yield case("one_hot", given(1, "int32"), 3, name="scalar")
    yield case("one_hot", given([[1, 0], [2, 5]], "int32"), 3, name="matrix")
    yield case("one_hot", given([1, 0, 2, 2], "int32"), 3, axis=0, name="axis 0")
    yield case("one_hot", given([[1, 0], [2, 5]], "int32"), 3, axis=1, name="matrix axis 1")
    yield case("one_hot", indices, 5, on_value=2.5, off_value=-1.0, name="on and off")
    yield case("one_hot", indices, 5, on_value=7, off_value=-7, name="integer values")
    yield case("one_hot", indices, 5, on_value=True, off_value=False, name="bool values")
    for dtype in ("float64", "int32", "int64", "uint8"):
        yield case("one_hot", indices, 5, dtype=dt(dtype), name=f"to {dtype}")
    yield case("one_hot", indices, 5, dtype=dt("bool"), name="to bool without values", fails=True)
    yield case("one_hot", indices, X(values=4, dtype="int32"), name="depth fed")
    yield case("one_hot", indices, 5, on_value=X(values=3.0), off_value=X(values=1.5), name="values fed")


def dropouts() -> Iterator[Case]:
    ones = given([[1.0] * 6] * 4)
    yield case("nn.dropout", ones, 0.5, name="keep_prob by position", graph_seed=5)
    yield case("nn.dropout", X(4, 6), keep_prob=0.75, name="keep_prob, own seed", seed=5)
    yield case("nn.dropout", X(4, 6), rate=0.25, name="rate", graph_seed=5)
    yield case("nn.dropout", X(4, 6), keep_prob=1.0, name="keep all")
    yield case("nn.dropout", X(4, 6), rate=0.0, name="rate 0")
    yield case("nn.dropout", X(4, 6), rate=0.4, noise_shape=[4, 1], name="whole rows", graph_seed=6)
    yield case("nn.dropout", X(3, 2, 5), rate=0.4, noise_shape=[3, 1, 5], name="shared over the middle", graph_seed=6)
    yield case("nn.dropout", X(4, 6, dtype="float64"), rate=0.5, name="float64, both seeds", graph_seed=7, seed=4)
    yield case("nn.dropout", X(4, 6), rate=X(values=0.3), name="rate fed", graph_seed=8, differentiate=False)
    yield case("nn.dropout", X(4, 6), keep_prob=X(values=0.3), name="keep_prob fed", graph_seed=8, differentiate=False)
    yield case("nn.dropout", X(4, 6), rate=0.5, name="goes on", seed=9, runs=3)
    yield case("nn.dropout", X(4, 6), rate=1.5, name="rate above 1", fails=True)
    yield case("nn.dropout", X(4, 6), keep_prob=0.0, name="keep none", fails=True)
    yield case("nn.dropout", X(4, 6, dtype="int32"), rate=0.5, name="int32", fails=True)
    yield case("layers.dropout", X(4, 6), rate=0.5, training=True, name="training", graph_seed=3)
    yield case("layers.dropout", X(4, 6), rate=0.5, training=False, name="not training", graph_seed=3)
    yield case(
        "layers.dropout", X(4, 6), rate=0.5, training=X(values=True, dtype="bool"), name="training fed", graph_seed=3
    )
    yield case(
        "layers.dropout",
        X(4, 6),
        rate=0.5,
        training=X(values=False, dtype="bool"),
        name="not training fed",
        graph_seed=3,
    )
