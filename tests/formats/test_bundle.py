import json
import os
import shutil
import zlib

import ml_dtypes
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from convflow.core import dtypes, errors
from convflow.formats import bundle
from convflow.formats.tensor_slice import parse_shape_and_slice

in_one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def save(prefix, tensors):
    with bundle.BundleWriter(prefix) as writer:
        for name, array in tensors.items():
            writer.add(name, array)


def load(prefix):
    reader = bundle.BundleReader(prefix)
    return {name: reader.read(name) for name in reader.names()}


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def files_in(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8)
ARRAYS = hnp.arrays(
    st.sampled_from([np.float32, np.int64, np.bool_, np.complex64, np.float16, ml_dtypes.bfloat16, np.uint8]),
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
    elements=st.sampled_from([0, 1]),
)
TEXT_ARRAYS = st.lists(st.binary(max_size=5), max_size=5).map(lambda texts: np.array([*texts, None], object)[:-1])
TENSORS = st.dictionaries(NAMES, ARRAYS | TEXT_ARRAYS, max_size=4)


@given(tensors=TENSORS)
@in_one_folder
def test_round_trip(tmp_path, tensors):
    save(tmp_path / "m", tensors)
    assert_same(load(tmp_path / "m"), tensors)


def test_tensorflows_checkpoint_is_read(golden_folder, all_types):
    reader = bundle.BundleReader(golden_folder / "all_types")
    assert reader.names() == sorted(all_types)
    for name, array in all_types.items():
        assert reader.dtype(name) == dtypes.as_dtype(array.dtype)
        assert reader.shape(name).as_list() == list(array.shape)
    assert_same(load(golden_folder / "all_types"), {name: all_types[name] for name in sorted(all_types)})


def test_the_same_tensors_give_tensorflows_bytes(tmp_path, golden_folder, all_types):
    save(tmp_path / "all_types", all_types)
    for name, data in files_in(tmp_path).items():
        assert data == (golden_folder / name).read_bytes()
    assert len(files_in(tmp_path)) == 2


def test_an_index_of_several_blocks_has_tensorflows_bytes(tmp_path, golden_folder):
    save(
        tmp_path / "many",
        {f"scope_{i // 10:04d}/{'long_' * 20}variable_{i}": np.array(i, np.int32) for i in range(9000)},
    )
    recorded = json.loads((golden_folder / "many.json").read_text())
    assert {name: [len(data), zlib.crc32(data)] for name, data in files_in(tmp_path).items()} == recorded
    assert bundle.BundleReader(tmp_path / "many").read(f"scope_0899/{'long_' * 20}variable_8999") == 8999


def test_several_shards_are_read(golden_folder):
    assert_same(
        load(golden_folder / "sharded"),
        {"one": np.array([1, 2], np.float32), "two": np.array([[3]], np.int64)},
    )


PARTS = [
    ("w", "3 2 0,2:-", np.arange(4, dtype=np.float32).reshape(2, 2)),
    ("w", "3 2 2,1:-", np.ones((1, 2), np.float32)),
    ("b", "200 0,1", np.array([7], np.int32)),
    ("b", "200 199,1", np.array([8], np.int32)),
]


def save_parts(prefix, parts):
    with bundle.BundleWriter(prefix) as writer:
        for name, spec, array in parts:
            full_shape, tensor_slice = parse_shape_and_slice(spec)
            writer.add_slice(name, full_shape, tensor_slice, array)


def test_slices_have_tensorflows_bytes(tmp_path, golden_folder):
    save_parts(tmp_path / "partitioned", PARTS)
    for name, data in files_in(tmp_path).items():
        assert data == (golden_folder / name).read_bytes()


def test_slices_are_put_together(golden_folder):
    reader = bundle.BundleReader(golden_folder / "partitioned")
    assert reader.names() == ["b", "w"]
    assert reader.shape("w").as_list() == [3, 2]
    np.testing.assert_array_equal(reader.read("w"), [[0, 1], [2, 3], [1, 1]])


def test_missing_slices_are_data_loss(golden_folder):
    reader = bundle.BundleReader(golden_folder / "partitioned")
    with pytest.raises(errors.DataLossError) as caught:
        reader.read("b")
    assert "tensor b of shape [200] lacks slices: 2 elements are there" in str(caught.value)


def test_a_slice_of_everything_is_the_tensor(tmp_path):
    save_parts(tmp_path / "m", [("w", "2 0,2", np.array([b"a", b"b"], object))])
    assert bundle.BundleReader(tmp_path / "m").read("w").tolist() == [b"a", b"b"]


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (
            [("w", "3 0,2", np.ones(1))],
            r"Slice 0,2 of w, shape \[3\], has shape \[2\], but the array has \[1\]",
        ),
        ([("w", "3 0,1", np.ones(1))] * 2, "Adding duplicate key: w, slice 0,1"),
        (
            [("w", "3 0,1", np.ones(1)), ("w", "4 1,1", np.ones(1))],
            r"float64 of shape \[4\], but w was added",
        ),
    ],
)
def test_wrong_slices(tmp_path, parts, text):
    with pytest.raises(errors.InvalidArgumentError, match=text):
        save_parts(tmp_path / "m", parts)
    assert files_in(tmp_path) == {}


def test_arrays_of_any_layout(tmp_path):
    fortran = np.asfortranarray(np.arange(6, dtype=np.int32).reshape(2, 3))
    tensors = {"fortran": fortran, "big": np.arange(3, dtype=">f4"), "step": np.arange(9)[::3]}
    save(tmp_path / "m", tensors | {"texts": np.array([["é", b"b"]], object), "u": np.array(["é"])})
    found = load(tmp_path / "m")
    for name, array in tensors.items():
        np.testing.assert_array_equal(found[name], array)
    assert found["texts"].tolist() == [["é".encode(), b"b"]]
    assert found["u"].tolist() == ["é".encode()]


def test_quantized_types_are_kept(tmp_path):
    with bundle.BundleWriter(tmp_path / "m") as writer:
        writer.add("q", np.array([1, 2], np.int8), dtypes.qint8)
    assert bundle.BundleReader(tmp_path / "m").dtype("q") == dtypes.qint8


@pytest.mark.parametrize(
    ("array", "dtype", "text"),
    [
        (
            np.array([1, 2], object),
            None,
            "Element 0 of a string tensor is 1 of type int. Expected bytes or str",
        ),
        (np.array(["2020-01-01"], "M8[D]"), None, "Cannot convert dtype"),
        (np.ones(2), dtypes.float32, "The array holds float64, but float32 was asked for."),
    ],
)
def test_arrays_that_cannot_be_saved(tmp_path, array, dtype, text):
    with pytest.raises(TypeError, match=text), bundle.BundleWriter(tmp_path / "m") as writer:
        writer.add("w", array, dtype)
    assert files_in(tmp_path) == {}


@pytest.mark.parametrize("name", ["", "\0w"])
def test_names_that_cannot_be_saved(tmp_path, name):
    with pytest.raises(errors.InvalidArgumentError, match="cannot be the name of a tensor"):
        save(tmp_path / "m", {name: np.ones(1)})


def test_a_name_is_saved_once(tmp_path):
    with (
        pytest.raises(errors.InvalidArgumentError, match=r"Adding duplicate key: w. Each tensor is saved once"),
        bundle.BundleWriter(tmp_path / "m") as writer,
    ):
        writer.add("w", np.ones(1))
        writer.add("w", np.ones(1))


def test_a_finished_writer_takes_nothing_more(tmp_path):
    writer = bundle.BundleWriter(tmp_path / "m")
    writer.finish()
    with pytest.raises(errors.FailedPreconditionError, match=r"is finished or discarded. Make a new BundleWriter"):
        writer.add("w", np.ones(1))
    with pytest.raises(errors.FailedPreconditionError):
        writer.finish()
    assert load(tmp_path / "m") == {}


# What an interrupted save leaves behind.


def test_a_failing_save_leaves_the_previous_checkpoint(tmp_path):
    save(tmp_path / "m", {"w": np.zeros(3)})
    before = files_in(tmp_path)
    with pytest.raises(RuntimeError, match="stopped"), bundle.BundleWriter(tmp_path / "m") as writer:
        writer.add("w", np.ones(3))
        raise RuntimeError("stopped")
    assert files_in(tmp_path) == before


def test_nothing_has_its_name_before_the_end(tmp_path):
    with bundle.BundleWriter(tmp_path / "m") as writer:
        writer.add("w", np.ones(3))
        assert not any(name.endswith(("index", "00001")) for name in files_in(tmp_path))
    assert sorted(files_in(tmp_path)) == ["m.data-00000-of-00001", "m.index"]


def test_the_data_file_is_in_place_before_the_index(tmp_path, monkeypatch):
    renamed = []
    replace = os.replace
    monkeypatch.setattr(os, "replace", lambda a, b: (renamed.append(b), replace(a, b)))
    save(tmp_path / "m", {"w": np.ones(3)})
    assert [path.removeprefix(f"{tmp_path}/") for path in renamed] == ["m.data-00000-of-00001", "m.index"]


def test_a_failing_rename_removes_the_temporary_files(tmp_path, monkeypatch):
    save(tmp_path / "m", {"w": np.zeros(3)})
    before = files_in(tmp_path)

    def refuse(source, target):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(errors.PermissionDeniedError, match=r"m; Permission denied. Could not write the checkpoint"):
        save(tmp_path / "m", {"w": np.ones(3)})
    assert files_in(tmp_path) == before


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_full_disk(tmp_path, monkeypatch):
    save(tmp_path / "m", {"w": np.zeros(3)})
    before = files_in(tmp_path)
    real_open = open

    def open_on_full_disk(path, mode):
        real_open(path, mode).close()
        return real_open("/dev/full", "wb")

    monkeypatch.setattr("builtins.open", open_on_full_disk)
    with pytest.raises(errors.ResourceExhaustedError, match=r"No space left on device.*Free some space"):
        save(tmp_path / "m", {"w": np.ones(100_000)})
    assert files_in(tmp_path) == before


def test_a_missing_folder(tmp_path):
    with pytest.raises(errors.NotFoundError, match=r"No such file.*make a file of the checkpoint.*folder exists"):
        bundle.BundleWriter(tmp_path / "none" / "m")


# What is said about checkpoints and tensors that are not there.


def not_found(prefix):
    with pytest.raises(errors.NotFoundError) as caught:
        bundle.BundleReader(prefix)
    start = (
        "Unsuccessful TensorSliceReader constructor: Failed to find any matching files for "
        f"{prefix}. Looked for {prefix}.index and {prefix}.data-00000-of-*. "
    )
    assert str(caught.value).startswith(start)
    return str(caught.value).removeprefix(start)


def test_a_missing_checkpoint_names_the_others(tmp_path):
    assert not_found(tmp_path / "m-3") == f"The folder {tmp_path} holds no checkpoints."
    for step in (1, 2):
        save(tmp_path / f"m-{step}", {})
    there = f"{tmp_path} holds the checkpoints {tmp_path}/m-1, {tmp_path}/m-2. Pass one of them."
    assert not_found(tmp_path / "m-3") == f"The folder {there}"
    assert not_found(tmp_path) == f"The folder {there}"
    assert not_found(tmp_path / "a" / "m") == f"The folder {tmp_path}/a does not exist."


def test_a_file_instead_of_the_prefix(tmp_path):
    save(tmp_path / "m", {})
    for name in files_in(tmp_path):
        advice = f"Pass the prefix that the checkpoint's files share: {tmp_path}/m"
        assert not_found(tmp_path / name) == advice


def test_a_missing_index(tmp_path):
    save(tmp_path / "m", {})
    (tmp_path / "m.index").unlink()
    assert not_found(tmp_path / "m").startswith("Its data files are there, its index is not")


def test_a_missing_data_file(tmp_path):
    save(tmp_path / "m", {"w": np.ones(3)})
    (tmp_path / "m.data-00000-of-00001").unlink()
    with pytest.raises(errors.NotFoundError, match=r"m.data-00000-of-00001; No such file.*that tensor w lies there"):
        bundle.BundleReader(tmp_path / "m").read("w")


def test_a_missing_key_names_close_ones(tmp_path):
    save(tmp_path / "m", {"conv_1/weights": np.ones(1), "conv_2/weights": np.ones(1), "beta": np.ones(1)})
    reader = bundle.BundleReader(tmp_path / "m")
    for ask in (reader.read, reader.dtype, reader.shape):
        with pytest.raises(errors.NotFoundError) as caught:
            ask("conv_1/weight")
        assert str(caught.value).startswith(f"Key conv_1/weight not found in checkpoint {tmp_path}/m. Close to it ")
        assert "conv_1/weights" in str(caught.value)
    with pytest.raises(errors.NotFoundError, match=r"It holds beta, conv_1/weights, conv_2/weights. Save"):
        reader.read("xyz")
    assert "beta" in reader
    assert "xyz" not in reader


# What damaged files give.


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    tensors = {
        "b": np.arange(3.0),
        "texts": np.array([b"one", b"", b"three"], object),
        "w": np.ones((2, 2), np.int8),
    }
    save(folder / "m", tensors)
    return files_in(folder), tensors


def outcome(folder, contents):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    try:
        return load(folder / "m")
    except errors.DataLossError as error:
        assert f"{folder}/m." in str(error)
        return None


def assert_lost_or_whole(found, tensors):
    if found is not None:
        assert_same(found, tensors)


@pytest.mark.parametrize("name", ["m.index", "m.data-00000-of-00001"])
def test_each_flipped_byte_is_data_loss_or_harmless(tmp_path, checkpoint, name):
    contents, tensors = checkpoint
    lost = 0
    for position in range(len(contents[name])):
        for flip in (0x01, 0x80, 0xFF):
            damaged = bytearray(contents[name])
            damaged[position] ^= flip
            found = outcome(tmp_path / "x", contents | {name: bytes(damaged)})
            assert_lost_or_whole(found, tensors)
            lost += found is None
    # In an index the empty block of properties and the unused part of the footer may change unseen.
    assert lost >= 3 * (len(contents[name]) - (13 + 40 if name == "m.index" else 0))


@pytest.mark.parametrize("name", ["m.index", "m.data-00000-of-00001"])
def test_each_cut_is_data_loss(tmp_path, checkpoint, name):
    contents, _ = checkpoint
    for size in range(len(contents[name])):
        assert outcome(tmp_path / "x", contents | {name: contents[name][:size]}) is None


def damaged_error(folder, contents, ask):
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    with pytest.raises(errors.DataLossError) as caught:
        ask(bundle.BundleReader(folder / "m"))
    return str(caught.value)


def test_a_cut_data_file_names_file_tensor_and_sizes(tmp_path, checkpoint):
    contents, _ = checkpoint
    name = "m.data-00000-of-00001"
    text = damaged_error(tmp_path, contents | {name: contents[name][:20]}, lambda reader: reader.read("b"))
    assert text.startswith(
        f"{tmp_path}/{name} is damaged or cut short: tensor b ends at byte 24, the file has 20. Use another"
    )


def test_a_damaged_tensor_names_file_tensor_and_checksums(tmp_path, checkpoint):
    contents, _ = checkpoint
    name = "m.data-00000-of-00001"
    data = contents[name][:3] + b"\xff" + contents[name][4:]
    text = damaged_error(tmp_path, contents | {name: data}, lambda reader: reader.read("b"))
    assert text.startswith(
        f"{tmp_path}/{name} is damaged or cut short: tensor b: the checksum of its 24 bytes at 0 is 0x"
    )
    assert ", the index says 0x" in text
    # The others are still there.
    assert bundle.BundleReader(tmp_path / "m").read("w").tolist() == [[1, 1], [1, 1]]
