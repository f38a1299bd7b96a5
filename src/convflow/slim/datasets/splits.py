"""What the data sets of this folder have in common: pictures with a class, in files of records."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from convflow.core import dtypes
from convflow.ops.parsing_features import FixedLenFeature
from convflow.ops.reader import TFRecordReader
from convflow.slim.data.dataset import Dataset
from convflow.slim.data.image_handler import Image
from convflow.slim.data.item_handler import ItemHandler, Tensor
from convflow.slim.data.tfexample_decoder import TFExampleDecoder
from convflow.slim.datasets import dataset_utils


@dataclass(frozen=True)
class Splits:
    """A data set's parts and how they are stored.

    Args:
        name: of the data set.
        pattern: of its files' names; %s stands for the part.
        sizes: {part: how many pictures it has}.
        num_classes: how many classes.
        descriptions: {item: what it is}.
        features: {feature of a record: how it is parsed}.
        items: {item: what makes it of the features}.
    """

    name: str
    pattern: str
    sizes: Mapping[str, int]
    num_classes: int
    descriptions: dict[str, str]
    features: Mapping[str, Any]
    items: Mapping[str, ItemHandler]

    def get_split(
        self, split_name: str, dataset_dir: str, file_pattern: str | None = None, reader: Any = None
    ) -> Dataset:
        """A part of the data set, for `slim.dataset_data_provider.DatasetDataProvider`.

        Args:
            split_name: the part.
            dataset_dir: the folder of its files, and of labels.txt, if the classes have names.
            file_pattern: of the files' names, %s standing for the part; None for the usual one.
            reader: the class of a reader; `tf.TFRecordReader` if None.

        Raises:
            ValueError: there is no such part.
        """
        if split_name not in self.sizes:
            raise ValueError(
                f"split name {split_name} was not recognized: {self.name} has the parts {', '.join(self.sizes)}. "
                "Choose one of them."
            )
        has_names = dataset_utils.has_labels(dataset_dir)
        return Dataset(
            data_sources=os.path.join(dataset_dir, (file_pattern or self.pattern) % split_name),
            reader=TFRecordReader if reader is None else reader,
            decoder=TFExampleDecoder(dict(self.features), dict(self.items)),
            num_samples=self.sizes[split_name],
            items_to_descriptions=self.descriptions,
            num_classes=self.num_classes,
            labels_to_names=dataset_utils.read_label_file(dataset_dir) if has_names else None,
        )


def picture_features(image_format: str, label_shape: list[int], default_label: Any) -> dict[str, FixedLenFeature]:
    """The features that `dataset_utils.image_to_tfexample` writes.

    Args:
        image_format: of records that do not say it.
        label_shape: of the class.
        default_label: of records without a class.
    """
    return {
        "image/encoded": FixedLenFeature((), dtypes.string, default_value=""),
        "image/format": FixedLenFeature((), dtypes.string, default_value=image_format),
        "image/class/label": FixedLenFeature(label_shape, dtypes.int64, default_value=default_label),
    }


def picture_items(image: Image, label_shape: list[int] | None = None) -> dict[str, ItemHandler]:
    """A picture and its class."""
    return {"image": image, "label": Tensor("image/class/label", shape=label_shape)}
