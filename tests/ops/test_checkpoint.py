from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convflow.core import dtypes, errors
from convflow.formats.bundle import BundleReader
from convflow.graph.graph import Graph
from convflow.ops import checkpoint
from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder
from convflow.runtime.session import Session

TYPES = ["float16", "bfloat16", "float32", "float64", "int8", "uint8", "int32", "int64", "bool", "complex64"]


def run(build: Any) -> Any:
    with Graph().as_default():
        return Session().run(build())


def save(prefix: Path, names: list[str], slices: list[str], values: list[Any]) -> str:
    Session().run(checkpoint.save_v2(str(prefix), names, slices, values))
    return str(prefix)


@pytest.mark.parametrize("dtype", TYPES)
def test_every_type_comes_back(dtype: str, tmp_path: Path) -> None:
    kind = dtypes.as_dtype(dtype)
    value = np.array([[0, 1, 2], [1, 0, 1]]).astype(kind.as_numpy_dtype)
    with Graph().as_default():
        prefix = save(tmp_path / "m", ["x"], [""], [constant(value)])
        (read,) = Session().run(checkpoint.restore_v2(prefix, ["x"], [""], [kind]))
    assert read.dtype == value.dtype
    np.testing.assert_array_equal(read, value)


def test_strings_and_scalars_come_back(tmp_path: Path) -> None:
    with Graph().as_default():
        prefix = save(tmp_path / "m", ["t", "s"], ["", ""], [constant([b"a", b""]), constant(2.5)])
        restored = checkpoint.restore_v2(prefix, ["s", "t"], ["", ""], [dtypes.float32, dtypes.string])
        scalar, texts = Session().run(restored)
    assert scalar == np.float32(2.5)
    assert texts.tolist() == [b"a", b""]


def test_slices_are_written_and_read(tmp_path: Path) -> None:
    with Graph().as_default():
        parts = [constant([[1.0, 2.0]]), constant([[3.0, 4.0], [5.0, 6.0]])]
        prefix = save(tmp_path / "m", ["w", "w"], ["3 2 0,1:-", "3 2 1,2:-"], parts)
        restored = checkpoint.restore_v2(prefix, ["w", "w"], ["", "3 2 0,2:1,1"], [dtypes.float32] * 2)
        assert [tensor.shape.rank for tensor in restored] == [None, 2]
        assert restored[1].shape.as_list() == [2, 1]
        whole, part = Session().run(restored)
    assert whole.tolist() == [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    assert part.tolist() == [[2.0], [4.0]]


def test_a_slice_of_another_shape_is_refused(tmp_path: Path) -> None:
    with Graph().as_default():
        prefix = save(tmp_path / "m", ["w"], [""], [constant([1.0, 2.0])])
        restored = checkpoint.restore_v2(prefix, ["w"], ["3 0,1"], [dtypes.float32])
        with pytest.raises(errors.InvalidArgumentError, match=r"spec \[3\] does not match the shape stored .*\[2\]"):
            Session().run(restored)


def test_missing_names_and_other_types_are_refused(tmp_path: Path) -> None:
    with Graph().as_default():
        prefix = save(tmp_path / "m", ["w"], [""], [constant([1.0])])
        with pytest.raises(errors.NotFoundError, match="Key v not found in checkpoint"):
            Session().run(checkpoint.restore_v2(prefix, ["v"], [""], [dtypes.float32]))
        with pytest.raises(errors.InvalidArgumentError, match="expected dtype int32 does not equal original dtype"):
            Session().run(checkpoint.restore_v2(prefix, ["w"], [""], [dtypes.int32]))
        with pytest.raises(errors.NotFoundError, match="Failed to find any matching files for"):
            Session().run(checkpoint.restore_v2(str(tmp_path / "gone"), ["w"], [""], [dtypes.float32]))


def test_as_many_names_as_tensors_are_needed(tmp_path: Path) -> None:
    with Graph().as_default():
        with pytest.raises(ValueError, match=r"tensor_names has shape \(1,\), but there are 2 tensors to save"):
            checkpoint.save_v2("m", ["a"], ["", ""], [constant(1.0), constant(2.0)])
        with pytest.raises(ValueError, match=r"shape_and_slices has shape \(2,\), but 1 tensors are read"):
            checkpoint.restore_v2("m", ["a"], ["", ""], [dtypes.float32])
        names = placeholder(dtypes.string)
        node = checkpoint.save_v2(str(tmp_path / "m"), names, [""], [constant(1.0)])
        with pytest.raises(errors.InvalidArgumentError, match=r"tensor_names has shape \(2,\)"):
            Session().run(node, {names: np.array(["a", "b"])})
    assert list(tmp_path.iterdir()) == []


def test_name_of_a_part() -> None:
    assert run(lambda: checkpoint.sharded_filename("a/m", 3, 12)) == b"a/m-00003-of-00012"


def test_parts_are_merged_and_their_folder_goes(tmp_path: Path) -> None:
    folder = tmp_path / "m_temp"
    with Graph().as_default():
        first = save(folder / "part-0", ["a", "w"], ["", "2 2 0,1:-"], [constant(1.0), constant([[1.0, 2.0]])])
        second = save(folder / "part-1", ["b", "w"], ["", "2 2 1,1:-"], [constant(2.0), constant([[3.0, 4.0]])])
        Session().run(checkpoint.merge_v2_checkpoints([first, second], str(tmp_path / "m")))
    data = {f"m.data-0000{shard}-of-00002" for shard in range(2)}
    assert {path.name for path in tmp_path.iterdir()} == {"m.index", *data}
    reader = BundleReader(tmp_path / "m")
    assert reader.names() == ["a", "b", "w"]
    assert (reader.read("a"), reader.read("b")) == (1.0, 2.0)
    assert reader.read("w").tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_a_folder_with_anything_else_stays(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "note").write_text("")
    with Graph().as_default():
        part = save(tmp_path / "parts" / "p", ["a"], [""], [constant(1.0)])
        Session().run(checkpoint.merge_v2_checkpoints([part], str(tmp_path / "m")))
    assert [path.name for path in (tmp_path / "parts").iterdir()] == ["note"]


def test_a_missing_part_is_refused_unless_allowed(tmp_path: Path) -> None:
    with Graph().as_default():
        part = save(tmp_path / "p", ["a"], [""], [constant(1.0)])
        both = [part, str(tmp_path / "gone")]
        with pytest.raises(errors.NotFoundError, match="Failed to find any matching files"):
            Session().run(checkpoint.merge_v2_checkpoints(both, str(tmp_path / "m")))
        assert (tmp_path / "p.index").exists()
        Session().run(checkpoint.merge_v2_checkpoints(both, str(tmp_path / "m"), allow_missing_files=True))
    assert BundleReader(tmp_path / "m").names() == ["a"]


def test_a_tensor_in_two_parts_is_refused(tmp_path: Path) -> None:
    with Graph().as_default():
        parts = [save(tmp_path / f"p{index}", ["a"], [""], [constant(1.0)]) for index in range(2)]
        with pytest.raises(errors.InvalidArgumentError, match="Two parts of the checkpoint hold a"):
            Session().run(checkpoint.merge_v2_checkpoints(parts, str(tmp_path / "m")))
    assert not (tmp_path / "m.index").exists()
