"""Tables that change; node types and names are TensorFlow's."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

import convflow as tf

lookup = tf.contrib.lookup


@pytest.fixture(autouse=True)
def graph() -> Any:
    with tf.Graph().as_default() as graph:
        yield graph


def _nodes(graph: Any) -> list[tuple[str, str]]:
    return [(op.type, op.name) for op in graph.get_operations() if op.type != "Const"]


def test_insert_look_up_and_remove(graph: Any) -> None:
    table = lookup.MutableHashTable(tf.string, tf.int64, -1)
    keys = tf.constant(["a", "b", "c"])
    insert, found, size = table.insert(["a", "b"], [1, 2]), table.lookup(keys), table.size()
    exported, removed = table.export(), table.remove(["a"])
    assert _nodes(graph) == [
        ("MutableHashTableV2", "MutableHashTable"),
        ("LookupTableExportV2", "MutableHashTable_lookup_table_export_values/LookupTableExportV2"),
        ("LookupTableInsertV2", "MutableHashTable_lookup_table_insert/LookupTableInsertV2"),
        ("LookupTableFindV2", "MutableHashTable_lookup_table_find/LookupTableFindV2"),
        ("LookupTableSizeV2", "MutableHashTable_Size/LookupTableSizeV2"),
        ("LookupTableExportV2", "MutableHashTable_lookup_table_export_values_1/LookupTableExportV2"),
        ("LookupTableRemoveV2", "MutableHashTable_lookup_table_remove/LookupTableRemoveV2"),
    ]
    with tf.Session() as session:
        assert session.run(found).tolist() == [-1, -1, -1]
        session.run(insert)
        assert session.run(found).tolist() == [1, 2, -1]
        names, numbers = session.run(exported)
        assert dict(zip(names.tolist(), numbers.tolist(), strict=True)) == {b"a": 1, b"b": 2}
        session.run(removed)
        assert session.run([found, size])[0].tolist() == [-1, 2, -1]
        assert session.run(size) == 1


def test_values_may_be_vectors() -> None:
    table = lookup.MutableHashTable(tf.int64, tf.float32, [0.0, 0.0], name="vec", checkpoint=False)
    one_two = tf.constant([1, 2], tf.int64)
    insert, found = table.insert(tf.constant([1], tf.int64), [[2.0, 3.0]]), table.lookup(one_two)
    assert found.shape.as_list() == [2, 2]
    with tf.Session() as session:
        session.run(insert)
        assert session.run(found).tolist() == [[2, 3], [0, 0]]


def test_dense_tables() -> None:
    table = lookup.MutableDenseHashTable(tf.int64, tf.int64, -1, empty_key=0, deleted_key=-1, checkpoint=False)
    four = tf.constant([4], tf.int64)
    insert, found, removed = table.insert(four, [5]), table.lookup(four), table.remove(four)
    with tf.Session() as session:
        session.run(insert)
        assert session.run(found).tolist() == [5]
        session.run(removed)
        assert session.run(found).tolist() == [-1]


def test_keys_of_another_type_are_refused() -> None:
    table = lookup.MutableHashTable(tf.string, tf.int64, -1, checkpoint=False)
    for refused in (table.lookup, table.remove, lambda keys: table.insert(keys, [1])):
        with pytest.raises(TypeError, match="Keys must be dtype string, got int32"):
            refused(tf.constant([1]))


def test_compat_v2_names_the_classes() -> None:
    assert isinstance(tf.constant(1), importlib.import_module("convflow.api.compat.v2").Tensor)
    assert isinstance(tf.get_variable("v", [1]), importlib.import_module("convflow.api.compat.v2").Variable)
