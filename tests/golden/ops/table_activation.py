"""Cases: activations, softmax along any axis, biases, losses of single elements and of classes."""

from __future__ import annotations

from collections.abc import Iterator

from cases import Case, X, case, given

NEAR_ZERO = [-3.0, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, 3.0, 6.0, 7.0]
EXTREME = [-1e4, -100.0, -30.0, 0.0, 30.0, 100.0, 1e4]


def table() -> Iterator[Case]:
    yield from activations()
    yield from units()
    yield from softmaxes()
    yield from biases()
    yield from losses_of_elements()
    yield from losses_of_classes()
    yield from drops()


def activations() -> Iterator[Case]:
    calls = (
        "nn.relu nn.relu6 nn.leaky_relu nn.elu nn.selu nn.crelu nn.softplus nn.softsign nn.sigmoid nn.tanh nn.swish "
        "log_sigmoid"
    )
    for call in calls.split():
        yield case(call, given(NEAR_ZERO), name="near zero", differentiate=call not in ("nn.leaky_relu",))
        yield case(call, given(EXTREME), name="extreme", differentiate=call != "nn.swish")
        yield case(call, X(2, 3, 2), name="rank 3")
        yield case(call, X(3, dtype="float64"), name="in float64")
        yield case(call, X(3, dtype="float16"), name="in float16")
        yield case(call, X(0, 3), name="of nothing")
        yield case(call, given([float("nan"), float("inf"), float("-inf")]), name="not finite", differentiate=False)
        if call not in ("nn.crelu", "nn.relu", "nn.relu6", "nn.leaky_relu"):
            yield case(call, X(2, dtype="int32"), name="in int32", fails=True)
    for call in ("nn.relu", "nn.relu6"):
        for dtype in ("int32", "int64", "uint8", "int8"):
            low = 0 if dtype == "uint8" else -9
            yield case(call, X(5, dtype=dtype, low=low, high=9), name=f"in {dtype}")
    yield case("nn.relu", X(3, dtype="bool"), name="bool", fails=True)
    for call in ("math.softplus", "math.softsign", "math.log_sigmoid", "math.sigmoid"):
        yield case(call, X(3), name="alias")


def units() -> Iterator[Case]:
    for alpha in (0.0, 0.01, 0.5, 1.0, 1.5, -0.5):
        yield case("nn.leaky_relu", X(5), alpha, name=f"alpha {alpha}")
    yield case("nn.leaky_relu", X(5, dtype="int32"), name="in int32")
    for axis in (0, 1, -1, -2):
        yield case("nn.crelu", X(2, 3), axis=axis, name=f"axis {axis}")
    yield case("nn.crelu", X(2, 3), axis=2, name="no such axis", fails=True)
    for beta in (0.5, 2.0, -1.0):
        yield case("nn.swish", X(2, 3), beta, name=f"beta {beta}")
    yield case("nn.swish", X(2, 3), X(values=1.5), name="beta fed")
    yield case("nn.swish", X(2, 3, dtype="float64"), 2.0, name="beta of float64")


def softmaxes() -> Iterator[Case]:
    for call in ("nn.softmax", "nn.log_softmax"):
        for axis in (0, 1, 2, -1, -2, -3):
            yield case(call, X(2, 3, 2), axis=axis, name=f"along {axis}")
        yield case(call, X(2, 3), dim=0, name="dim 0")
        yield case(call, X(2, 2, 1, 3), axis=1, name="rank 4 axis 1")
        yield case(call, X(2, 3, dtype="float16"), name="in float16")
        yield case(call, X(3), axis=0, name="vector axis 0")
        yield case(call, X(0, 3), name="no rows")
        yield case(call, X(3, 1), name="one class")
        yield case(call, given([[float("-inf"), 0.0], [3.0, 3.0]]), name="impossible", differentiate=False)
        yield case(call, X(2, 3), axis=2, name="no such axis", fails="building")
        yield case(call, X(2, 3), axis=1, dim=1, name="both names", fails=True)
        yield case(call, given(1.0), name="scalar", fails="building")
        yield case(call, X(2, 3, dtype="int32"), name="in int32", fails=True)
    yield case("math.softmax", X(2, 3), name="alias")
    yield case("math.log_softmax", X(2, 3), name="alias")


def biases() -> Iterator[Case]:
    call = "nn.bias_add"
    for shape in ((4, 3), (2, 2, 3), (2, 2, 1, 3), (1, 2, 1, 2, 3)):
        yield case(call, X(*shape), X(3), name=f"value of rank {len(shape)}")
    yield case(call, X(2, 3, 2, 1), X(3), data_format="NCHW", name="in NCHW")
    yield case(call, X(2, 3, 2), X(3), data_format="NCW", name="NCW")
    yield case(call, X(1, 3, 2, 1, 2), X(3), data_format="NCDHW", name="NCDHW")
    yield case(call, X(2, 3), X(3), data_format="NCHW", name="matrix of NCHW", fails=True)
    yield case(call, X(2, 1, 2, 3), X(3), data_format="NHWC", name="NHWC")
    yield case(call, X(2, 1, 1, 2, 3), X(3), data_format="NDHWC", name="NDHWC")
    yield case(call, X(0, 3), X(3), name="no rows")
    yield case(call, X(2, 3, dtype="int32"), X(3, dtype="int32"), name="in int32")
    yield case(call, X(2, 3, dtype="float64"), X(3, dtype="float64"), name="in float64")
    yield case(call, X(2, 3), [1.0, 2.0, 3.0], name="list")
    yield case(call, X(2, 3), X(4), name="too long", fails=True)
    yield case(call, X(2, 3), X(1), name="one for all", fails=True)
    yield case(call, X(2, 3, 2, 2), X(2), data_format="NCHW", name="NCHW too short", fails=True)
    yield case(call, X(2, 3), X(3, 1), name="a matrix as bias", fails=True)
    yield case(call, X(3), X(3), name="vector", fails=True)
    yield case(call, X(2, 3), X(3), data_format="CHWN", name="format", fails=True)
    for call in ("nn.xw_plus_b", "nn.relu_layer"):
        yield case(call, X(2, 3), X(3, 4), X(4), name="matrix")
        yield case(call, X(2, 3, dtype="float64"), X(3, 4, dtype="float64"), X(4, dtype="float64"), name="in float64")
        yield case(call, X(0, 3), X(3, 4), X(4), name="no rows")
        yield case(call, X(2, 3), X(4, 3), X(3), name="inner sizes disagree", fails=True)
        yield case(call, X(2, 3), X(3, 4), X(3), name="bias too short", fails=True)


def losses_of_elements() -> Iterator[Case]:
    zero_one = [[0.0, 1.0, 0.5], [1.0, 0.25, 0.0]]
    call = "nn.sigmoid_cross_entropy_with_logits"
    yield case(call, labels=given(zero_one), logits=X(2, 3), name="matrix of labels")
    yield case(call, labels=given(zero_one, "float64"), logits=X(2, 3, dtype="float64"), name="in float64")
    yield case(call, labels=given([0.0, 1.0]), logits=given([1000.0, 1000.0]), name="large")
    yield case(call, labels=given([0.0, 1.0]), logits=given([-1000.0, -1000.0]), name="small")
    yield case(call, labels=given([0.0, 1.0]), logits=given([0.0, 0.0]), name="at zero")
    yield case(call, labels=given(1.0), logits=given(0.5), name="scalar")
    yield case(call, labels=X(0, 2), logits=X(0, 2), name="of nothing")
    yield case(call, labels=given(zero_one), logits=X(3, 2), name="shapes differ", fails=True)
    yield case(call, labels=given(zero_one, "float64"), logits=X(2, 3), name="types differ", fails=True)
    call = "nn.weighted_cross_entropy_with_logits"
    for weight in (1.0, 2.5, 0.0):
        yield case(call, labels=given(zero_one), logits=X(2, 3), pos_weight=weight, name=f"weight {weight}")
    yield case(call, targets=given(zero_one), logits=X(2, 3), pos_weight=2.0, name="targets")
    yield case(call, given(zero_one), X(2, 3), 2.0, name="positional")
    yield case(call, given(zero_one), X(2, 3), X(3, low=0.5), name="weight by class")
    yield case(call, given(zero_one, "float64"), X(2, 3, dtype="float64"), 2.0, name="in float64")
    yield case(call, given([0.0, 1.0, 0.5]), given([1000.0, -1000.0, 0.0]), 2.0, name="large")
    yield case(call, given(zero_one), X(3, 2), 2.0, name="shapes differ", fails=True)
    yield case(call, given(zero_one), X(2, 3), 2.0, targets=given(zero_one), name="both names", fails=True)
    call = "nn.log_poisson_loss"
    counts = [[0.0, 1.0, 2.0], [5.0, 0.5, 3.0]]
    for full in (False, True):
        yield case(call, given(counts), X(2, 3), full, name=f"full {full}")
        yield case(
            call, given(counts, "float64"), X(2, 3, dtype="float64"), compute_full_loss=full, name=f"float64 {full}"
        )
    yield case(call, given(counts), X(3, 2), name="shapes differ", fails=True)
    call = "nn.l2_loss"
    yield case(call, X(2, 3, 2), name="rank 3")
    yield case(call, given(3.0), name="scalar")
    yield case(call, X(0, 2), name="of nothing")
    yield case(call, X(3, dtype="float64"), name="in float64")
    yield case(call, X(3, dtype="float16"), name="in float16")
    yield case(call, X(3, dtype="int32"), name="in int32", fails=True)


def losses_of_classes() -> Iterator[Case]:
    labels = [[0.1, 0.2, 0.7], [1.0, 0.0, 0.0]]
    for version in ("", "_v2"):
        call = f"nn.softmax_cross_entropy_with_logits{version}"
        name = "axis" if version else "dim"
        for axis in (0, 1, -1):
            yield case(call, labels=X(2, 3, low=0.0), logits=X(2, 3), name=f"along {axis}", **{name: axis})
        for axis in (0, 1, 2):
            inputs = {"labels": X(2, 3, 2, low=0.0), "logits": X(2, 3, 2)}
            yield case(call, **inputs, name=f"rank 3 along {axis}", **{name: axis})
        yield case(call, labels=X(1, 2, 1, 3, low=0.0), logits=X(1, 2, 1, 3), name="rank 4")
        yield case(call, labels=X(3, low=0.0), logits=X(3), name="vector")
        yield case(call, labels=given(labels, "float16"), logits=X(2, 3, dtype="float16"), name="in float16")
        yield case(call, labels=given([[0, 0, 1], [1, 0, 0]], "int32"), logits=X(2, 3), name="int32 labels")
        yield case(call, labels=X(0, 3), logits=X(0, 3), name="of nothing")
        yield case(call, labels=X(1, 3, low=0.0), logits=X(2, 3), name="one row of labels", differentiate=False)
        yield case(call, labels=X(2, 3), logits=X(2, 4), name="classes differ", fails=True)
        yield case(call, labels=X(2, 3), logits=X(2, 3), axis=1, dim=1, name="both names", fails=True)
    call = "nn.sparse_softmax_cross_entropy_with_logits"
    yield case(call, labels=given([[[1], [0]]], "int32"), logits=X(1, 2, 1, 3), name="rank 4")
    yield case(call, labels=given([1, 0], "int32"), logits=X(2, 3, dtype="float16"), name="in float16")
    yield case(call, labels=given([1, 0], "int32"), logits=given([[500.0, -500.0], [1e4, 0.0]]), name="large")
    yield case(call, labels=X(0, dtype="int32"), logits=X(0, 3), name="of nothing")
    yield case(call, labels=given([[1, 0]], "int32"), logits=X(2, 3), name="rank too high", fails=True)
    yield case(call, labels=given([1, 0, 2], "int32"), logits=X(2, 3), name="too many", fails=True)
    yield case(call, labels=given([[1, 0, 2]], "int32"), logits=X(1, 2, 3), name="rank 3 too many", fails=True)
    yield case(call, labels=given([-1, 0], "int32"), logits=X(2, 3), name="negative label", fails=True)
    yield case(call, labels=given([1.0, 0.0]), logits=X(2, 3), name="float labels", fails=True)
    yield case(call, labels=given(0, "int32"), logits=given(1.0), name="scalar logits", fails=True)


def drops() -> Iterator[Case]:
    call = "nn.dropout"
    yield case(call, X(3, 4), rate=0.5, noise_shape=[None, 1], graph_seed=2, name="None in the shape")
    yield case(call, X(3, 4), rate=0.5, noise_shape=[1, 4], graph_seed=2, name="whole columns")
    yield case(call, X(3, 4), 0.5, [3, 1], 7, name="all by position")
    yield case(call, X(2, 2, 2, 3), rate=0.5, noise_shape=[2, 1, 1, 3], seed=3, name="channels")
    yield case(call, X(3, 4, dtype="float16"), rate=0.25, seed=3, name="in float16")
    yield case(call, X(0, 4), rate=0.25, seed=3, name="of nothing")
    yield case(call, given(2.0), rate=0.25, seed=3, name="scalar")
    yield case(call, X(3, 4), rate=1, name="rate 1", fails=True)
    yield case(call, X(3, 4), rate=-0.1, name="rate below 0", fails=True)
    yield case(call, X(3, 4), rate=0.5, keep_prob=0.5, name="both names", fails=True)
    yield case(call, X(3, 4), name="no rate", fails=True)
    yield case(call, X(3, 4), rate=X(2), name="rate a vector", fails=True)
    yield case(call, X(3, 4), rate=X(values=0.5, dtype="float64"), name="rate of another type", fails=True)
    yield case(call, X(3, 4), rate=0.5, noise_shape=[3, 2], name="shape does not broadcast", fails=True)
