"""Tables that change; node types and names are TensorFlow's."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

import convflow as tf
from convflow.graph.apply import apply_op

lookup = tf.contrib.lookup
GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "training"


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


@pytest.mark.parametrize("kind", ["HashTable", "MutableHashTable"])
def test_nodes_of_old_graphs_keep_their_tables_behind_references(graph: Any, kind: str) -> None:
    table = apply_op(kind, key_dtype=tf.string, value_dtype=tf.int64, name="table")
    assert (table.dtype, table.shape.as_list()) == (tf.string._as_ref, [2])
    keys, numbers = tf.constant(["a", "b"]), tf.constant([1, 2], tf.int64)
    if kind == "HashTable":
        fill = apply_op("InitializeTable", table_handle=table, keys=keys, values=numbers)
    else:
        fill = apply_op("LookupTableInsert", table_handle=table, keys=keys, values=numbers)
    other = tf.constant(-1, tf.int64)
    apply_op("LookupTableFind", table_handle=table, keys=tf.constant(["b", "c"]), default_value=other, name="find")
    apply_op("LookupTableSize", table_handle=table, name="size")
    apply_op("LookupTableExport", table_handle=table, Tkeys=tf.string, Tvalues=tf.int64, name="export")
    with tf.Graph().as_default() as imported:
        tf.import_graph_def(graph.as_graph_def(), name="")
        with tf.Session() as session:
            session.run(imported.get_operation_by_name(fill.name))
            found, size, exported = session.run(["find:0", "size:0", "export:1"])
    assert (found.tolist(), size, sorted(exported.tolist())) == ([2, -1], 2, [1, 2])


def test_an_old_graph_fills_its_table_from_a_file(graph: Any, tmp_path: Any) -> None:
    path = tmp_path / "words.txt"
    path.write_text("x\ny\n")
    table = apply_op("HashTable", key_dtype=tf.string, value_dtype=tf.int64)
    fill = apply_op("InitializeTableFromTextFile", table_handle=table, filename=str(path), key_index=-2, value_index=-1)
    wanted = {"keys": tf.constant(["y"]), "default_value": tf.constant(-1, tf.int64)}
    found = apply_op("LookupTableFind", table_handle=table, **wanted)
    with tf.Session() as session:
        with pytest.raises(tf.errors.FailedPreconditionError, match="Table not initialized"):
            session.run(found)
        session.run(fill)
        assert session.run(found).tolist() == [1]


def test_an_old_table_of_vectors_is_filled_at_once() -> None:
    table = apply_op("MutableHashTableOfTensors", key_dtype=tf.string, value_dtype=tf.float32, value_shape=[2])
    keys, rows = tf.constant(["a", "b"]), tf.constant([[1.0, 2.0], [3.0, 4.0]])
    fill = apply_op("LookupTableImport", table_handle=table, keys=keys, values=rows)
    wanted = {"keys": tf.constant(["b", "c"]), "default_value": tf.constant([0.0, 0.0])}
    found = apply_op("LookupTableFind", table_handle=table, **wanted)
    with tf.Session() as session:
        session.run(fill)
        assert session.run(found).tolist() == [[3.0, 4.0], [0.0, 0.0]]


def test_dense_hash_table_under_its_later_name():
    with tf.Graph().as_default(), tf.Session() as session:
        table = tf.lookup.experimental.DenseHashTable(
            tf.int64, tf.int64, default_value=-1, empty_key=0, deleted_key=-1, checkpoint=False
        )
        keys = tf.constant([3, 5], tf.int64)
        insert, erase = table.insert_or_assign(keys, keys * 10), table.erase(tf.constant([3], tf.int64))
        found = table[tf.constant([3, 4], tf.int64)]
        session.run(insert)
        assert (session.run(found).tolist(), session.run(table.size())) == ([30, -1], 2)
        session.run(erase)
        assert (session.run(found).tolist(), session.run(table.size())) == ([-1, -1], 1)
        assert table.name == "MutableDenseHashTable"


def test_savers_save_contents_under_tensorflow_names(graph: Any, tmp_path: Any) -> None:
    with tf.name_scope("scope"):
        words = lookup.MutableHashTable(tf.string, tf.int64, -1)
        vectors = lookup.MutableHashTable(tf.int64, tf.float32, [0.0, 0.0], name="vectors")
    lookup.MutableHashTable(tf.int64, tf.int64, 0, name="forgotten", checkpoint=False)
    saver = tf.train.Saver()
    restores = [op.name for op in graph.get_operations() if op.type == "LookupTableImportV2"]
    assert restores == [f"save/{name}_table_restore/LookupTableImportV2" for name in ("MutableHashTable", "vectors")]
    one, two = tf.constant([1], tf.int64), tf.constant([2], tf.int64)
    fill = [words.insert(["a"], [7]), vectors.insert(one, [[1.0, 2.0]])]
    more = [words.insert(["a", "b"], [8, 9]), vectors.insert(two, [[5.0, 5.0]])]
    found = [words.lookup(tf.constant(["a", "b"])), vectors.lookup(tf.concat([one, two], 0))]
    with tf.Session() as session:
        session.run(fill)
        path = saver.save(session, str(tmp_path / "model.ckpt"))
        session.run(more)
        saver.restore(session, path)
        numbers, rows = session.run(found)
        assert (numbers.tolist(), rows.tolist()) == ([7, -1], [[1, 2], [0, 0]])
    sizes = dict(tf.train.list_variables(path))
    assert sizes == {
        "MutableHashTable-keys": [1], "MutableHashTable-values": [1], "vectors-keys": [1], "vectors-values": [1, 2],
    }  # fmt: skip


@pytest.mark.parametrize("imported", [False, True])
def test_checkpoints_of_tables_that_tensorflow_wrote(imported: bool) -> None:
    path = str(GOLDEN / "tables" / "model.ckpt")
    if imported:
        saver = tf.train.import_meta_graph(f"{path}.meta")
    else:
        words = lookup.MutableHashTable(tf.string, tf.int64, -1)
        places: dict[str, Any] = {"empty_key": 0, "deleted_key": -1}
        dense = lookup.MutableDenseHashTable(tf.int64, tf.float32, [0.0, 0.0], name="dense", **places)
        found = [words.lookup(tf.constant(["a", "b", "c"])), dense.lookup(tf.constant([5, 6], tf.int64)), dense.size()]
        saver = tf.train.Saver()
    with tf.Session() as session:
        saver.restore(session, path)
        if imported:
            exported = [
                f"{name}_lookup_table_export_values/LookupTableExportV2:1" for name in ("MutableHashTable", "dense")
            ]
            numbers, rows = session.run(exported)
            assert (sorted(numbers.tolist()), rows.tolist()) == ([1, 2], [[2, 3]])
        else:
            numbers, rows, size = session.run(found)
            assert (numbers.tolist(), rows.tolist(), size) == ([1, 2, -1], [[2, 3], [0, 0]], 1)


def test_of_tables_with_one_name_the_last_is_saved(tmp_path: Any) -> None:
    tables = [lookup.MutableHashTable(tf.string, tf.int64, -1) for _ in range(2)]
    saver = tf.train.Saver()
    with tf.Session() as session:
        session.run([table.insert(["a"], [number]) for number, table in enumerate(tables)])
        path = saver.save(session, str(tmp_path / "model.ckpt"))
    assert tf.train.load_variable(path, "MutableHashTable-values").tolist() == [1]
