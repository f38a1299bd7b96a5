"""Strings: joined, cut, changed, read and written; what is refused."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import convflow as tf
from convflow.core import errors
from convflow.ops import hashes
from convflow.ops.string import reduce_join, string_join
from convflow.ops.string_format import summarized


def test_joins_element_by_element(run):
    left = tf.constant(["a", "b"])
    assert run(string_join([left, "-", ["x", "y"]])).tolist() == [b"a-x", b"b-y"]
    assert run(string_join([left, ["x", "y"]], separator=", ")).tolist() == [b"a, x", b"b, y"]


def test_joins_scalars_and_matrices(run):
    assert run(string_join(["a", "b", "c"])) == b"abc"
    matrix = np.array([["a", "b"], ["c", "d"]], dtype=object)
    assert run(string_join([matrix, "!"])).tolist() == [[b"a!", b"b!"], [b"c!", b"d!"]]


def test_refuses_shapes_that_differ():
    with pytest.raises(ValueError, match="Shapes of all inputs must match or be scalars"):
        string_join([["a", "b"], ["c"]])


def test_zero_bytes_stay(run):
    words = np.array([b"a\x00b\x00", b"\xff\x00"], dtype=object)
    assert run(string_join([words, b"\x00"])).tolist() == [b"a\x00b\x00\x00", b"\xff\x00\x00"]
    assert run(tf.strings.length(words)).tolist() == [4, 2]
    assert run(tf.substr(words, -2, 2)).tolist() == [b"b\x00", b"\xff\x00"]


def test_the_rows_of_nothing_are_empty(run):
    assert run(reduce_join(np.zeros((2, 0), object), 1, separator="-")).tolist() == [b"", b""]


@given(st.binary(max_size=300))
def test_bytes_survive_their_encoding(data):
    with tf.Graph().as_default(), tf.Session() as session:
        words = tf.constant(np.array([data, data + b"x"], dtype=object))
        for pad in (False, True):
            found = session.run(tf.decode_base64(tf.encode_base64(words, pad=pad)))
            assert found.tolist() == [data, data + b"x"]
        numbers = session.run(tf.decode_raw(words[:1], tf.uint8))
        assert numbers.tolist() == [list(data)]


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=5))
def test_whole_numbers_survive_as_text(numbers):
    with tf.Graph().as_default(), tf.Session() as session:
        texts = tf.as_string(tf.constant(np.array(numbers, np.int64)))
        assert session.run(tf.string_to_number(texts, tf.int64)).tolist() == numbers


@given(st.lists(st.floats(width=32), min_size=1, max_size=5))
def test_fractions_survive_as_text(numbers):
    with tf.Graph().as_default(), tf.Session() as session:
        texts = tf.as_string(tf.constant(np.array(numbers, np.float32)), scientific=True, precision=8)
        np.testing.assert_array_equal(session.run(tf.string_to_number(texts)), np.float32(numbers))


@given(st.text(max_size=20), st.integers(0, 20), st.integers(0, 5))
def test_characters_are_cut_as_python_cuts_them(text, start, length):
    start = min(start, len(text))
    with tf.Graph().as_default(), tf.Session() as session:
        part = session.run(tf.strings.substr(tf.constant(text), start, length, unit="UTF8_CHAR"))
        assert part.decode() == text[start : start + length]
        assert session.run(tf.strings.length(tf.constant(text), unit="UTF8_CHAR")) == len(text)


def test_hashes_of_published_vectors():
    key = (0x0706050403020100, 0x0F0E0D0C0B0A0908)
    # The vectors of the paper's reference implementation.
    assert hashes.siphash(bytes(range(15)), key) == 0xA129CA6149BE45E5
    assert hashes.siphash(b"", key) == 0x726FDB47DD0E0E31
    assert hashes.murmur(b"", seed=0) == 0


def test_hashes_spread():
    words = [hashlib.sha256(bytes([i])).digest() for i in range(200)]
    for function in (hashes.murmur, hashes.fingerprint):
        counts = np.bincount([function(word) % 8 for word in words], minlength=8)
        assert counts.min() > 10


def test_long_axes_are_shortened_in_text():
    assert summarized(np.arange(7)) == "[0 1 2 ... 4 5 6]"
    assert summarized(np.arange(7), -1) == "[0 1 2 3 4 5 6]"
    assert summarized(np.arange(12).reshape(6, 2), 1) == "[[0 1]\n ...\n [10 11]]"
    assert summarized(np.array([b"a\\", b'"'], dtype=object)) == '["a\\\\" "\\""]'


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda: tf.as_string([1.0], fill="x"), 'Fill argument not supported: "x"'),
        (lambda: tf.as_string([1], precision=2), "precision not supported for datatype int32"),
        (lambda: tf.as_string([1.0], scientific=True, shortest=True), "Cannot select both scientific and shortest"),
        (lambda: tf.strings.lower(["a"], encoding="latin"), "only utf-8 or '' .no encoding. is supported"),
        (lambda: tf.regex_replace(["a"], "(", "b"), r"Invalid pattern: \("),
        (lambda: tf.strings.regex_full_match(["a"], "["), r"Invalid pattern: \["),
        (lambda: tf.string_to_hash_bucket_strong(["a"], 3, [1]), r"Key must have 2 elements, got \[1\]"),
        (lambda: tf.substr(["a"], [0, 1], [1]), "pos and len must have the same shape"),
        (lambda: tf.reduce_join([["a"]], 2), "Invalid reduction dimension 2 for input with 2 dimension"),
        (lambda: tf.string_split(["a"], result_type="RaggedTensor"), "result_type='RaggedTensor' is not supported"),
        (lambda: tf.strings.format("{} {}", (1,)), "expects 2 tensors, but the inputs only has 1"),
        (lambda: tf.string_to_number(input=["1"], string_tensor=["1"]), "Cannot specify both"),
    ],
)
def test_refusals_while_building(build, text):
    with pytest.raises(ValueError, match=text):
        build()


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda: tf.string_to_number(["1,5"]), "could not correctly convert string: 1,5"),
        (lambda: tf.string_to_number(["4294967296"], tf.int32), "could not correctly convert string: 4294967296"),
        (lambda: tf.substr(["hi"], 3, 1), "pos 3 out of range for string b'hi'"),
        (lambda: tf.decode_raw(["abc"], tf.int16), "has length 3 that is not a multiple of 2, the size of int16"),
        (lambda: tf.decode_raw(["ab", "a"], tf.uint8), "element 1 has size 1 != 2"),
        (lambda: tf.decode_base64(["a"]), "Base64 string length cannot be 1 modulo 4"),
        (lambda: tf.decode_base64(["a+"]), "Invalid character found in base64"),
        (lambda: tf.regex_replace(["a"], tf.constant("("), "b"), r"Invalid pattern: \("),
        (lambda: tf.regex_replace(["a"], "a", r"\x"), "a backslash stands before a digit or a backslash only"),
    ],
)
def test_refusals_in_running(run, build, text):
    with pytest.raises(errors.InvalidArgumentError, match=text):
        run(build())
