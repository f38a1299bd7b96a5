"""What is known of a data set (API: slim.dataset)."""

from __future__ import annotations

from typing import Any

from convflow.slim.data.data_decoder import DataDecoder


class Dataset:
    """The files of a data set, and how they are read (API: slim.dataset.Dataset).

    Args:
        data_sources: a file, a pattern, or a list of them.
        reader: the class of a reader, such as `tf.TFRecordReader`.
        decoder: of a record.
        num_samples: how many there are.
        items_to_descriptions: {item of the decoder: what it is}.
        **kwargs: further attributes, such as `num_classes` and `labels_to_names`.
    """

    def __init__(
        self,
        data_sources: Any,
        reader: Any,
        decoder: DataDecoder,
        num_samples: int,
        items_to_descriptions: dict[str, str] | None,
        **kwargs: Any,
    ) -> None:
        kwargs["data_sources"] = data_sources
        kwargs["reader"] = reader
        kwargs["decoder"] = decoder
        kwargs["num_samples"] = num_samples
        kwargs["items_to_descriptions"] = items_to_descriptions
        self.__dict__.update(kwargs)

    data_sources: Any
    reader: Any
    decoder: DataDecoder
    num_samples: int
    items_to_descriptions: dict[str, str] | None
