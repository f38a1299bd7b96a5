"""Reads hostile files with little memory: hostile.py FOLDER. A line for each: what it is, and the error or "read"."""

from __future__ import annotations

import gzip
import io
import resource
import shutil
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from google.protobuf import text_format
from tensorboard.compat.proto import graph_pb2

import convflow as tf
from convflow.core import errors
from convflow.formats import bundle, checkpoint_state, crc, messages, saved_model, table, tensor_slice, varint
from convflow.formats.record_file import read_file
from convflow.training import graph_io

FOLDER = Path(sys.argv[1])
GOLDEN = Path(__file__).parent.parent / "golden"
ROOM = 1 << 28
BOMB = 1 << 29
CASES: dict[str, Callable[[], Any]] = {}


def case(name: str) -> Callable[[Callable[[], Any]], None]:
    return lambda function: CASES.update({name: function})


def header(length: int) -> bytes:
    data = struct.pack("<Q", length)
    return data + struct.pack("<I", crc.masked_crc32c(data))


def gzipped(path: Path, start: bytes, zeros: int) -> Path:
    packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    block = bytes(1 << 20)
    with path.open("wb") as file:
        file.write(packer.compress(start))
        for _ in range(zeros >> 20):
            file.write(packer.compress(block))
        file.write(packer.flush())
    return path


def records(path: Path, kind: str = "") -> None:
    for _ in read_file(str(path), kind):
        pass


@case("record of 2^63 bytes")
def _() -> None:
    (FOLDER / "huge").write_bytes(header(1 << 63))
    records(FOLDER / "huge")


@case("record of 2^63 bytes in GZIP")
def _() -> None:
    records(gzipped(FOLDER / "huge.gz", header(1 << 63), 0), "GZIP")


@case("record of 2 GiB that is not there")
def _() -> None:
    (FOLDER / "short").write_bytes(header(1 << 31) + b"few")
    records(FOLDER / "short")


@case("bomb in GZIP")
def _() -> None:
    records(gzipped(FOLDER / "bomb.gz", header(BOMB), BOMB), "GZIP")


@case("line without end in GZIP")
def _() -> None:
    line = tf.data.TextLineDataset(str(gzipped(FOLDER / "lines.gz", b"", BOMB)), "GZIP")
    with tf.Session() as session:
        session.run(line.make_one_shot_iterator().get_next())


@case("CSV field without end in GZIP")
def _() -> None:
    path = FOLDER / "fields.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b'1,"')
        for _ in range(2**10):
            file.write(b"x" * 2**19 + b"\n")
    data = tf.data.experimental.CsvDataset(str(path), [tf.int32, tf.string], compression_type="GZIP")
    step = tf.data.make_one_shot_iterator(data).get_next()
    with tf.Session() as session:
        session.run(step)


@case("table of 2^63 blocks")
def _() -> None:
    handle = varint.encode((1 << 63) - 1) + varint.encode((1 << 63) - 1)
    data = bytes(20) + (handle + handle).ljust(40, b"\0") + struct.pack("<Q", table.MAGIC)
    list(table.read_table(data, str(FOLDER / "table")))


def _bundle(name: str, entries: dict[bytes, Any]) -> None:
    out = io.BytesIO()
    writer = table.TableWriter(out)
    writer.add(b"", messages.BundleHeaderProto(num_shards=1).SerializeToString())
    for key in sorted(entries):
        writer.add(key, entries[key].SerializeToString())
    writer.finish()
    prefix = FOLDER / name
    Path(bundle.index_path(str(prefix))).write_bytes(out.getvalue())
    Path(bundle.data_path(str(prefix))).write_bytes(b"0123456789a")
    bundle.BundleReader(prefix).read("w")


def _entry(*sizes: int, dtype: int = 1, size: int = 0, shard: int = 0, checksum: int = 0) -> Any:
    entry = messages.BundleEntryProto(dtype=dtype, size=size, shard_id=shard, crc32c=checksum)
    for each in sizes:
        entry.shape.dim.add(size=each)
    return entry


@case("tensor of 2^80 elements")
def _() -> None:
    _bundle("shape", {b"w": _entry(1 << 40, 1 << 40, size=8)})


@case("slices of a tensor of 2^60 elements")
def _() -> None:
    part = tensor_slice.TensorSlice(((0, 2), (0, 1)))
    whole = _entry(1 << 30, 1 << 30)
    whole.slices.append(part.as_proto())
    checksum = crc.mask(crc.extend(0, b"01234567"))
    _bundle("sliced", {b"w": whole, tensor_slice.slice_key(b"w", part): _entry(2, 1, size=8, checksum=checksum)})


@case("strings of 2^62")
def _() -> None:
    _bundle("strings", {b"w": _entry(1 << 62, dtype=7, size=11)})


@case("shard above all")
def _() -> None:
    _bundle("shard", {b"w": _entry(2, size=8, shard=(1 << 31) - 1)})


DEPTH = 20_000
DEEP = "attr { key: 'a' value " + "{ func { attr { key: 'a' value " * DEPTH + "{}" + "} } }" * DEPTH + "}"


@case("graph text nested 20,000 deep")
def _() -> None:
    (FOLDER / "deep.pbtxt").write_text(f"node {{ {DEEP} }}")
    graph_io.read_graph(FOLDER / "deep.pbtxt")


@case("graph nested 20,000 deep")
def _() -> None:
    data = b""
    for _ in range(DEPTH):
        # AttrValue.func, NameAttrList.attr, and the value of that map's entry.
        for tag in (b"\x12", b"\x12", b"\x52"):
            data = tag + varint.encode(len(data)) + data
    for tag in (b"\x12", b"\x2a", b"\x0a"):
        data = tag + varint.encode(len(data)) + data
    (FOLDER / "deep.pb").write_bytes(data)
    graph_io.read_graph(FOLDER / "deep.pb")


@case("meta text nested 20,000 deep")
def _() -> None:
    (FOLDER / "deep.meta").write_text(f"graph_def {{ node {{ {DEEP} }} }}")
    tf.train.import_meta_graph(str(FOLDER / "deep.meta"))


@case("saved model text nested 20,000 deep")
def _() -> None:
    (FOLDER / "saved_model.pbtxt").write_text(f"meta_graphs {{ graph_def {{ node {{ {DEEP} }} }} }}")
    saved_model.read(FOLDER)


@case("state nested 100,000 deep")
def _() -> None:
    (FOLDER / "checkpoint").write_text("model_checkpoint_path {" * 100_000)
    checkpoint_state.read_checkpoint_state(FOLDER)


def graph(text: str, fetch: str | None = None) -> None:
    proto = text_format.Parse(text, graph_pb2.GraphDef())
    with tf.Graph().as_default(), tf.Session() as session:
        tf.import_graph_def(proto, name="")
        if fetch:
            session.run(fetch)


FLOAT = 'attr { key: "T" value { type: DT_FLOAT } }'


@case("nodes in a ring")
def _() -> None:
    graph(
        f'node {{ name: "a" op: "Identity" input: "b" {FLOAT} }} node {{ name: "b" op: "Identity" input: "a" {FLOAT} }}'
    )


@case("loop without a beginning")
def _() -> None:
    count = 'attr { key: "N" value { i: 2 } }'
    graph(
        f'node {{ name: "m" op: "Merge" input: "n" input: "n" {FLOAT} {count} }}'
        f'node {{ name: "n" op: "NextIteration" input: "m" {FLOAT} }}'
    )


@case("two nodes of a name")
def _() -> None:
    graph('node { name: "a" op: "NoOp" } node { name: "a" op: "NoOp" }')


@case("node of 2^63 outputs")
def _() -> None:
    number = 'attr { key: "num_split" value { i: 9223372036854775807 } }'
    axis = 'node { name: "i" op: "Placeholder" attr { key: "dtype" value { type: DT_INT32 } } }'
    graph(
        f'{axis} node {{ name: "x" op: "Placeholder" attr {{ key: "dtype" value {{ type: DT_FLOAT }} }} }}'
        f'node {{ name: "n" op: "Split" input: "i" input: "x" {FLOAT} {number} }}'
    )


@case("node name that breaks out")
def _() -> None:
    graph('node { name: "a b" op: "NoOp" }')


def constant(name: str, kind: str, sizes: list[int], *given: int) -> str:
    shape = "".join(f"dim {{ size: {size} }} " for size in sizes)
    field = "float_val" if kind == "DT_FLOAT" else "int64_val"
    values = "".join(f"{field}: {value} " for value in given)
    tensor = f"tensor {{ dtype: {kind} tensor_shape {{ {shape} }} {values} }}"
    return (
        f'node {{ name: "{name}" op: "Const" attr {{ key: "dtype" value {{ type: {kind} }} }} '
        f'attr {{ key: "value" value {{ {tensor} }} }} }}'
    )


LARGE = [1 << 20, 1 << 20]


@case("constant of 2^40 elements, imported")
def _() -> None:
    graph(constant("c", "DT_FLOAT", LARGE, 1))


@case("constant of 2^40 elements, run")
def _() -> None:
    graph(constant("c", "DT_FLOAT", LARGE, 1), "c:0")


@case("constant of 2^40 elements, two of them given")
def _() -> None:
    graph(constant("c", "DT_FLOAT", LARGE, 1, 2))


@case("range of 2^62")
def _() -> None:
    ends = "".join(constant(name, "DT_INT64", [], value) for name, value in (("a", 0), ("b", 1 << 62), ("d", 1)))
    node = (
        'node { name: "r" op: "Range" input: "a" input: "b" input: "d" attr { key: "Tidx" value { type: DT_INT64 } } }'
    )
    shaped = (
        'node { name: "q" op: "Reshape" input: "d" input: "r" attr { key: "T" value { type: DT_INT64 } } '
        'attr { key: "Tshape" value { type: DT_INT64 } } }'
    )
    graph(ends + node + shaped, "q:0")


@case("asset that breaks out")
def _() -> None:
    folder = FOLDER / "model"
    shutil.copytree(GOLDEN / "files" / "saved_model", folder)
    model = saved_model.SavedModel.FromString((folder / "saved_model.pb").read_bytes())
    listed = model.meta_graphs[0].asset_file_def
    listed.add(filename="../../secret").tensor_info.name = "asset:0"
    (folder / "saved_model.pb").write_bytes(model.SerializeToString())
    with tf.Graph().as_default(), tf.Session() as session:
        tf.saved_model.loader.load(session, model.meta_graphs[0].meta_info_def.tags, str(folder))


@case("picture of 2^30 pixels")
def _() -> None:
    start = b"\x89PNG\r\n\x1a\n"
    body = b"IHDR" + struct.pack(">IIBBBBB", 1 << 15, 1 << 15, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    data = struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    with tf.Session() as session:
        session.run(tf.image.decode_png(start + chunk + data))


def main() -> None:
    with tf.Session() as session:
        session.run(tf.constant(1.0) + 1.0)  # loads what a run needs
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + ROOM, used + ROOM))
    for name, run in CASES.items():
        try:
            run()
            answer = "read"
        except (errors.OpError, OSError, TypeError, ValueError) as error:
            answer = f"{type(error).__name__} {error}"
        print(name, " ".join(answer.split()), sep="\t", flush=True)


if __name__ == "__main__":
    main()
