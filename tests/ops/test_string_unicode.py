import numpy as np
import pytest

import convflow as tf

TEXT = "a\u00e9\u4e2d\U0001f600"


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


@pytest.mark.parametrize(
    ("strings", "arguments", "expected"),
    [
        ([TEXT.encode()], ("UTF-8", "UTF-16-BE"), [TEXT.encode("utf-16-be")]),
        ([TEXT.encode()], ("UTF-8", "UTF-32-BE"), [TEXT.encode("utf-32-be")]),
        ([TEXT.encode("utf-16-be")], ("UTF-16-BE", "UTF-8"), [TEXT.encode()]),
        ([b"a\xe9"], ("latin1", "UTF-8"), [b"a\xc3\xa9"]),
        ([b"\xffa\xc3", b"a\x01b"], ("UTF-8", "UTF-8"), [b"\xef\xbf\xbda\xef\xbf\xbd", b"a\x01b"]),
        ([b"\xffa\xc3\xe4\xb8"], ("UTF-8", "UTF-8", "ignore"), [b"a"]),
        ([b"a\x01b\x7f\x85\t\n"], ("UTF-8", "UTF-8", "replace", 63, True), [b"a?b\x7f???"]),
    ],
)
def test_transcoded_as_tensorflow_does(session, strings, arguments, expected):
    result = tf.strings.unicode_transcode(strings, *arguments)
    assert result.shape.as_list() == [len(strings)]
    assert session.run(result).tolist() == expected


def test_what_cannot_be_transcoded(session):
    transcode = tf.strings.unicode_transcode
    with pytest.raises(tf.errors.InvalidArgumentError, match="Invalid formatting on input string"):
        session.run(transcode([b"\xffa"], "UTF-8", "UTF-8", errors="strict"))
    with pytest.raises(tf.errors.InvalidArgumentError, match="Could not create converter for input encoding: nope"):
        session.run(transcode([b"a"], "nope", "UTF-8"))
    with pytest.raises(ValueError, match="output_encoding"):
        transcode([b"a"], "UTF-8", "latin1")
    with pytest.raises(ValueError, match="replacement_char must be the number of a character, got 55296"):
        transcode([b"a"], "UTF-8", "UTF-8", replacement_char=0xD800)


@pytest.mark.parametrize(
    ("numbers", "arguments", "expected"),
    [
        ([97, 0xE9, 0x4E2D, 0x1F600], ("UTF-8",), TEXT.encode()),
        ([97, 0xD800, 0x110000, -1], ("UTF-8",), b"a" + 3 * b"\xef\xbf\xbd"),
        ([97, 0xD800], ("UTF-8", "ignore"), b"a"),
        ([97, 0xD800], ("UTF-8", "replace", 63), b"a?"),
        ([[97, 98], [99, 100]], ("UTF-16-BE",), [b"\x00a\x00b", b"\x00c\x00d"]),
        ([[[97], [98]]], ("UTF-8",), [[b"a", b"b"]]),
    ],
)
def test_encoded(session, numbers, arguments, expected):
    result = tf.strings.unicode_encode(numbers, *arguments)
    assert result.shape.as_list() == list(np.shape(numbers)[:-1])
    found = session.run(result)
    assert (found if isinstance(found, bytes) else found.tolist()) == expected


def test_encoded_of_open_sizes(session):
    numbers = tf.placeholder(tf.int32, [None, None])
    result = tf.strings.unicode_encode(numbers, "UTF-8")
    assert session.run(result, {numbers: [[97, 98], [99, 100]]}).tolist() == [b"ab", b"cd"]


def test_what_cannot_be_encoded(session):
    encode = tf.strings.unicode_encode
    with pytest.raises(tf.errors.InvalidArgumentError, match="55296 is the number of no character"):
        session.run(encode([97, 0xD800], "UTF-8", errors="strict"))
    with pytest.raises(ValueError, match="The rank of input must be known and at least 1"):
        encode(97, "UTF-8")
    with pytest.raises(ValueError, match="output_encoding"):
        encode([97], "x")


@pytest.mark.parametrize(
    ("inputs", "ids", "count", "separator", "expected"),
    [
        (["a", "b", "c", "d"], [0, 1, 0, 1], 3, ":", [b"a:c", b"b:d", b""]),
        ([["a", "b"], ["c", "d"]], [[0, 1], [1, 0]], 2, "", [b"ad", b"bc"]),
        ([["a", "b"], ["c", "d"]], [1, 1], 3, "-", [[b"", b""], [b"a-c", b"b-d"], [b"", b""]]),
    ],
)
def test_joined_by_segments(session, inputs, ids, count, separator, expected):
    joined = tf.strings.unsorted_segment_join(inputs, ids, count, separator)
    assert joined.shape.as_list() == list(np.shape(expected))
    assert session.run(joined).tolist() == expected


def test_segments_that_cannot_be(session):
    join = tf.strings.unsorted_segment_join
    for ids in ([5], [-1]):
        with pytest.raises(tf.errors.InvalidArgumentError, match=rf"segment_ids must be from 0 .* 2, got {ids[0]}"):
            session.run(join(["a"], ids, 3))
    with pytest.raises(ValueError, match=r"segment_ids must have .* got \(2,\) for inputs of \(1, 2\)"):
        join([["a", "b"]], [1, 1], 3)
    with pytest.raises(ValueError, match="num_segments must be 0 or more, got -1"):
        join(["a"], [0], -1)
