import numpy as np
import pytest

import convflow as tf


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


# What TensorFlow 2 gives.
CASES = {
    "numbers": (
        np.arange(6, dtype=np.float32).reshape(2, 3),
        [[97, 250, 103, 235, 2, 197, 12, 216], [137, 64, 115, 26, 94, 100, 213, 1]],
    ),
    "strings": ([b"a", b"bc"], [[227, 117, 223, 182, 101, 66, 69, 179], [119, 129, 82, 223, 68, 160, 90, 83]]),
    "rows of strings": (
        [[b"a", b"bc"], [b"", b"xyz"]],
        [[85, 27, 103, 37, 147, 177, 144, 87], [193, 32, 210, 152, 167, 221, 186, 228]],
    ),
    "three dimensions": (
        np.arange(12, dtype=np.uint8).reshape(2, 3, 2),
        [[51, 35, 74, 233, 216, 188, 253, 146], [129, 203, 2, 76, 49, 109, 178, 184]],
    ),
    "strings of three dimensions": ([[[b"a"], [b"b"]]], [[122, 64, 59, 169, 136, 60, 55, 83]]),
    "none": (np.zeros((0, 3), np.int32), np.zeros((0, 8))),
}


@pytest.mark.parametrize("case", CASES)
def test_fingerprints(session, case):
    data, expected = CASES[case]
    result = tf.fingerprint(tf.constant(data))
    assert (result.dtype, result.shape.as_list()) == (tf.uint8, [len(data), 8])
    np.testing.assert_array_equal(session.run(result), expected)


def test_nodes_and_refusals(session):
    result = tf.fingerprint(tf.placeholder(tf.float32, [None, 2]), name="n")
    assert result.shape.as_list() == [None, 8]
    nodes = [(op.type, op.name) for op in tf.get_default_graph().get_operations()]
    assert nodes == [("Placeholder", "Placeholder"), ("Const", "n/method"), ("Fingerprint", "n")]
    with pytest.raises(ValueError, match="Shape of data must be at least rank 1 but is rank 0"):
        tf.fingerprint(3.0)
    with pytest.raises(ValueError, match=r"Unsupported method: md5. There is 'farmhash64' alone"):
        tf.fingerprint([1.0], method="md5")
    unknown = tf.placeholder(tf.float32)
    with pytest.raises((tf.errors.InvalidArgumentError, ValueError), match="rank 1 but is rank 0"):
        session.run(tf.fingerprint(unknown), {unknown: 3.0})


def test_a_fact(session):
    fact = tf.user_ops.my_fact()
    assert (fact.op.type, fact.shape.ndims, session.run(fact)) == ("Fact", None, b"0! == 1")
