from __future__ import annotations

import pytest
from tensorboard.compat.proto import summary_pb2

from convflow.core import logging
from convflow.graph.collections import GraphKeys
from convflow.graph.graph import Graph
from convflow.graph.scopes import name_scope
from convflow.ops.array.constant import constant
from convflow.runtime.session import Session
from convflow.training import summaries


def tags(data: bytes) -> list[str]:
    return [value.tag for value in summary_pb2.Summary.FromString(data).value]


def test_a_tag_is_the_name_within_its_scopes(session: Session) -> None:
    with name_scope("train"):
        first = summaries.scalar("loss", 1.0)
        second = summaries.scalar("loss", 1.0)
        family = summaries.scalar("loss", 1.0, family="losses")
    assert [tags(session.run(node)) for node in (first, second, family)] == [
        ["train/loss"],
        ["train/loss_1"],
        ["losses/train/losses/loss"],
    ]


def test_characters_that_tags_may_not_have(session: Session, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "tensorflow")
    assert tags(session.run(summaries.scalar("/top 1:5", 1.0))) == ["top_1_5"]
    assert "Summary name /top 1:5 is illegal; using top_1_5 instead." in caplog.text


def test_merge_all_takes_a_collection_or_a_scope(session: Session) -> None:
    assert summaries.merge_all() is None
    summaries.scalar("a", 1.0)
    with name_scope("scope"):
        summaries.histogram("b", [1.0])
    summaries.scalar("c", 1.0, collections=["mine"])
    assert tags(session.run(summaries.merge_all())) == ["a", "scope/b"]
    assert tags(session.run(summaries.merge_all(scope="scope"))) == ["scope/b"]
    assert tags(session.run(summaries.merge_all("mine"))) == ["c"]
    assert summaries.merge_all("none") is None


def test_a_merged_summary_joins_only_the_collections_named(graph: Graph) -> None:
    part = summaries.scalar("a", 1.0)
    merged = summaries.merge([part], collections=["merged"], name="all")
    assert merged.name == "all/all:0"
    assert graph.get_collection("merged") == [merged]
    assert graph.get_collection(GraphKeys.SUMMARIES) == [part]


def test_text_is_of_strings(graph: Graph) -> None:
    with pytest.raises(ValueError, match="Expected tensor Const:0 to have dtype string, got int32"):
        summaries.text("note", constant(1))


def test_a_tensor_summary_has_a_display_name(session: Session) -> None:
    node = summaries.tensor_summary("t", constant([1.0, 2.0]), display_name="shown", family="f")
    (value,) = summary_pb2.Summary.FromString(session.run(node)).value
    assert (value.tag, value.metadata.display_name) == ("f/f/t", "shown")
    assert value.tensor.tensor_shape.dim[0].size == 2
