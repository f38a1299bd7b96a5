"""Cases: connectionist temporal classification, and distances between sequences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cases import Case, Sparse, X, case, given


def table() -> Iterator[Case]:
    yield from losses()
    yield from dense_losses()
    yield from decoded()
    yield from changed()
    yield from distances()


def labels(*rows: list[int], wide: int = 6) -> Sparse:
    places = [[row, column] for row, items in enumerate(rows) for column in range(len(items))]
    return Sparse(places, given([item for items in rows for item in items], "int32"), [len(rows), wide])


def lengths(*values: int) -> X:
    return given(list(values), "int32")


def losses() -> Iterator[Case]:
    call = "nn.ctc_loss"
    two = labels([1, 2, 1], [0])
    yield case(call, two, X(6, 2, 4), lengths(6, 3))
    yield case(call, two, X(2, 6, 4), lengths(6, 4), time_major=False, name="batch major")
    yield case(call, labels=two, logits=X(5, 2, 4), sequence_length=lengths(3, 5), name="logits")
    repeated = labels([1, 1, 2], [0, 0, 0])
    yield case(call, repeated, X(7, 2, 4), lengths(7, 5), name="repeats")
    yield case(call, repeated, X(7, 2, 4), lengths(7, 6), ctc_merge_repeated=False, name="repeats kept")
    yield case(call, repeated, X(7, 2, 4), lengths(4, 6), preprocess_collapse_repeated=True, name="repeats collapsed")
    yield case(call, repeated, X(4, 2, 4), lengths(4, 4), name="no path")
    flag: dict[str, Any] = {"ignore_longer_outputs_than_inputs": True}
    yield case(call, labels([1, 2, 1], [2]), X(5, 2, 4), lengths(2, 5), name="longer ignored", **flag)
    yield case(call, labels([1], [2]), X(5, 2, 4), lengths(0, 5), name="no steps ignored", **flag)
    yield case(call, labels([1, 3], [2]), X(5, 2, 4), lengths(5, 5), name="null at the end")
    yield case(call, labels([4]), X(1, 1, 6), lengths(1), name="one step")
    yield case(call, labels([1, 2, 1], [2]), X(5, 2, 4), lengths(2, 5), fails=True, name="longer")
    yield case(call, labels([1, 3, 2], [2]), X(5, 2, 4), lengths(5, 5), fails=True, name="null before the end")
    yield case(call, labels([1, -2], [2]), X(5, 2, 4), lengths(5, 5), fails=True, name="negative")
    yield case(call, labels([1], []), X(5, 2, 4), lengths(5, 5), fails=True, name="no labels")
    yield case(call, labels([1], [2]), X(5, 2, 4), lengths(5, 6), fails=True, name="too many steps")
    yield case(call, labels([1], [2]), X(5, 2, 4), lengths(5), fails=True, name="lengths of another batch")
    yield case(call, labels([1], [2]), X(5, 2), lengths(5, 5), fails=True, name="rank 2")


def dense_losses() -> Iterator[Case]:
    call = "nn.ctc_loss_v2"
    # TensorFlow's dense loss looks at static shapes: nothing unknown is compared.
    known: dict[str, Any] = {"static": ("full",)}
    given_labels = given([[1, 2, 1], [3, 0, 0]], "int32")
    yield case(call, given_labels, X(6, 2, 4), lengths(3, 1), lengths(6, 4), name="dense", **known)
    yield case(call, given_labels, X(2, 6, 4), lengths(3, 1), lengths(6, 4), logits_time_major=False,
               name="batch major", **known)  # fmt: skip
    other = given([[0, 2, 0], [3, 0, 0]], "int32")
    yield case(call, other, X(6, 2, 5), lengths(3, 1), lengths(6, 4), blank_index=1, name="blank 1", **known)
    yield case(call, other, X(6, 2, 5), lengths(2, 0), lengths(6, 4), blank_index=-1, name="no labels", **known)
    for blank in (0, 2, -1):
        rows = labels([1, 3], [1])
        yield case(call, rows, X(5, 2, 5), None, lengths(5, 4), blank_index=blank, name=f"sparse {blank}", **known)
    yield case(call, labels([1], [2]), X(5, 2, 5), None, lengths(5, 4), fails="building", name="sparse without blank")


def decoded() -> Iterator[Case]:
    for merge in (True, False):
        word = "merged" if merge else "not merged"
        call = "nn.ctc_greedy_decoder"
        yield case(call, X(8, 3, 3), lengths(8, 4, 0), merge_repeated=merge, name=word, differentiate=False)
        yield case(call, X(8, 2, 4, dtype="float64"), lengths(8, 4), merge_repeated=merge, blank_index=0,
                   name=f"{word} blank 0", differentiate=False)  # fmt: skip
        call = "nn.ctc_beam_search_decoder"
        for width, paths in ((1, 1), (3, 2), (100, 3)):
            yield case(call, X(7, 2, 4), lengths(7, 4), width, paths, merge_repeated=merge, name=f"{word} {width}",
                       differentiate=False)  # fmt: skip
    yield case("nn.ctc_beam_search_decoder", X(7, 1, 3, low=-6, high=6), lengths(7), name="defaults",
               differentiate=False)  # fmt: skip
    yield case("nn.ctc_beam_search_decoder_v2", X(9, 2, 3), lengths(7, 9), top_paths=2, differentiate=False)
    for call in ("nn.ctc_greedy_decoder", "nn.ctc_beam_search_decoder"):
        yield case(call, X(3, 2, 4), lengths(3, 4), fails=True, name="too many steps")
        yield case(call, X(3, 2, 4), lengths(3), fails=True, name="lengths of another batch")


def changed() -> Iterator[Case]:
    rows = given([[1, 1, 2, 2, 1], [3, 3, 3, 1, 0], [0, 0, 0, 0, 0]], "int32")
    yield case("nn.collapse_repeated", rows, lengths(5, 4, 0), static=("full",))
    yield case("nn.ctc_unique_labels", rows, static=())


def words(rows: list[list[str]], shape: list[int]) -> Sparse:
    places = [[row, column] for row, items in enumerate(rows) for column in range(len(items))]
    return Sparse(places, given([item for items in rows for item in items], "string"), shape)


def distances() -> Iterator[Case]:
    call = "edit_distance"
    first = words([list("kitten"), list("ab"), [], ["x"]], [4, 6])
    second = words([list("sitting"), [], ["a"], ["x"]], [4, 7])
    for normalize in (True, False):
        yield case(call, first, second, normalize=normalize, name=f"words {normalize}")
    yield case(call, labels([1, 2, 3], [4]), labels([1, 3], [4, 5]), name="numbers")
    cube = Sparse([[0, 0, 0], [0, 1, 0], [1, 1, 1]], given([1, 2, 3], "int64"), [2, 2, 3])
    yield case(call, cube, Sparse([[0, 0, 0], [1, 0, 0]], given([1, 2], "int64"), [2, 2, 2]), name="cube")
    yield case(call, first, Sparse([[0]], given(["a"], "string"), [2]), fails=True, name="ranks")
