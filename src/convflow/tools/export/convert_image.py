"""Resizing of images."""

from __future__ import annotations

import numpy as np

from convflow.graph.operation import Operation
from convflow.tools.export.builder import TO_NCHW, TO_NHWC, Builder, converter


@converter("ResizeBilinear", "ResizeNearestNeighbor")
def _resize(b: Builder, op: Operation) -> None:
    name = b.input(op, 0)
    if op.type == "ResizeBilinear" and op.inputs[0].dtype.name != "float32":
        name = b.node("Cast", [name], 4, to=np.dtype(np.float32))
    turned = b.transposed(name, TO_NCHW)
    attrs = {
        "mode": "linear" if op.type == "ResizeBilinear" else "nearest",
        "coordinate_transformation_mode": _coordinates(op),
        "axes": [2, 3],
    }
    if op.type == "ResizeNearestNeighbor":
        # TensorFlow takes the pixel that a coordinate lies in; half pixels are added before, ends are rounded.
        floored = attrs["coordinate_transformation_mode"] == "asymmetric"
        attrs["nearest_mode"] = "floor" if floored else "round_prefer_ceil"
    made = b.node("Resize", [turned, "", "", b.int64(op, 1)], 4, **attrs)
    b.emit(op, "Transpose", [made], perm=list(TO_NHWC))


def _coordinates(op: Operation) -> str:
    if op.attrs.get("align_corners"):
        return "align_corners"
    return "half_pixel" if op.attrs.get("half_pixel_centers") else "asymmetric"
