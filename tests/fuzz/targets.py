"""Every parser of files, with whole files to damage and the errors it may answer with.

A target's `parse` gets damaged bytes and a folder of its own. It may return or raise one of `allowed`; everything else
(IndexError, MemoryError, RecursionError, ...) is a finding. Where bytes are guarded by checksums, some targets damage
what is under them and sign it again, as a hostile writer would.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import pathlib
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from google.protobuf.message import DecodeError
from tensorboard.compat.proto import graph_pb2, tensor_pb2

import convflow as tf
from convflow.core import errors
from convflow.datasets import idx
from convflow.formats import (
    bundle,
    bundle_merge,
    bundle_v1,
    checkpoint_state,
    compression,
    event,
    saved_model,
    table,
    tensor_proto,
    tensor_slice,
    tfrecord,
)
from convflow.training import graph_io, meta_graph_import

GOLDEN = pathlib.Path(__file__).parent.parent / "golden"
Parse = Callable[[bytes, pathlib.Path], None]


@dataclasses.dataclass(frozen=True)
class Target:
    """A parser under test.

    Attributes:
        seeds: whole inputs.
        allowed: the errors it documents.
        named: whether the error's text must name the file, which is called "damaged".
    """

    seeds: list[bytes]
    parse: Parse
    allowed: tuple[type[Exception], ...] = (errors.OpError,)
    named: bool = True


def _golden(*names: str) -> list[bytes]:
    return [(GOLDEN / name).read_bytes() for name in names]


def _records(kind: str) -> Parse:
    def parse(data: bytes, folder: pathlib.Path) -> None:
        for _ in tfrecord.read_records(compression.reader(io.BytesIO(data), kind, "damaged"), "damaged"):
            pass

    return parse


def _records_in_gzip(data: bytes, folder: pathlib.Path) -> None:
    packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    _records("GZIP")(packer.compress(data) + packer.flush(), folder)


def _events(data: bytes, folder: pathlib.Path) -> None:
    (folder / "damaged").write_bytes(data)
    for _ in event.read_events(folder / "damaged"):
        pass


def _signed_events(data: bytes, folder: pathlib.Path) -> None:
    """The payload of a record, under a right checksum."""
    with (folder / "damaged").open("wb") as file:
        tfrecord.RecordWriter(file).write(data)
    for _ in event.read_events(folder / "damaged"):
        pass


def _table(data: bytes, folder: pathlib.Path) -> None:
    for _ in table.read_table(data, "damaged"):
        pass


def _read_all(reader: Any) -> None:
    for name in reader.names():
        try:
            reader.dtype(name), reader.shape(name), reader.read(name)
        except errors.OpError as error:
            assert "damaged" in error.message


def _bundle(source: str) -> Parse:
    """A damaged index beside whole data files."""

    def parse(data: bytes, folder: pathlib.Path) -> None:
        for path in (GOLDEN / "formats").glob(f"{source}.data-*"):
            (folder / path.name.replace(source, "damaged")).write_bytes(path.read_bytes())
        (folder / "damaged.index").write_bytes(data)
        _read_all(bundle.BundleReader(folder / "damaged"))

    return parse


def _entries(index: bytes) -> list[tuple[bytes, bytes]]:
    return list(table.read_table(index, "index"))


def _signed_bundle(source: str) -> Parse:
    """One damaged entry in an index that is signed again: the first 2 bytes choose which."""
    entries = _entries((GOLDEN / "formats" / f"{source}.index").read_bytes())

    def parse(data: bytes, folder: pathlib.Path) -> None:
        chosen = int.from_bytes(data[:2], "little") % len(entries)
        out = io.BytesIO()
        writer = table.TableWriter(out)
        for place, (key, value) in enumerate(entries):
            writer.add(key, data[2:] if place == chosen else value)
        writer.finish()
        _bundle(source)(out.getvalue(), folder)

    return parse


def _entry_seeds(source: str) -> list[bytes]:
    entries = _entries(*_golden(f"formats/{source}.index"))
    return [place.to_bytes(2, "little") + value for place, (_, value) in enumerate(entries)]


def _data(data: bytes, folder: pathlib.Path) -> None:
    """A damaged data file beside a whole index."""
    (folder / "damaged.index").write_bytes((GOLDEN / "formats" / "all_types.index").read_bytes())
    (folder / "damaged.data-00000-of-00001").write_bytes(data)
    _read_all(bundle.BundleReader(folder / "damaged"))


def _merge(data: bytes, folder: pathlib.Path) -> None:
    (folder / "damaged.index").write_bytes(data)
    (folder / "damaged.data-00000-of-00001").write_bytes(b"")
    bundle_merge.merge_bundles([str(folder / "damaged")], str(folder / "whole"))


def _v1(data: bytes, folder: pathlib.Path) -> None:
    (folder / "damaged").write_bytes(data)
    _read_all(bundle_v1.open_checkpoint(folder / "damaged"))


_V1_ENTRIES = _entries(*_golden("files/v1/old.ckpt"))


def _signed_v1(data: bytes, folder: pathlib.Path) -> None:
    chosen = int.from_bytes(data[:2], "little") % len(_V1_ENTRIES)
    out = io.BytesIO()
    writer = table.TableWriter(out)
    for place, (key, value) in enumerate(_V1_ENTRIES):
        writer.add(key, data[2:] if place == chosen else value)
    writer.finish()
    _v1(out.getvalue(), folder)


def _tensor_proto(data: bytes, folder: pathlib.Path) -> None:
    tensor_proto.make_ndarray(tensor_pb2.TensorProto.FromString(data))


def _tensor_protos() -> list[bytes]:
    arrays = [
        np.arange(6, dtype=np.float32).reshape(2, 3),
        np.array([b"a", b"bc"], object),
        np.int64(3),
        np.array([True]),
    ]
    arrays += [np.array([1 + 2j], np.complex64), np.zeros((0, 4), np.float16)]
    return [tensor_proto.make_tensor_proto(array).SerializeToString() for array in arrays]


def _graph(data: bytes, folder: pathlib.Path) -> None:
    (folder / "damaged").write_bytes(data)
    with tf.Graph().as_default():
        tf.import_graph_def(graph_io.read_graph(folder / "damaged"))


_WHOLE = graph_pb2.GraphDef.FromString(*_golden("files/frozen/whole.pb"))


def _node(data: bytes, folder: pathlib.Path) -> None:
    """One damaged node of a graph: the first 2 bytes choose which."""
    graph = graph_pb2.GraphDef()
    graph.CopyFrom(_WHOLE)
    graph.node[int.from_bytes(data[:2], "little") % len(graph.node)].ParseFromString(data[2:])
    with tf.Graph().as_default():
        tf.import_graph_def(graph)


def _meta(data: bytes, folder: pathlib.Path) -> None:
    (folder / "damaged").write_bytes(data)
    with tf.Graph().as_default():
        meta_graph_import.import_meta_graph(folder / "damaged")


def _saved_model(data: bytes, folder: pathlib.Path) -> None:
    made = folder / "damaged"
    made.mkdir()
    for part in ("variables", "assets"):
        (made / part).symlink_to(GOLDEN / "files" / "saved_model" / part)
    (made / saved_model.FILENAME_PB).write_bytes(data)
    with tf.Graph().as_default(), tf.Session() as session:
        tf.saved_model.loader.load(session, [tf.saved_model.tag_constants.SERVING], str(made))


def _state(data: bytes, folder: pathlib.Path) -> None:
    (folder / "checkpoint").write_bytes(data)
    checkpoint_state.read_checkpoint_state(folder)


def _payloads(name: str) -> list[bytes]:
    return list(tfrecord.read_records(io.BytesIO(*_golden(name)), name))


def _runner(make: Callable[[Any], Any]) -> Parse:
    """Runs what `make` builds of a string placeholder."""
    state: list[Any] = []

    def parse(data: bytes, folder: pathlib.Path) -> None:
        if not state:
            with tf.Graph().as_default() as graph:
                text = tf.placeholder(tf.string, [])
                state.extend((text, make(text), tf.Session(graph=graph)))
        text, fetches, session = state
        session.run(fetches, {text: data})

    return parse


def _example(text: Any) -> Any:
    wanted = {
        "label": tf.FixedLenFeature([], tf.int64, -1),
        "text": tf.VarLenFeature(tf.string),
        "rates": tf.FixedLenFeature([2], tf.float32, [0.0, 0.0]),
        "many": tf.FixedLenSequenceFeature([], tf.int64, allow_missing=True),
    }
    return tf.parse_single_example(text, wanted), tf.parse_example([text, text], wanted)


def _sequence(text: Any) -> Any:
    context = {"length": tf.FixedLenFeature([], tf.int64, 0)}
    steps = {
        "pairs": tf.FixedLenSequenceFeature([2], tf.int64, allow_missing=True),
        "words": tf.VarLenFeature(tf.string),
        "some": tf.VarLenFeature(tf.float32),
    }
    return tf.parse_single_sequence_example(text, context, steps)


def _csv(text: Any) -> Any:
    return tf.decode_csv(text, [[0], [0.5], [""]])


def _csv_file(data: bytes, folder: pathlib.Path) -> None:
    path = folder / "damaged.csv"
    path.write_bytes(data)
    with tf.Graph().as_default(), tf.Session() as session:
        rows = tf.data.experimental.CsvDataset(str(path), [tf.int32, [0.5], [""]], header=True)
        step = tf.data.make_one_shot_iterator(rows).get_next()
        with contextlib.suppress(tf.errors.OutOfRangeError):
            while True:
                session.run(step)


def _pictures() -> list[bytes]:
    picture = np.arange(8 * 8 * 3, dtype=np.uint8).reshape(8, 8, 3)
    with tf.Graph().as_default(), tf.Session() as session:
        made = session.run([tf.image.encode_jpeg(picture), tf.image.encode_png(picture)])
    from PIL import Image

    for kind in ("GIF", "BMP"):
        out = io.BytesIO()
        Image.fromarray(picture).save(out, kind)
        made.append(out.getvalue())
    wide = np.zeros((2, 2, 3), np.uint16)
    with tf.Graph().as_default(), tf.Session() as session:
        return [*made, session.run(tf.image.encode_png(wide))]


def _idx(data: bytes, folder: pathlib.Path) -> None:
    idx.parse(data, "damaged")


def _slice(data: bytes, folder: pathlib.Path) -> None:
    tensor_slice.parse_shape_and_slice(data.decode("latin-1"))


_GRAPH_ERRORS = (errors.OpError, ValueError, TypeError)
TARGETS: dict[str, Target] = {
    "records": Target(_golden("files/records/examples"), _records("")),
    "records_gzip": Target(_golden("files/records/examples.gzip"), _records("GZIP")),
    "records_zlib": Target(_golden("files/records/examples.zlib"), _records("ZLIB")),
    "records_in_gzip": Target(_golden("files/records/examples"), _records_in_gzip),
    "events": Target(_golden("formats/events.out.tfevents"), _events),
    "events_signed": Target(_payloads("formats/events.out.tfevents"), _signed_events),
    "table": Target(_golden("formats/all_types.index", "files/v1/old.ckpt"), _table),
    "bundle": Target(_golden("formats/all_types.index"), _bundle("all_types")),
    "bundle_signed": Target(_entry_seeds("all_types"), _signed_bundle("all_types")),
    "bundle_slices": Target(_entry_seeds("partitioned"), _signed_bundle("partitioned")),
    "bundle_data": Target(_golden("formats/all_types.data-00000-of-00001"), _data),
    "bundle_merge": Target(_golden("formats/all_types.index"), _merge),
    "bundle_v1": Target(_golden("files/v1/old.ckpt"), _v1),
    "bundle_v1_signed": Target(
        [place.to_bytes(2, "little") + value for place, (_, value) in enumerate(_V1_ENTRIES)], _signed_v1
    ),
    "tensor_proto": Target(_tensor_protos(), _tensor_proto, (DecodeError, TypeError, ValueError), named=False),
    "graph": Target(_golden("files/frozen/frozen.pb", "files/frozen/whole.pb"), _graph, _GRAPH_ERRORS, named=False),
    "node": Target(
        [place.to_bytes(2, "little") + node.SerializeToString() for place, node in enumerate(_WHOLE.node)],
        _node,
        (*_GRAPH_ERRORS, DecodeError),
        named=False,
    ),
    "meta": Target(_golden("files/meta/model.meta"), _meta, (*_GRAPH_ERRORS, OSError)),
    "saved_model": Target(
        _golden("files/saved_model/saved_model.pb"), _saved_model, (*_GRAPH_ERRORS, OSError, RuntimeError)
    ),
    "checkpoint_state": Target(
        [b'model_checkpoint_path: "model-3"\nall_model_checkpoint_paths: "model-3"\nlast_preserved_timestamp: 0.5\n'],
        _state,
        named=False,
    ),
    "example": Target(_payloads("files/records/examples"), _runner(_example), named=False),
    "sequence_example": Target(_payloads("files/records/sequences"), _runner(_sequence), named=False),
    "csv": Target([b'1,2.5,"a ""b"""', b",,"], _runner(_csv), named=False),
    "csv_file": Target([b'a,b,c\n1,2.5,"a ""b"""\n2,,\r\n3,1,"x\ny"\n'], _csv_file),
    "pictures": Target(_pictures(), _runner(tf.image.decode_image), named=False),
    "idx": Target([b"\0\0\x08\x03\0\0\0\1\0\0\0\2\0\0\0\2abcd"], _idx),
    "slice_text": Target([b"4 2 0,2:-", b"3 3 -:0,1"], _slice, named=False),
}
