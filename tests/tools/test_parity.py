"""The parity tool tells two graphs apart, and tells what the difference is."""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tensorboard.compat.proto.attr_value_pb2 import AttrValue
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from typer.testing import CliRunner

from convflow.tools import parity, parity_dump
from convflow.tools.parity_compare import differences, forward_nodes

FLOAT = 1


def node(name: str, op: str = "Identity", inputs: tuple[str, ...] = (), **attr: Any) -> dict[str, Any]:
    output = [["float32", [2, None]]]
    return {"name": name, "op": op, "input": list(inputs), "device": "", "attr": attr, "output": output}


def dump(*nodes: dict[str, Any], **defaults: Any) -> dict[str, Any]:
    return {"producer": "test", "nodes": list(nodes), "defaults": defaults, "collections": {}}


def found(theirs: dict[str, Any], ours: dict[str, Any], everything: bool = False) -> list[tuple[str, str]]:
    return [(d.node, d.what) for d in differences(theirs, ours, everything)]


THREE = (node("a", "Const"), node("b", inputs=("a",)), node("c", inputs=("b", "^a", "^d")))


def test_equal_graphs_differ_in_nothing() -> None:
    assert found(dump(*THREE), dump(*copy.deepcopy(THREE))) == []


def test_missing_and_extra_nodes() -> None:
    assert found(dump(*THREE), dump(*THREE[:2], node("z"))) == [("c", "missing"), ("z", "extra")]


@pytest.mark.parametrize(
    ("field", "value"), [("op", "Neg"), ("device", "/device:GPU:0"), ("output", [["float32", None]])]
)
def test_a_changed_field_is_named(field: str, value: Any) -> None:
    assert found(dump(node("a")), dump({**node("a"), field: value})) == [("a", field)]


def test_the_order_of_nodes_counts() -> None:
    moved = dump(node("a"), node("c"), node("b"))
    assert len(found(dump(node("a"), node("b"), node("c")), moved)) == 1
    assert found(dump(node("a"), node("b"), node("c")), moved)[0][1] == "order"


def test_the_order_of_data_inputs_counts_but_not_that_of_control_inputs() -> None:
    theirs = dump(node("n", inputs=("x", "y:0", "^p", "^q")))
    assert found(theirs, dump(node("n", inputs=("x", "y", "^q", "^p")))) == []
    assert found(theirs, dump(node("n", inputs=("y", "x", "^p", "^q")))) == [("n", "input")]


def test_an_absent_attribute_means_its_default() -> None:
    theirs = dump(node("n", "MatMul", grad_a=False, transpose_a=True), MatMul={"grad_a": False})
    assert found(theirs, dump(node("n", "MatMul", transpose_a=True))) == []
    assert found(theirs, dump(node("n", "MatMul", grad_a=True, transpose_a=True))) == [("n", "attr grad_a")]
    assert found(theirs, dump(node("n", "MatMul"))) == [("n", "attr transpose_a")]


def test_the_order_of_colocation_classes_has_no_meaning() -> None:
    theirs = dump(node("n", _class=["loc:@a", "loc:@b"]))
    assert found(theirs, dump(node("n", _class=["loc:@b", "loc:@a"]))) == []


def test_gradients_and_optimizers_are_left_out_unless_asked_for() -> None:
    nodes = (
        node("w", "VariableV2"),
        node("w/read", inputs=("w",)),
        node("loss", inputs=("w/read",)),
        node("gradients/loss_grad/x"),
        node("beta1_power", "VariableV2"),
        node("beta1_power/read", inputs=("beta1_power",)),
        node("w/Adam", "VariableV2"),
        node("w/Adam/Initializer/zeros", "Const"),
        node("train/learning_rate", "Const"),
        node("train/update_w/ApplyAdam", "ApplyAdam", ("w", "w/Adam", "beta1_power/read", "train/learning_rate")),
        node("train", "NoOp"),
        node("init", "NoOp"),
    )
    assert [n["name"] for n in forward_nodes(list(nodes))] == ["w", "w/read", "loss", "init"]
    fewer = dump(*[n for n in nodes if n["name"] != "gradients/loss_grad/x"])
    assert found(dump(*nodes), fewer) == []
    assert found(dump(*nodes), fewer, everything=True) == [("gradients/loss_grad/x", "missing")]


def test_collections_are_compared_by_name() -> None:
    theirs, ours = dump(node("w")), dump(node("w"))
    theirs["collections"] = {"variables": ["w:0"], "mine": ["w:0"]}
    ours["collections"] = {"variables": ["w:0"]}
    assert found(theirs, ours) == [("collection mine", "members")]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (AttrValue(s=b"SAME"), "SAME"),
        (AttrValue(s=b"\xff"), "0xff"),
        (AttrValue(i=3), 3),
        (AttrValue(f=float("nan")), "nan"),
        (AttrValue(b=True), True),
        (AttrValue(type=FLOAT), {"type": "DT_FLOAT"}),
        (AttrValue(list=AttrValue.ListValue(i=[1, 2])), [1, 2]),
        (AttrValue(list=AttrValue.ListValue(type=[FLOAT])), [{"type": "DT_FLOAT"}]),
        (AttrValue(list=AttrValue.ListValue()), []),
    ],
)
def test_attributes_as_json(message: AttrValue, expected: Any) -> None:
    assert parity_dump.attr_value(message) == expected


def tensor(values: np.ndarray, packed: bool) -> TensorProto:
    message = TensorProto(dtype=FLOAT)
    for size in values.shape:
        message.tensor_shape.dim.add(size=size)
    if packed:
        message.tensor_content = values.astype("<f4").tobytes()
    else:
        message.float_val.extend(values.ravel().tolist())
    return message


@pytest.mark.parametrize("count", [6, 60])
def test_constants_are_described_alike_however_they_are_packed(count: int) -> None:
    values = np.arange(count, dtype=np.float32).reshape(2, -1)
    described = parity_dump.tensor_value(tensor(values, packed=True))
    assert described == parity_dump.tensor_value(tensor(values, packed=False))
    assert ("sha256" in described) == (count > parity_dump.LONGEST_LISTED)


def test_trailing_elements_repeat_the_last_one() -> None:
    message = tensor(np.array([2.5], np.float32), packed=False)
    message.tensor_shape.dim[0].size = 3
    assert parity_dump.tensor_value(message)["values"] == [2.5, 2.5, 2.5]


def test_a_file_without_build_is_refused(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("x = 1\n")
    with pytest.raises(AttributeError, match=r"defines no build\(tf\)"):
        parity_dump.dump_program(program, SimpleNamespace())


def test_an_oracle_that_fails_is_quoted(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("raise KeyError('told you')\n")
    with pytest.raises(RuntimeError, match="expected a Python with TensorFlow 2"):
        parity.dump_under_oracle(program, Path(sys.executable))


def test_exit_status_and_report(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("def build(tf):\n    tf.constant(1.0, name='one')\n")
    recorded = tmp_path / "graph.json"
    app = parity.typer.Typer()
    app.command()(parity.main)

    mine = json.loads(json.dumps(parity_dump.dump_program(program, parity.convflow)))
    parity_dump.write(mine, recorded)
    same = CliRunner().invoke(app, [str(program), "--recorded", str(recorded)])
    assert (same.exit_code, "0 differences" in same.output) == (0, True)

    mine["nodes"][0]["op"] = "Variable"
    parity_dump.write(mine, recorded)
    other = CliRunner().invoke(app, [str(program), "--recorded", str(recorded)])
    assert other.exit_code == 1
    assert "1 differences" in other.output
    assert "Variable" in other.output
