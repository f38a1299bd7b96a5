"""A picture of a record (API: slim.tfexample_decoder.Image)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.modeling.functional import map_fn
from convflow.ops.array.reshape import reshape
from convflow.ops.case import case
from convflow.ops.control_flow import cond
from convflow.ops.image.decode import decode_image, decode_jpeg, is_jpeg
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal, logical_or
from convflow.ops.string_convert import decode_raw
from convflow.slim.data.item_handler import ItemHandler, Tensors


class Image(ItemHandler):
    """A decoded picture (API: slim.tfexample_decoder.Image).

    Args:
        image_key, format_key: the features of its bytes and its format; `image/encoded` and `image/format` if None.
        shape: (height, width, channels), if all pictures have the same.
        channels: 1, 3 or 4.
        dtype: of the item, and of raw bytes.
        repeated: whether the feature holds several pictures.
        dct_method: for JPEG, see `tf.image.decode_jpeg`.

    The format is "raw" for bytes as they are, which needs `shape`; all else is what `tf.image.decode_image` takes.
    """

    def __init__(
        self,
        image_key: str | None = None,
        format_key: str | None = None,
        shape: Any = None,
        channels: int | None = 3,
        dtype: Any = dtypes.uint8,
        repeated: bool = False,
        dct_method: str = "",
    ) -> None:
        self._image_key = image_key or "image/encoded"
        self._format_key = format_key or "image/format"
        super().__init__([self._image_key, self._format_key])
        self._shape = shape
        self._channels = channels
        self._dtype = dtypes.as_dtype(dtype)
        self._repeated = repeated
        self._dct_method = dct_method

    def tensors_to_item(self, keys_to_tensors: Tensors) -> Any:
        buffers = keys_to_tensors[self._image_key]
        image_format = keys_to_tensors[self._format_key]
        if self._repeated:
            return map_fn(lambda buffer: self._decode(buffer, image_format), buffers, dtype=self._dtype)
        return self._decode(buffers, image_format)

    def _decode(self, image_buffer: Any, image_format: Any) -> Any:
        is_raw = logical_or(equal(image_format, "raw"), equal(image_format, "RAW"))
        image = case([(is_raw, lambda: self._raw(image_buffer))], lambda: self._encoded(image_buffer), exclusive=True)
        image.set_shape([None, None, self._channels])
        return image if self._shape is None else reshape(image, self._shape)

    def _raw(self, image_buffer: Any) -> Any:
        return reshape(decode_raw(image_buffer, out_type=self._dtype), self._shape or [-1, 1, self._channels or 1])

    def _encoded(self, image_buffer: Any) -> Any:
        def jpeg() -> Any:
            picture = decode_jpeg(image_buffer, channels=self._channels or 0, dct_method=self._dct_method)
            return cast(picture, self._dtype)

        def other() -> Any:
            return cast(decode_image(image_buffer, channels=self._channels), self._dtype)

        return cond(is_jpeg(image_buffer), jpeg, other, name="cond_jpeg")
