"""How much pictures vary and how alike they are (API: tf.image.total_variation, psnr, ssim, sobel_edges ...)."""

from __future__ import annotations

from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import control_dependencies, name_scope
from convflow.ops.activation import relu
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import constant, zeros
from convflow.ops.array.identity import identity
from convflow.ops.array.pad import pad
from convflow.ops.array.reshape import reshape
from convflow.ops.array.sequence import range as range_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.shape_ops import shape_n, size
from convflow.ops.array.stack import stack, unstack
from convflow.ops.array.tile import tile
from convflow.ops.assertion import assert_
from convflow.ops.depthwise import depthwise_conv2d
from convflow.ops.image.convert import convert_image_dtype
from convflow.ops.math.arithmetic import squared_difference, subtract
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal, greater_equal
from convflow.ops.math.elementwise import abs as absolute
from convflow.ops.math.elementwise import log, square
from convflow.ops.math.reduce import reduce_all, reduce_mean, reduce_prod, reduce_sum
from convflow.ops.pool import avg_pool
from convflow.ops.softmax import softmax

# Horizontal and vertical differences, each smoothed across (Sobel and Feldman, 1968).
_SOBEL = [[[-1, -2, -1], [0, 0, 0], [1, 2, 1]], [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]]
_SCALES = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def total_variation(images: Any, name: str | None = None) -> Tensor:
    """The sum of the absolute differences of neighbours in rows and columns (API: tf.image.total_variation).

    Args:
        images: [height, width, channels] or [batch, height, width, channels].

    Returns:
        a scalar; [batch] for a batch.
    """
    with name_scope(name, "total_variation"):
        rank = images.shape.rank
        if rank == 3:
            down, across = images[1:, :, :] - images[:-1, :, :], images[:, 1:, :] - images[:, :-1, :]
            axes = None
        elif rank == 4:
            down, across = images[:, 1:, :, :] - images[:, :-1, :, :], images[:, :, 1:, :] - images[:, :, :-1, :]
            axes = [1, 2, 3]
        else:
            raise ValueError(f"`images` must be either 3 or 4-dimensional, but its shape is {images.shape}.")
        return reduce_sum(absolute(down), axis=axes) + reduce_sum(absolute(across), axis=axes)


def image_gradients(image: Any) -> tuple[Tensor, Tensor]:
    """Each pixel's difference to the next below and to the right; 0 at the edge (API: tf.image.image_gradients).

    Args:
        image: [batch, height, width, channels].

    Returns:
        dy, dx, both of the shape of `image`.
    """
    if image.shape.rank != 4:
        raise ValueError(f"image_gradients expects a 4D tensor [batch_size, h, w, d], not one of shape {image.shape}.")
    sizes = shape_of(image)
    batch, height, width, depth = unstack(sizes, num=4)
    dy = image[:, 1:, :, :] - image[:, :-1, :, :]
    dx = image[:, :, 1:, :] - image[:, :, :-1, :]
    row = zeros(stack([batch, 1, width, depth]), image.dtype)
    dy = reshape(concat([dy, row], 1), sizes)
    column = zeros(stack([batch, height, 1, depth]), image.dtype)
    return dy, reshape(concat([dx, column], 2), sizes)


def sobel_edges(image: Any) -> Tensor:
    """Each channel's slopes down and to the right by Sobel's filter (API: tf.image.sobel_edges).

    Args:
        image: floats [batch, height, width, channels]; its edge is mirrored.

    Returns:
        [batch, height, width, channels, 2].
    """
    static = image.shape
    sizes = shape_of(image)
    kernels = np.transpose(np.asarray(_SOBEL), (1, 2, 0))[:, :, None, :]
    filters = constant(kernels, dtype=dtypes.float32)
    filters = tile(filters, [1, 1, sizes[-1], 1], name="sobel_filters")
    padded = pad(image, [[0, 0], [1, 1], [1, 1], [0, 0]], mode="REFLECT")
    edges = depthwise_conv2d(padded, filters, [1, 1, 1, 1], "VALID")
    result = reshape(edges, concat([sizes, [2]], 0))
    result.set_shape(static.concatenate([2]))
    return result


def psnr(a: Any, b: Any, max_val: Any, name: str | None = None) -> Tensor:
    """The peak signal-to-noise ratio in decibels (API: tf.image.psnr).

    Args:
        a, b: [..., height, width, channels] of one type.
        max_val: the difference of the largest and smallest possible value.

    Returns:
        float32 [...].
    """
    with name_scope(name, "PSNR", [a, b]):
        peak = convert_image_dtype(cast(max_val, a.dtype), dtypes.float32)
        a, b = convert_image_dtype(a, dtypes.float32), convert_image_dtype(b, dtypes.float32)
        error = reduce_mean(squared_difference(a, b), [-3, -2, -1])
        loudest = 20 * log(peak) / log(10.0)
        result = subtract(loudest, np.float32(10 / np.log(10)) * log(error), name="psnr")
        checks = _same_pictures(a, b)[2]
        with control_dependencies(checks):
            return identity(result)


def _same_pictures(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor, list[Any]]:
    """The shapes of two lots of pictures, and the checks that they fit together."""
    for pictures in (a, b):
        if pictures.shape.rank is not None and pictures.shape.rank < 3:
            raise ValueError(f"Pictures must be [..., height, width, channels], got shape {pictures.shape}.")
    if a.shape.rank is not None and b.shape.rank is not None:
        if not a.shape[-3:].is_compatible_with(b.shape[-3:]):
            raise ValueError(f"The pictures' sizes differ: {a.shape} and {b.shape}. Resize one of them.")
        pairs = zip(reversed(a.shape[:-3]), reversed(b.shape[:-3]), strict=False)
        if any(1 not in (one.value, two.value) and not one.is_compatible_with(two) for one, two in pairs):
            raise ValueError(f"Two images are not compatible: {a.shape} and {b.shape}.")
    first, second = shape_n([a, b])
    checks = [
        assert_(greater_equal(size(first), 3), [first, second], summarize=10),
        assert_(reduce_all(equal(first[-3:], second[-3:])), [first, second], summarize=10),
    ]
    return first, second, checks


def _window(filter_size: Tensor, sigma: Tensor) -> Tensor:
    """[size, size, 1, 1]: a Gaussian's weights, of sum 1."""
    from_middle = cast(range_of(filter_size), sigma.dtype) - cast(filter_size - 1, sigma.dtype) / 2.0
    exponents = square(from_middle) * (-0.5 / square(sigma))
    grid = reshape(exponents, [1, -1]) + reshape(exponents, [-1, 1])
    return reshape(softmax(reshape(grid, [1, -1])), [filter_size, filter_size, 1, 1])


def _per_channel(
    a: Tensor, b: Tensor, max_val: Any, filter_size: Any, filter_sigma: Any, k1: float, k2: float, as_map: bool
) -> tuple[Tensor, Tensor]:
    """SSIM and its contrast-structure part of each channel, as in Wang and others, 2004."""
    size_of_window = constant(filter_size, dtype=dtypes.int32)
    sigma = constant(filter_sigma, dtype=a.dtype)
    first, second = shape_n([a, b])
    checks = [
        assert_(reduce_all(greater_equal(sizes[-3:-1], size_of_window)), [sizes, size_of_window], summarize=8)
        for sizes in (first, second)
    ]
    with control_dependencies(checks):
        a = identity(a)
    kernel = tile(_window(size_of_window, sigma), [1, 1, first[-1], 1])

    def averaged(x: Tensor) -> Tensor:
        sizes = shape_of(x)
        flat = reshape(x, concat([[-1], sizes[-3:]], 0))
        y = depthwise_conv2d(flat, kernel, [1, 1, 1, 1], "VALID")
        return reshape(y, concat([sizes[:-3], shape_of(y)[1:]], 0))

    c1, c2 = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    mean_a, mean_b = averaged(a), averaged(b)
    product = mean_a * mean_b * 2.0
    squares = square(mean_a) + square(mean_b)
    brightness = (product + c1) / (squares + c1)
    both = averaged(a * b) * 2.0
    spread = averaged(square(a) + square(b))
    # For a window that is no mean c2 would shrink; this one is.
    c2 = c2 * 1.0
    structure = (both - product + c2) / (spread - squares + c2)
    found = brightness * structure
    if as_map:
        return found, structure
    axes = constant([-3, -2], dtype=dtypes.int32)
    return reduce_mean(found, axes), reduce_mean(structure, axes)


def ssim(
    img1: Any,
    img2: Any,
    max_val: Any,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
    return_index_map: bool = False,
) -> Tensor:
    """The structural similarity of pictures (API: tf.image.ssim; Wang and others, 2004).

    Args:
        img1, img2: [..., height, width, channels] of one type, at least as large as the window.
        max_val: the difference of the largest and smallest possible value.
        filter_size, filter_sigma: of the Gaussian window.
        k1, k2: keep the quotients steady.
        return_index_map: the similarity around each pixel instead of the mean.

    Returns:
        float [...], 1 for equal pictures.
    """
    with name_scope(None, "SSIM", [img1, img2]):
        a, b, peak = _prepared(img1, img2, max_val)
        found, _ = _per_channel(a, b, peak, filter_size, filter_sigma, k1, k2, return_index_map)
        return reduce_mean(found, [-1])


def _prepared(img1: Any, img2: Any, max_val: Any) -> tuple[Tensor, Tensor, Tensor]:
    a, b = convert_to_tensor(img1, name="img1"), convert_to_tensor(img2, name="img2")
    checks = _same_pictures(a, b)[2]
    with control_dependencies(checks):
        a = identity(a)
    peak = convert_image_dtype(cast(max_val, a.dtype), dtypes.float32)
    return convert_image_dtype(a, dtypes.float32), convert_image_dtype(b, dtypes.float32), peak


def ssim_multiscale(
    img1: Any,
    img2: Any,
    max_val: Any,
    power_factors: Any = _SCALES,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
) -> Tensor:
    """The structural similarity at several resolutions (API: tf.image.ssim_multiscale; Wang and others, 2003).

    Args:
        power_factors: how much each resolution counts; each is half of the one before.

    The other arguments and the result are as of `ssim`.
    """
    with name_scope(None, "MS-SSIM", [img1, img2]):
        a, b, peak = _prepared(img1, img2, max_val)
        parts: list[Tensor] = []
        found = peak
        for scale in range(len(power_factors)):
            if scale:
                a, b = _halved(a), _halved(b)
            found, structure = _per_channel(a, b, peak, filter_size, filter_sigma, k1, k2, False)
            parts.append(relu(structure))
        every = stack([*parts[:-1], relu(found)], axis=-1)
        return reduce_mean(reduce_prod(every ** np.asarray(power_factors, np.float32), [-1]), [-1])


def _halved(images: Tensor) -> Tensor:
    """Half of the resolution; an odd size first repeats its last row or column."""
    sizes = shape_of(images)
    flat = reshape(images, concat([[-1], sizes[-3:]], 0))
    odd = sizes[-3:-1] % 2
    paddings = stack([[0, 0], stack([0, odd[0]]), stack([0, odd[1]]), [0, 0]])
    pooled = avg_pool(pad(flat, paddings, mode="SYMMETRIC"), [1, 2, 2, 1], [1, 2, 2, 1], "VALID")
    return reshape(pooled, concat([sizes[:-3], shape_of(pooled)[1:]], 0))
