"""Biases put into the convolutions and matrix products before them."""

from __future__ import annotations

import numpy as np

from convflow.tools.export.ir import Constant, Model, Node

_CONVOLUTIONS = ("Conv", "ConvTranspose")


def fuse_biases(model: Model) -> None:
    """`Conv` or `MatMul` and the `Add` of a constant vector become one node, where nothing else takes the product."""
    producers = {name: node for node in model.nodes for name in node.outputs}
    uses = model.uses()
    for node in model.nodes:
        if node.op != "Add":
            continue
        for product, bias in (node.inputs, node.inputs[::-1]):
            made = producers.get(product)
            constant = model.constants.get(bias)
            if made is None or constant is None or uses[product] != 1:
                continue
            if _fuse(model, made, node, bias, constant):
                break
    model.nodes = [node for node in model.nodes if node.op]
    model.drop_unused()


def _fuse(model: Model, product: Node, add: Node, bias: str, constant: Constant) -> bool:
    """Turns the Add into the whole and takes the product away."""
    weight = model.constants.get(product.inputs[1]) if len(product.inputs) == 2 else None
    if weight is None:
        return False
    if product.op in _CONVOLUTIONS:
        count = weight.array.shape[0 if product.op == "Conv" else 1]
        if constant.array.ndim not in (3, 4) or constant.array.size != count or constant.array.shape[-3] != count:
            return False
        _become(add, product, product.op, [*product.inputs, _vector(model, bias, constant)])
        return True
    if product.op == "MatMul" and weight.array.ndim == 2 and model.rank(product.inputs[0]) == 2:
        if constant.array.shape != weight.array.shape[1:]:
            return False
        # [out, in], as PyTorch keeps it.
        turned = model.fresh(product.inputs[1])
        model.constants[turned] = Constant(np.ascontiguousarray(weight.array.T), weight.variable)
        _become(add, product, "Gemm", [product.inputs[0], turned, _vector(model, bias, constant)])
        add.attrs = {"transB": 1}
        return True
    return False


def _vector(model: Model, name: str, constant: Constant) -> str:
    if constant.array.ndim == 1:
        return name
    made = model.fresh(name.removesuffix("/inner"))
    model.constants[made] = Constant(constant.array.reshape(-1), constant.variable)
    return made


def _become(add: Node, product: Node, kind: str, inputs: list[str]) -> None:
    add.op, add.inputs, add.attrs, add.source = kind, inputs, product.attrs, product.source
    product.op = ""
