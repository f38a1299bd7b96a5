"""Shapes, slices, joins and lookups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from convflow.graph.operation import Operation
from convflow.tools.export import refuse
from convflow.tools.export.builder import Builder, converter


def int64(b: Builder, values: Sequence[int]) -> str:
    return b.constant(np.array(values, np.int64))


def _cast_to(op: Operation, index: int = 0) -> np.dtype[Any]:
    return np.dtype(op.outputs[index].dtype.as_numpy_dtype)


@converter("Reshape")
def _reshape(b: Builder, op: Operation) -> None:
    # What is made may be better known than what was asked for.
    made = op.outputs[0].shape
    if made.rank is not None and b.known(op.inputs[1]) is None and made.as_list().count(None) == 1:
        wanted = int64(b, [-1 if size is None else size for size in made.as_list()])
    else:
        wanted = b.shape_argument(op, 1)
    b.emit(op, "Reshape", [b.input(op, 0), wanted])


@converter("Squeeze")
def _squeeze(b: Builder, op: Operation) -> None:
    sizes = b.sizes(op)
    axes = [int(axis) % len(sizes) for axis in op.attrs["squeeze_dims"]]
    if not axes:
        if None in sizes:
            raise refuse.unknown_shape(op, op.inputs[0], "which sizes are 1")
        axes = [axis for axis, size in enumerate(sizes) if size == 1]
    if axes:
        b.emit(op, "Squeeze", [b.input(op, 0), int64(b, sorted(axes))])
    else:
        b.alias(op.outputs[0], b.input(op, 0))


@converter("ExpandDims")
def _expand_dims(b: Builder, op: Operation) -> None:
    axis = b.ints(op, 1)[0] % (b.rank(op) + 1)
    b.emit(op, "Unsqueeze", [b.input(op, 0), int64(b, [axis])])


@converter("Transpose")
def _transpose(b: Builder, op: Operation) -> None:
    b.emit(op, "Transpose", [b.input(op, 0)], perm=b.ints(op, 1))


@converter("ConcatV2")
def _concat(b: Builder, op: Operation) -> None:
    last = len(op.inputs) - 1
    _join(b, op, range(last), b.ints(op, last)[0] % b.rank(op))


@converter("Concat")
def _old_concat(b: Builder, op: Operation) -> None:
    _join(b, op, range(1, len(op.inputs)), b.ints(op, 0)[0] % b.rank(op, 1))


def _join(b: Builder, op: Operation, indices: Sequence[int], axis: int) -> None:
    b.emit(op, "Concat", [b.input(op, index) for index in indices], axis=axis)


@converter("Split")
def _split(b: Builder, op: Operation) -> None:
    rank, count = b.rank(op, 1), int(op.attrs["num_split"])
    axis = b.ints(op, 0)[0] % rank
    size = b.sizes(op, 1)[axis]
    if size is None:
        raise refuse.unknown_shape(op, op.inputs[1], f"the size of axis {axis}")
    b.emit(op, "Split", [b.input(op, 1), int64(b, [size // count] * count)], axis=axis)


@converter("SplitV")
def _split_sizes(b: Builder, op: Operation) -> None:
    axis = b.ints(op, 2)[0] % b.rank(op)
    sizes = [tensor.shape.as_list()[axis] for tensor in op.outputs]
    if None in sizes:
        raise refuse.unknown_shape(op, op.inputs[0], f"the size of axis {axis}")
    b.emit(op, "Split", [b.input(op, 0), int64(b, [int(size or 0) for size in sizes])], axis=axis)


@converter("Pack")
def _pack(b: Builder, op: Operation) -> None:
    rank = b.rank(op)
    axis = int(op.attrs["axis"]) % (rank + 1)
    parts = [b.node("Unsqueeze", [b.input(op, index), int64(b, [axis])], rank + 1) for index in range(len(op.inputs))]
    b.emit(op, "Concat", parts, axis=axis)


@converter("Unpack")
def _unpack(b: Builder, op: Operation) -> None:
    axis = int(op.attrs["axis"]) % b.rank(op)
    name = b.input(op, 0)
    for index, tensor in enumerate(op.outputs):
        b.alias(tensor, b.node("Gather", [name, b.constant(np.asarray(index, np.int64))], b.rank(op) - 1, axis=axis))


@converter("Slice")
def _slice(b: Builder, op: Operation) -> None:
    begins, lengths = b.ints(op, 1), b.ints(op, 2)
    # The largest int64 is ONNX's way to say "to the end".
    far = np.iinfo(np.int64).max
    ends = [far if size == -1 else begin + size for begin, size in zip(begins, lengths, strict=True)]
    _cut(b, op, begins, ends, list(range(len(begins))), [1] * len(begins))


def _cut(b: Builder, op: Operation, *arguments: list[int]) -> None:
    b.emit(op, "Slice", [b.input(op, 0), *(int64(b, each) for each in arguments)])


@converter("StridedSlice")
def _strided_slice(b: Builder, op: Operation) -> None:
    parts = _Subscripts(op, b.rank(op), b.ints(op, 1), b.ints(op, 2), b.ints(op, 3))
    name, rank = b.input(op, 0), b.rank(op)
    if parts.axes:
        arguments = (parts.begins, parts.ends, parts.axes, parts.strides)
        name = b.node("Slice", [name, *(int64(b, each) for each in arguments)], rank)
    if parts.dropped:
        rank -= len(parts.dropped)
        name = b.node("Squeeze", [name, int64(b, parts.dropped)], rank)
    if parts.added:
        name = b.node("Unsqueeze", [name, int64(b, parts.added)], rank + len(parts.added))
    b.alias(op.outputs[0], name)


class _Subscripts:
    """What `x[...]` asks for, axis by axis: cuts, then axes that go, then new ones."""

    def __init__(self, op: Operation, rank: int, begins: list[int], ends: list[int], strides: list[int]) -> None:
        masks = {key: int(op.attrs[f"{key}_mask"]) for key in ("begin", "end", "ellipsis", "new_axis", "shrink_axis")}
        self.begins: list[int] = []
        self.ends: list[int] = []
        self.axes: list[int] = []
        self.strides: list[int] = []
        self.dropped: list[int] = []
        self.added: list[int] = []
        count = len(begins)
        real = sum(1 for i in range(count) if not (masks["new_axis"] | masks["ellipsis"]) >> i & 1)
        axis = made = 0
        for i in range(count):
            on = {key: bool(mask >> i & 1) for key, mask in masks.items()}
            if on["ellipsis"]:
                made += rank - real
                axis += rank - real
            elif on["new_axis"]:
                self.added.append(made)
                made += 1
            elif on["shrink_axis"]:
                end = begins[i] + 1 if begins[i] != -1 else np.iinfo(np.int64).max
                self._cut(axis, begins[i], end, 1)
                self.dropped.append(axis)
                axis += 1
            else:
                forward = strides[i] > 0
                far = np.iinfo(np.int64).max if forward else np.iinfo(np.int64).min
                begin = (0 if forward else np.iinfo(np.int64).max) if on["begin"] else begins[i]
                if not (on["begin"] and on["end"] and strides[i] == 1):
                    self._cut(axis, begin, far if on["end"] else ends[i], strides[i])
                axis += 1
                made += 1

    def _cut(self, axis: int, begin: int, end: int, stride: int) -> None:
        self.axes.append(axis)
        self.begins.append(int(begin))
        self.ends.append(int(end))
        self.strides.append(stride)


@converter("Pad", "PadV2")
def _pad(b: Builder, op: Operation) -> None:
    pads = b.argument(op, 1)
    names = [b.input(op, 0), int64(b, [*pads[:, 0].tolist(), *pads[:, 1].tolist()])]
    if op.type == "PadV2":
        names.append(b.input(op, 2))
    b.emit(op, "Pad", names, mode="constant")


@converter("MirrorPad")
def _mirror_pad(b: Builder, op: Operation) -> None:
    pads = b.argument(op, 1)
    if op.attrs["mode"] in ("REFLECT", b"REFLECT"):
        wanted = int64(b, [*pads[:, 0].tolist(), *pads[:, 1].tolist()])
        b.emit(op, "Pad", [b.input(op, 0), wanted], mode="reflect")
        return
    # ONNX has no mirror that repeats the border: look the elements up.
    name, sizes = b.input(op, 0), b.sizes(op)
    for axis, (before, after) in enumerate(pads.tolist()):
        size = sizes[axis]
        if before or after:
            if size is None:
                raise refuse.unknown_shape(op, op.inputs[0], f"the size of axis {axis}")
            order = np.pad(np.arange(size), (before, after), mode="symmetric")
            name = b.node("Gather", [name, int64(b, order.tolist())], len(sizes), axis=axis)
    b.alias(op.outputs[0], name)


@converter("Tile")
def _tile(b: Builder, op: Operation) -> None:
    b.emit(op, "Tile", [b.input(op, 0), b.int64(op, 1)])


@converter("Shape")
def _shape(b: Builder, op: Operation) -> None:
    b.emit(op, "Cast", [b.node("Shape", [b.input(op, 0)], 1)], to=_cast_to(op))


@converter("Size")
def _size(b: Builder, op: Operation) -> None:
    b.emit(op, "Cast", [b.node("Size", [b.input(op, 0)], 0)], to=_cast_to(op))


@converter("Cast")
def _cast(b: Builder, op: Operation) -> None:
    b.emit(op, "Cast", [b.input(op, 0)], to=_cast_to(op))


@converter("Fill")
def _fill(b: Builder, op: Operation) -> None:
    b.emit(op, "Expand", [b.input(op, 1), b.int64(op, 0)])


@converter("BroadcastTo")
def _broadcast_to(b: Builder, op: Operation) -> None:
    b.emit(op, "Expand", [b.input(op, 0), b.int64(op, 1)])


@converter("ZerosLike", "OnesLike")
def _filled_like(b: Builder, op: Operation) -> None:
    value = b.like(op.inputs[0], 0 if op.type == "ZerosLike" else 1)
    b.emit(op, "Expand", [value, b.node("Shape", [b.input(op, 0)], 1)])


@converter("Range")
def _range(b: Builder, op: Operation) -> None:
    b.emit(op, "Range", [b.input(op, index) for index in range(3)])


@converter("Gather", "GatherV2")
def _lookup(b: Builder, op: Operation) -> None:
    axis = b.ints(op, 2)[0] % b.rank(op) if op.type == "GatherV2" else 0
    if int(op.attrs.get("batch_dims") or 0):
        raise refuse.unimplemented(
            f"{op.name} ({op.type}) looks up in each element of a batch (batch_dims={op.attrs['batch_dims']}), which "
            "cannot be exported. Choose --outputs before it or use --to graphdef."
        )
    b.emit(op, "Gather", [b.input(op, 0), b.int64(op, 1)], axis=axis)


@converter("GatherNd")
def _lookup_nd(b: Builder, op: Operation) -> None:
    b.emit(op, "GatherND", [b.input(op, 0), b.int64(op, 1)])


@converter("OneHot")
def _one_hot(b: Builder, op: Operation) -> None:
    off, on = (b.reshaped(b.input(op, index), [1]) for index in (3, 2))
    axis = int(op.attrs["axis"]) % (b.rank(op) + 1)
    # ONNX counts negative indices from the end, TensorFlow leaves their rows off.
    spread = b.node("Unsqueeze", [b.int64(op, 0), int64(b, [axis])], b.rank(op) + 1)
    sizes = [1] * (b.rank(op) + 1)
    count = b.ints(op, 1)[0]
    sizes[axis] = count
    numbers = b.constant(np.arange(count, dtype=np.int64).reshape(sizes))
    hit = b.node("Equal", [spread, numbers], b.rank(op) + 1)
    b.emit(op, "Where", [hit, on, off])


@converter("DepthToSpace", "SpaceToDepth")
def _depth(b: Builder, op: Operation) -> None:
    block = int(op.attrs["block_size"])
    attrs = {"blocksize": block, **({"mode": "DCR"} if op.type == "DepthToSpace" else {})}
    b.emit_image(op, op.type, [b.channels_first(op)], **attrs)


@converter("ReverseV2")
def _reverse(b: Builder, op: Operation) -> None:
    axes = b.axes(op, 1, b.rank(op))
    far = int(np.iinfo(np.int64).min)
    _cut(b, op, [-1] * len(axes), [far] * len(axes), axes, [-1] * len(axes))
