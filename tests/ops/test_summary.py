"""Summaries against what TensorFlow made of the same tensors (recorded: tests/golden/record_summaries.py)."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tensorboard.compat.proto import summary_pb2

from convflow.core import dtypes, errors
from convflow.graph.graph import Graph
from convflow.ops import summary
from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder
from convflow.runtime.session import Session

GOLDEN = np.load(Path(__file__).parent.parent / "golden" / "ops" / "summaries.npz")
HISTOGRAMS = [key.split("/")[1] for key in GOLDEN if key.startswith("histogram") and key.endswith("values")]
IMAGES = [key.split("/")[1] for key in GOLDEN if key.startswith("image") and key.endswith("values")]


def run(build: Any, feed: np.ndarray | None = None, dtype: Any = None, shape: Any = None) -> bytes:
    """The bytes of the summary that `build` makes of a constant, or of a fed value of unknown shape."""
    with Graph().as_default():
        if feed is None:
            return Session().run(build())
        dtype = dtype or dtypes.as_dtype(feed.dtype)
        tensor = placeholder(dtype, shape)
        return Session().run(build(tensor), {tensor: feed})


def parsed(data: bytes) -> Any:
    return summary_pb2.Summary.FromString(data)


def decoded(image: Any) -> np.ndarray:
    pixels = np.asarray(Image.open(io.BytesIO(image.encoded_image_string)))
    return pixels.reshape(image.height, image.width, image.colorspace)


@pytest.mark.parametrize("case", HISTOGRAMS)
def test_histogram_is_tensorflows_to_the_byte(case: str) -> None:
    made = run(lambda values: summary.histogram_summary("tag", values), GOLDEN[f"histogram/{case}/values"])
    assert made == GOLDEN[f"histogram/{case}/summary"].tobytes()


@pytest.mark.parametrize(("value", "text"), [(np.nan, "Nan in summary histogram for: h"), (-np.inf, "Infinity")])
def test_histogram_refuses_what_is_not_finite(value: float, text: str) -> None:
    with pytest.raises(errors.InvalidArgumentError, match=text):
        run(lambda x: summary.histogram_summary("tag", x, name="h"), np.array([1.0, value], np.float32))


@pytest.mark.parametrize("case", IMAGES)
def test_image_has_tensorflows_pixels(case: str) -> None:
    values = GOLDEN[f"image/{case}/values"]
    made = parsed(run(lambda x: summary.image_summary("tag", x), values)).value
    expected = [GOLDEN[f"image/{case}/pixels/{index}"] for index in range(len(made))]
    assert len(made) == min(3, len(values))
    assert [value.tag for value in made] == [f"tag/image/{index}" for index in range(len(made))]
    for value, pixels in zip(made, expected, strict=True):
        np.testing.assert_array_equal(decoded(value.image), pixels)


def test_a_single_image_has_no_number() -> None:
    pictures = np.zeros([2, 2, 2, 1], np.uint8)
    (value,) = parsed(run(lambda x: summary.image_summary("tag", x, max_images=1), pictures)).value
    assert value.tag == "tag/image"


def test_bad_color_can_be_chosen() -> None:
    picture = np.array([[[[1.0, 1.0, 1.0], [np.nan, 0.0, 0.0]]]], np.float32)
    made = parsed(run(lambda x: summary.image_summary("tag", x, bad_color=[1, 2, 3]), picture))
    np.testing.assert_array_equal(decoded(made.value[0].image), [[[255, 255, 255], [1, 2, 3]]])


@pytest.mark.parametrize("shape", [[2, 2, 3], [1, 2, 2, 2]])
def test_image_refuses_other_shapes_while_the_graph_is_built(shape: list[int]) -> None:
    with Graph().as_default(), pytest.raises(ValueError, match="Tensor must be 4-D with last dim 1, 3, or 4, not"):
        summary.image_summary("tag", placeholder(dtypes.float32, shape))


def test_image_refuses_other_shapes_when_it_runs() -> None:
    with pytest.raises(errors.InvalidArgumentError, match=r"4-D with last dim 1, 3, or 4, not \(2, 2\)"):
        run(lambda x: summary.image_summary("tag", x), np.zeros([2, 2], np.float32))


def test_image_refuses_too_short_a_color() -> None:
    with Graph().as_default(), pytest.raises(ValueError, match="bad_color has 1 channels, the pictures have 3"):
        summary.image_summary("tag", placeholder(dtypes.float32, [1, 2, 2, 3]), bad_color=[1])


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int32", "uint8", "int64"])
def test_scalar_is_written_as_float(dtype: str) -> None:
    made = run(lambda x: summary.scalar_summary("loss", x), np.array(3, dtype))
    assert made == b"\n\x0b\n\x04loss\x15\x00\x00\x40\x40"


def test_scalars_have_a_tag_each() -> None:
    made = parsed(run(lambda: summary.scalar_summary(["a", "b"], [1.0, float("nan")])))
    assert [value.tag for value in made.value] == ["a", "b"]
    assert made.value[0].simple_value == 1.0
    assert np.isnan(made.value[1].simple_value)


def test_scalar_refuses_a_vector() -> None:
    with Graph().as_default(), pytest.raises(ValueError, match=r"The tags have shape \(\), the values \(3,\)"):
        summary.scalar_summary("loss", placeholder(dtypes.float32, [3]))
    with pytest.raises(errors.InvalidArgumentError, match="reduce the tensor first"):
        run(lambda x: summary.scalar_summary("loss", x), np.zeros(3, np.float32))


def test_tensor_summary_keeps_value_and_metadata() -> None:
    metadata = summary_pb2.SummaryMetadata(display_name="shown").SerializeToString()
    made = parsed(run(lambda: summary.tensor_summary_v2("tag", constant([b"a", b"b"]), metadata)))
    assert made.value[0].tag == "tag"
    assert made.value[0].metadata.display_name == "shown"
    assert list(made.value[0].tensor.string_val) == [b"a", b"b"]


def test_merge_keeps_all_values_in_order() -> None:
    made = parsed(run(lambda: summary.merge_summary([summary.scalar_summary(tag, 1.0) for tag in ("b", "a", "c")])))
    assert [value.tag for value in made.value] == ["b", "a", "c"]


def test_merge_refuses_a_tag_twice() -> None:
    with pytest.raises(errors.InvalidArgumentError, match="Duplicate tag a found in summary inputs"):
        run(lambda: summary.merge_summary([summary.scalar_summary("a", 1.0), summary.scalar_summary("a", 2.0)]))


def test_merge_refuses_what_is_no_summary() -> None:
    with pytest.raises(errors.InvalidArgumentError, match="Could not parse one of the summary inputs"):
        run(lambda: summary.merge_summary([constant(b"\xff\xff")]))


def test_merge_refuses_no_inputs() -> None:
    with Graph().as_default(), pytest.raises(ValueError, match="shorter than minimum length 1"):
        summary.merge_summary([])
