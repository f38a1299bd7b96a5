"""Small record files of pictures, for tests of input (API: slim.data.test_utils)."""

from __future__ import annotations

import io
import os
from typing import Any

import numpy as np
from PIL import Image

from convflow.formats.example import BytesList, Example, Feature, Features, Int64List
from convflow.formats.record_file import TFRecordWriter


def generate_image(image_shape: tuple[int, int, int], image_format: str = "jpeg", label: int = 0) -> tuple[Any, str]:
    """A picture of growing values and an Example of it (API: slim.data.test_utils.generate_image).

    Args:
        image_shape: (height, width, 3).
        image_format: "jpeg" or "png".
        label: its class.

    Returns:
        The picture, uint8, and the serialized Example with `image/encoded`, `image/format` and `image/class/label`.
    """
    pixels = int(np.prod(image_shape))
    picture = (np.linspace(0, pixels - 1, num=pixels).reshape(image_shape) % 256).astype(np.uint8)
    encoded = io.BytesIO()
    Image.fromarray(picture).save(encoded, format=image_format)
    features = {
        "image/encoded": Feature(bytes_list=BytesList(value=[encoded.getvalue()])),
        "image/format": Feature(bytes_list=BytesList(value=[image_format.encode()])),
        "image/class/label": Feature(int64_list=Int64List(value=[label])),
    }
    return picture, Example(features=Features(feature=features)).SerializeToString()


def create_tfrecord_files(output_dir: str, num_files: int = 3, num_records_per_file: int = 10) -> list[str]:
    """Record files of pictures of 10 by 10 to 10 by 13 (API: slim.data.test_utils.create_tfrecord_files).

    Args:
        output_dir: an existing folder.
        num_files: how many files; 3 by default.
        num_records_per_file: how many pictures in each, JPEG in `tf.train.Example`s; 10 by default.

    Returns:
        Their paths, `flowers.tfrecord-N-of-M` in `output_dir`.
    """
    paths = []
    for number in range(num_files):
        path = os.path.join(output_dir, f"flowers.tfrecord-{number}-of-{num_files}")
        paths.append(path)
        with TFRecordWriter(path) as writer:
            for record in range(num_records_per_file):
                _, example = generate_image((10, 10 + record % 4, 3), "jpeg", label=number)
                writer.write(example)
    return paths
