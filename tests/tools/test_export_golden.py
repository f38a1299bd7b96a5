"""Graphs that TensorFlow froze and saved, exported and compared with what TensorFlow computed."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

import convflow as tf
from convflow.slim.nets import inception_v1, resnet_v2
from convflow.tools.export import validate
from convflow.tools.export.run import Request, export

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "export"
FROZEN = ["keras", "layers_with_switches", "resource_variables", "slim_blocks"]


def _record(name: str) -> dict[str, Any]:
    return dict(json.loads((GOLDEN / f"{name}.json").read_text()))


def _run(path: Path, image: np.ndarray) -> list[np.ndarray]:
    if path.suffix == ".onnx":
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        return list(session.run(None, {session.get_inputs()[0].name: image}))
    with torch.no_grad():
        made = validate.load_module(str(path)).load()(torch.from_numpy(image))
    return [each.numpy() for each in (made if isinstance(made, tuple) else (made,))]


def _check(source: Path, name: str, target: Path, **options: Any) -> None:
    record = _record(name)
    assert export(Request(str(source), "onnx" if target.suffix == ".onnx" else "torch", str(target), **options)).within
    made = _run(target, np.array(record["image"], np.float32))
    for index, value in enumerate(made):
        np.testing.assert_allclose(value, record[f"value_{index}"], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("file", ["net.onnx", "net.py"])
@pytest.mark.parametrize("name", FROZEN)
def test_frozen_by_tensorflow(name: str, file: str, tmp_path: Path) -> None:
    record = _record(name)
    options = {"outputs": tuple(record["outputs"]), "fixed": record["fixed"]}
    _check(GOLDEN / f"{name}.pb", name, tmp_path / file, **options)


@pytest.mark.parametrize("file", ["net.onnx", "net.py"])
def test_saved_by_tensorflow(file: str, tmp_path: Path) -> None:
    _check(GOLDEN / "saved_model", "resource_variables", tmp_path / file)


def _inception(images: Any) -> Any:
    with tf.contrib.slim.arg_scope(inception_v1.inception_v1_arg_scope()):
        return inception_v1.inception_v1(images, 5, is_training=False, spatial_squeeze=False, global_pool=True)[0]


def _residual(images: Any) -> Any:
    blocks = [resnet_v2.resnet_v2_block(f"block{i}", base_depth=2 * i, num_units=2, stride=2) for i in (1, 2)]
    with tf.contrib.slim.arg_scope(resnet_v2.resnet_arg_scope()):
        return resnet_v2.resnet_v2(images, blocks, 5, is_training=False, global_pool=True, scope="net")[0]


@pytest.mark.parametrize(
    ("build", "kinds"),
    [
        (_inception, {"Transpose": 2, "Conv": 58, "BatchNormalization": 57, "Concat": 9, "MaxPool": 13}),
        (_residual, {"Transpose": 2, "Conv": 16, "BatchNormalization": 13, "Add": 4}),
    ],
)
@pytest.mark.parametrize("target", ["onnx", "torch"])
def test_whole_networks(build: Any, kinds: dict[str, int], target: str, tmp_path: Path) -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        tf.set_random_seed(1)
        logits = build(tf.placeholder(tf.float32, [None, 33, 33, 3], name="images"))
        session.run(tf.global_variables_initializer())
        prefix = tf.train.Saver().save(session, str(tmp_path / "net.ckpt"))
    out = tmp_path / "net.onnx"
    result = export(Request(prefix, target, str(out), outputs=(logits.op.name,)))
    assert result.within, result.differences
    if target == "onnx":
        found = Counter(node.op_type for node in onnx.load(out).graph.node)
        assert {kind: found[kind] for kind in kinds} == kinds
