"""Cases: strings made of numbers, cut, joined, changed, searched, hashed, and read as numbers."""

from __future__ import annotations

from collections.abc import Iterator

from cases import Case, X, case, dt, given


def table() -> Iterator[Case]:
    yield from numbers()
    yield from pieces()
    yield from patterns()
    yield from buckets()
    yield from coded()


def strings(*values: object) -> X:
    return given(list(values), "string")


def numbers() -> Iterator[Case]:
    some = given([1.5, -2.25e10, 1e-7, 0.0, 123456.789])
    for name, settings in {
        "default": {},
        "precision": {"precision": 2},
        "scientific": {"scientific": True},
        "shortest": {"shortest": True},
        "width": {"width": 12},
        "zeros": {"width": 12, "fill": "0"},
        "left": {"width": 12, "fill": "-"},
        "sign": {"width": 9, "fill": "+", "precision": 1},
        "space": {"fill": " "},
        "no digits": {"precision": 0},
    }.items():
        yield case("as_string", some, name=name, differentiate=False, **settings)
    yield case("as_string", given([float("nan"), float("-inf")]), width=6, fill="0", name="NaN", differentiate=False)
    yield case("as_string", given([1, -22], "int32"), name="int32")
    yield case("as_string", given([1, -22], "int64"), width=5, fill="0", name="int64")
    yield case("as_string", given([0, 255], "uint8"), name="uint8")
    yield case("strings.as_string", given([True, False], "bool"), name="bool")
    yield case("as_string", given([1 / 3, 1e300], "float64"), shortest=True, name="float64", differentiate=False)
    yield case("dtypes.as_string", given([1 / 3], "float16"), name="half", differentiate=False)
    yield case("as_string", strings("a", ""), name="strings")
    yield case("as_string", given([[1, 2], [3, 4]], "int32"), name="matrix")
    yield case("string_to_number", strings("1.5", " 2 ", "-1e3", "inf", ".5", "5."), name="float32")
    yield case("string_to_number", strings("1.5", "0.1"), dt("float64"), name="float64")
    yield case("strings.to_number", strings("12", "-7", " 3"), dt("int32"), name="int32")
    yield case("string_to_number", strings("99999999999"), out_type=dt("int64"), name="int64")
    yield case("string_to_number", input=strings("4"), name="later name")
    yield case("string_to_number", strings("abc"), name="no number", fails=True)
    yield case("string_to_number", strings(""), name="empty", fails=True)
    yield case("string_to_number", strings("1.5"), dt("int32"), name="fraction as int", fails=True)
    yield case("string_to_number", strings("99999999999"), dt("int32"), name="too large", fails=True)
    yield case("string_to_number", strings("1_0"), name="underscore", fails=True)
    for name, template, inputs in (
        ("number", "a {} b", [given(3, "int32")]),
        ("two", "{}, {}", [given([1.5, 0.1, 1 / 3]), strings("x", 'y"')]),
        ("long", "{}", [given(list(range(10)), "int32")]),
        ("matrix", "{}", [given([[1, 2], [3, 4]], "int32")]),
        ("bools", "{}", [given([True, False], "bool")]),
        ("doubles", "{}", [given([1 / 3, 1e-7, 1e20], "float64")]),
    ):
        yield case("strings.format", template, inputs, name=name, differentiate=False)
    yield case("strings.format", "%s", [given([[1] * 9] * 9, "int32")], placeholder="%s", summarize=2, name="short")
    yield case("strings.format", "{} {}", [given(3, "int32")], name="count", fails=True)


def pieces() -> Iterator[Case]:
    words, two = strings("hello", "world", "abc"), given([["a", "b", "c"], ["d", "e", "f"]], "string")
    yield case("string_join", [words, strings("x", "y", "z")], name="two")
    yield case("string_join", [words, given("-", "string"), words], separator=" ", name="scalar between")
    yield case("strings.join", ["a", "b"], name="constants")
    yield case("string_join", [two], ",", name="one")
    yield case("string_join", [words, strings("x")], name="shapes", fails=True)
    for axis in (0, 1, [0, 1], [1, 0], [-1], []):
        yield case("reduce_join", two, axis, separator="-", name=f"axis {axis}")
        yield case("reduce_join", two, axis, keepdims=True, name=f"axis {axis} kept")
    yield case("reduce_join", two, name="all")
    yield case("strings.reduce_join", two, reduction_indices=[0], keep_dims=True, name="old names")
    yield case("reduce_join", two, X(values=[0], dtype="int32"), name="axis fed")
    yield case("reduce_join", two, [2], name="axis far", fails=True)
    yield case("reduce_join", two, [1, -1], name="axis twice", fails=True)
    for pos, length in ((1, 2), (-2, 2), (0, 100), (3, 0), (1, -1)):
        yield case("substr", words, pos, length, name=f"{pos} {length}")
    yield case("substr", words, [0, 1, 2], [1, 2, 3], name="each its own")
    yield case("strings.substr", two, [0, 0, 0], [1, 0, 1], name="broadcast")
    yield case("strings.substr", strings("h\u00e9llo"), 1, 2, unit="UTF8_CHAR", name="characters")
    yield case("substr", strings("hi"), X(values=[1], dtype="int64"), X(values=[1], dtype="int64"), name="fed")
    yield case("substr", strings("hi"), 3, 1, name="beyond the end", fails=True)
    yield case("substr", strings("hi"), -3, 1, name="before the beginning", fails=True)
    yield case("substr", strings("hi"), [0, 1], [1], name="lengths", fails=True)
    yield case("strings.length", strings("h\u00e9", "", "abc"), name="bytes")
    yield case("strings.length", strings("h\u00e9", "\u4e16\u754c"), unit="UTF8_CHAR", name="characters")
    yield case("strings.length", two, name="matrix")
    for call in ("strings.lower", "strings.upper"):
        yield case(call, strings("aBc", "\u00c0\u00e9"), name="letters")
        yield case(call, strings("aBc", "\u00c0\u00e9", "stra\u00dfe"), encoding="utf-8", name="of all scripts")
    yield case("string_strip", strings(" a b \n\t\x0b\x0c\r", "x", "  "), name="spaces")
    for call in ("string_split", "strings.split"):
        yield case(f"{call}", strings("a b  c", " d ", ""), name="spaces")
        yield case(f"{call}", strings("a,b,,c", ","), ",", name="commas")
        yield case(f"{call}", strings("abc"), "", name="empty separator")
        yield case(f"{call}", strings(), name="nothing")
    yield case("string_split", strings("a,b;;c"), ",;", name="two letters")
    yield case("string_split", strings("a,b,,c"), delimiter=",", skip_empty=False, name="old name, empty words")
    yield case("strings.split", strings("a--b--c", "--"), "--", name="longer separator")
    yield case("strings.split", strings("a b c", "a"), maxsplit=1, name="at most one cut")
    yield case("strings.split", strings("a,b,c", "a"), sep=",", maxsplit=1, name="at most one cut at commas")
    yield case("string_split", given([["a"]], "string"), name="matrix", fails=True)


def patterns() -> Iterator[Case]:
    words = strings("baac", "aaa", "hello world", "")
    for pattern, rewrite in (
        ("a", "x"),
        ("a*", "-"),
        ("a+", "-"),
        ("^", ">"),
        ("$", "<"),
        (r"(\w+) (\w+)", r"\2 \1 [\0]"),
        ("[^a]", ""),
        (r"\w", r"\\"),
        ("(a)(b)?", r"<\1\2>"),
        ("a|b*", "_"),
    ):
        yield case("regex_replace", words, pattern, rewrite, name=f"{pattern} by {rewrite}")
    yield case("strings.regex_replace", words, "a", "b", replace_global=False, name="first only")
    yield case("regex_replace", words, given("a", "string"), given("bb", "string"), name="fed")
    yield case("regex_replace", strings("h\u00e9"), ".", "x", name="characters")
    for pattern in ("a+", ".*", "", "hello.*", "[a-c]*"):
        yield case("strings.regex_full_match", words, pattern, name=f"of {pattern}")
    yield case("strings.regex_full_match", words, given("a*", "string"), name="fed")


def buckets() -> Iterator[Case]:
    words = strings(*("k" * count for count in (0, 1, 3, 4, 7, 8, 9, 16, 17, 32, 33, 63, 64, 65, 128, 129, 200)))
    for call in ("string_to_hash_bucket", "string_to_hash_bucket_fast"):
        yield case(call, words, 10**9, name="lengths")
        yield case(call, strings("a", "\u00e9"), 7, name="few")
        yield case(call, words, 0, name="no buckets", fails=True)
    yield case("strings.to_hash_bucket", input=strings("a"), num_buckets=1, name="one")
    yield case("strings.to_hash_bucket_fast", given([["a", "b"]], "string"), 5, name="matrix")
    yield case("string_to_hash_bucket_strong", words, 10**9, [1, 2], name="lengths")
    yield case("strings.to_hash_bucket_strong", words, 10**9, [123456789, 987654321], name="another key")


def coded() -> Iterator[Case]:
    for pad in (False, True):
        yield case("encode_base64", strings("hello", "", "ab?>"), pad=pad, name=f"pad {pad}")
    yield case("decode_base64", strings("aGVsbG8", "aGVsbG8=", "YWI_Pg"), name="with and without padding")
    yield case("io.decode_base64", strings("a"), name="length", fails=True)
    yield case("decode_base64", strings("a+b/"), name="letters", fails=True)
    yield case("decode_raw", strings("abcd", "efgh"), dt("uint8"), name="uint8")
    for kind in ("int16", "int32", "float32", "uint16", "int8"):
        yield case("io.decode_raw", strings("abcdefgh"), dt(kind), name=kind)
        yield case("decode_raw", strings("abcdefgh"), dt(kind), little_endian=False, name=f"{kind} big end first")
    yield case("decode_raw", bytes=given([["ab"], ["cd"]], "string"), out_type=dt("uint8"), name="matrix")
    yield case("decode_raw", strings(), dt("uint8"), name="nothing")
    yield case("decode_raw", strings("abc"), dt("int16"), name="length", fails=True)
    yield case("decode_raw", strings("ab", "a"), dt("uint8"), name="lengths differ", fails=True)
