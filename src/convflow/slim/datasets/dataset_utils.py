"""Archives of checkpoints and data, and files of class names (`datasets.dataset_utils` of the research models)."""

from __future__ import annotations

import os
import tarfile
import tempfile
import zlib
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from convflow.core import errors
from convflow.datasets import fetch, locate
from convflow.formats.example import BytesList, Example, Feature, Features, FloatList, Int64List
from convflow.formats.record_file import TFRecordWriter

LABELS_FILENAME = "labels.txt"


def _listed(values: Any) -> Any:
    return values if isinstance(values, (list, tuple)) else [values]


def int64_feature(values: Any) -> Any:
    """A feature of a record (`tf.train.Feature`): an int or a list of them."""
    return Feature(int64_list=Int64List(value=_listed(values)))


def float_feature(values: Any) -> Any:
    """A feature of a record: a float or a list of them."""
    return Feature(float_list=FloatList(value=_listed(values)))


def float_list_feature(values: Any) -> Any:
    """A feature of a record: a list of floats."""
    return Feature(float_list=FloatList(value=values))


def bytes_feature(values: bytes) -> Any:
    """A feature of a record: bytes."""
    return Feature(bytes_list=BytesList(value=[values]))


def bytes_list_feature(values: Any) -> Any:
    """A feature of a record: a list of bytes."""
    return Feature(bytes_list=BytesList(value=values))


def image_to_tfexample(image_data: bytes, image_format: bytes, height: int, width: int, class_id: int) -> Any:
    """A record (`tf.train.Example`) of a picture and its class, as this folder's data sets read them.

    Args:
        image_data: the encoded picture.
        image_format: b"png", b"jpg" or b"raw".
        height, width: of the picture, in pixels.
        class_id: its class.
    """
    features = {
        "image/encoded": bytes_feature(image_data),
        "image/format": bytes_feature(image_format),
        "image/class/label": int64_feature(class_id),
        "image/height": int64_feature(height),
        "image/width": int64_feature(width),
    }
    return Example(features=Features(feature=features))


def open_sharded_output_tfrecords(exit_stack: ExitStack, base_path: str, num_shards: int) -> list[TFRecordWriter]:
    """Writers of the files `base_path-00000-of-00010`, ..., which `exit_stack` closes at its end."""
    names = [f"{base_path}-{shard:05d}-of-{num_shards:05d}" for shard in range(num_shards)]
    return [exit_stack.enter_context(TFRecordWriter(name)) for name in names]


def download_and_uncompress_tarball(tarball_url: str, dataset_dir: str) -> None:
    """Put the content of an archive into a folder.

    The archive is taken from the folder itself or from one of `$CONVFLOW_DATA` if it is there; otherwise it is
    downloaded into the folder.

    Args:
        tarball_url: where it is, such as http://download.tensorflow.org/models/vgg_16_2016_08_28.tar.gz.
        dataset_dir: the folder.

    Raises:
        errors.UnavailableError: it is nowhere here and cannot be downloaded; the message says where to put it.
        errors.DataLossError: it is damaged.
        errors.PermissionDeniedError: it holds a file that would be written outside of the folder.
    """
    name = tarball_url.rpartition("/")[2]
    folder = Path(dataset_dir)
    places = [place / name for place in (folder, *locate.data_folders())]
    archive = next((place for place in places if place.is_file()), None)
    if archive is None:
        archive = _downloaded(tarball_url, folder / name, places)
    unpack(archive, folder, tarball_url)


def unpack(archive: Path, folder: Path, url: str) -> None:
    """Put the content of an archive into a folder, all of it or nothing.

    Args:
        archive: a tar file, compressed or not.
        folder: the folder, made if it is not there.
        url: where the archive is from, for the message.

    Raises:
        errors.DataLossError: the archive is damaged.
        errors.PermissionDeniedError: it holds a file that would be written outside of the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".unpacking-") as temporary:
        try:
            with tarfile.open(archive) as opened:
                opened.extractall(temporary, filter="data")
        except tarfile.FilterError as reason:
            raise errors.PermissionDeniedError(
                None, None, f"{archive} was not unpacked: its member {reason.tarinfo.name!r} would be written outside "
                f"of {folder}. Expected only files below the folder. Delete the archive: it is not what {url} was "
                "published as.",
            ) from reason  # fmt: skip
        except (tarfile.TarError, EOFError, OSError, zlib.error) as reason:
            raise errors.DataLossError(
                None, None, f"{archive} ({archive.stat().st_size:,} bytes) is no complete archive: {reason}. "
                f"Delete it and get {url} again.",
            ) from reason  # fmt: skip
        _move_into(Path(temporary), folder)


def _move_into(source: Path, folder: Path) -> None:
    for path in source.iterdir():
        target = folder / path.name
        if path.is_dir() and target.is_dir():
            _move_into(path, target)
        else:
            os.replace(path, target)


def _downloaded(url: str, target: Path, looked: list[Path]) -> Path:
    try:
        fetch.download_archive(url, target)
    except OSError as reason:
        lines = [f"{target.name} is missing and could not be downloaded from {url}: {reason}.", "Looked for it at:"]
        lines += [f"  {place}" for place in looked]
        lines.append(
            f"What to do: on a machine with network access get {url} and put it at {target}, or into a folder that "
            f"${locate.DATA_VARIABLE} names."
        )
        raise errors.UnavailableError(None, None, "\n".join(lines)) from reason
    print(f"Successfully downloaded {target.name} {target.stat().st_size} bytes.")
    return target


def write_label_file(labels_to_class_names: dict[int, str], dataset_dir: str, filename: str = LABELS_FILENAME) -> None:
    """Write a line `number:name` per class."""
    path = Path(dataset_dir) / filename
    temporary = path.with_name(f".{path.name}.part")
    lines = [f"{label}:{name}\n" for label, name in labels_to_class_names.items()]
    temporary.write_text("".join(lines), encoding="utf-8")
    os.replace(temporary, path)


def has_labels(dataset_dir: str, filename: str = LABELS_FILENAME) -> bool:
    """Whether a folder has a file of class names."""
    return (Path(dataset_dir) / filename).exists()


def read_label_file(dataset_dir: str, filename: str = LABELS_FILENAME) -> dict[int, str]:
    """The class names that `write_label_file` wrote.

    Raises:
        ValueError: a line without a number and a colon.
    """
    path = Path(dataset_dir) / filename
    labels = {}
    for count, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        label, colon, name = line.partition(":")
        if line and not (colon and label.isdigit()):
            raise ValueError(f"{path}, line {count}: expected 'number:name', got {line!r}. Correct the line.")
        if line:
            labels[int(label)] = name
    return labels
