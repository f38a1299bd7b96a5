"""Pictures seen through a projective transformation (API: tf.contrib.image.transform, rotate, translate).

A transformation is eight numbers a0, a1, a2, b0, b1, b2, c0, c1: the output's pixel (x, y) is the input's at
((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k) with k = c0 x + c1 y + 1.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import torch

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import operators, rules  # noqa: F401  (tensors get their operators)
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import ones, zeros
from convflow.ops.array.reshape import expand_dims, reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.linalg.inverse import matrix_inverse
from convflow.ops.math.cast import cast
from convflow.ops.math.elementwise import cos, sin
from convflow.ops.math.matmul import matmul
from convflow.ops.string import text_of

_TYPES = "uint8, int32, int64, half, bfloat16, float, double"
_INTERPOLATIONS = ("NEAREST", "BILINEAR")


def transform(
    images: Any, transforms: Any, interpolation: str = "NEAREST", output_shape: Any = None, name: str | None = None
) -> Tensor:
    """Pictures under projective transformations (API: tf.contrib.image.transform).

    Args:
        images: [batch, height, width, channels], [height, width, channels] or [height, width], integers or floating.
        transforms: float32 [8] or [batch, 8], from the output's pixels to the input's: see this module.
        interpolation: "NEAREST" or "BILINEAR".
        output_shape: int32 [2], height and width of the result; the input's by default.

    Returns:
        the type and rank of `images`; places outside of a picture are zero. The gradient is that of `images`, by the
        inverse transformation.

    Raises:
        TypeError: pictures or transformations of another rank. ValueError: another interpolation.
    """
    with name_scope(name, "transform"):
        given = convert_to_tensor(images, name="images")
        flat = convert_to_tensor(transforms, name="transforms", dtype=dtypes.float32)
        size = shape_of(given)
        if given.shape.rank == 2:
            pictures = reshape(given, [1, size[0], size[1], 1])
        elif given.shape.rank == 3:
            pictures = expand_dims(given, 0)
        elif given.shape.rank == 4:
            pictures = given
        else:
            raise TypeError(f"Images should have rank between 2 and 4, got {given}. Use set_shape.")
        if flat.shape.rank not in (1, 2):
            raise TypeError(f"Transforms should have rank 1 or 2, got {flat}. Use set_shape.")
        whole = shape_of(pictures)[1:3] if output_shape is None else convert_to_tensor(output_shape, dtypes.int32)
        if interpolation.upper() not in _INTERPOLATIONS:
            raise ValueError(f"interpolation must be one of {_INTERPOLATIONS}, got {interpolation!r}.")
        result = apply_op(
            "ImageProjectiveTransformV2",
            images=pictures,
            transforms=expand_dims(flat, 0) if flat.shape.rank == 1 else flat,
            output_shape=whole,
            interpolation=interpolation.upper(),
        )
        if given.shape.rank == 2:
            return result[0, :, :, 0]
        return result[0] if given.shape.rank == 3 else result


def rotate(images: Any, angles: Any, interpolation: str = "NEAREST", name: str | None = None) -> Tensor:
    """Pictures turned counterclockwise about their middle (API: tf.contrib.image.rotate).

    Args:
        images: see `transform`.
        angles: float32 radians, a scalar or [batch].
        interpolation: "NEAREST" or "BILINEAR".
    """
    with name_scope(name, "rotate"):
        given = convert_to_tensor(images)
        height, width = _size(given)
        transforms = angles_to_projective_transforms(angles, height, width)
        return transform(given, transforms, interpolation=interpolation)


def translate(images: Any, translations: Any, interpolation: str = "NEAREST", name: str | None = None) -> Tensor:
    """Pictures moved (API: tf.contrib.image.translate).

    Args:
        images: see `transform`.
        translations: float32 [dx, dy] in pixels, to the right and down, or [batch, 2].
        interpolation: "NEAREST" or "BILINEAR".
    """
    with name_scope(name, "translate"):
        return transform(images, translations_to_projective_transforms(translations), interpolation=interpolation)


def _size(images: Tensor) -> tuple[Tensor, Tensor]:
    rank = images.shape.rank
    if rank not in (2, 3, 4):
        raise TypeError(f"Images should have rank between 2 and 4, got {images}. Use set_shape.")
    size, first = shape_of(images), 1 if rank == 4 else 0
    return cast(size[first], dtypes.float32), cast(size[first + 1], dtypes.float32)


def angles_to_projective_transforms(
    angles: Any, image_height: Any, image_width: Any, name: str | None = None
) -> Tensor:
    """Turns as transformations (API: tf.contrib.image.angles_to_projective_transforms).

    Args:
        angles: radians, a scalar or [n].
        image_height, image_width: float32, of the pictures.

    Returns:
        float32 [n, 8].
    """
    with name_scope(name, "angles_to_projective_transforms"):
        turns = convert_to_tensor(angles, name="angles", dtype=dtypes.float32)
        if turns.shape.rank not in (0, 1):
            raise TypeError(f"Angles should have rank 0 or 1, got {turns}.")
        column = reshape(turns, [-1, 1])
        last_x, last_y = image_width - 1, image_height - 1
        cosine, sine = cos(column), sin(column)
        # The middle stays where it is.
        x = (last_x - (cosine * last_x - sine * last_y)) / 2.0
        y = (last_y - (sine * last_x + cosine * last_y)) / 2.0
        nothing = zeros([shape_of(column)[0], 2], dtypes.float32)
        return concat([cosine, -sine, x, sine, cosine, y, nothing], 1)


def translations_to_projective_transforms(translations: Any, name: str | None = None) -> Tensor:
    """Movements as transformations (API: tf.contrib.image.translations_to_projective_transforms).

    Args:
        translations: float32 [dx, dy] or [n, 2].

    Returns:
        float32 [n, 8].
    """
    with name_scope(name, "translations_to_projective_transforms"):
        moves = convert_to_tensor(translations, name="translations", dtype=dtypes.float32)
        if moves.shape.rank not in (1, 2):
            raise TypeError(f"Translations should have rank 1 or 2, got {moves}.")
        rows = reshape(moves, [-1, 2])
        count = shape_of(rows)[0]
        one, nothing = ones([count, 1], dtypes.float32), zeros([count, 1], dtypes.float32)
        return concat([one, nothing, -rows[:, :1], nothing, one, -rows[:, 1:], nothing, nothing], 1)


def flat_transforms_to_matrices(transforms: Any, name: str | None = None) -> Tensor:
    """Transformations [8] or [n, 8] as matrices [n, 3, 3] (API: tf.contrib.image.flat_transforms_to_matrices).

    Args:
        transforms: the eight numbers of each, floating; the ninth is 1.

    Returns:
        Of the type of `transforms`.

    Raises:
        ValueError: another rank.
    """
    with name_scope(name, "flat_transforms_to_matrices"):
        flat = convert_to_tensor(transforms, name="transforms")
        if flat.shape.rank not in (1, 2):
            raise ValueError(f"Transforms should be 1D or 2D, got: {flat}.")
        rows = reshape(flat, [-1, 8])
        return reshape(concat([rows, ones([shape_of(rows)[0], 1], rows.dtype)], 1), [-1, 3, 3])


def matrices_to_flat_transforms(transform_matrices: Any, name: str | None = None) -> Tensor:
    """Matrices [3, 3] or [n, 3, 3] as transformations [n, 8] (API: tf.contrib.image.matrices_to_flat_transforms).

    Args:
        transform_matrices: floating; each is divided by its last element, which is not 0.

    Returns:
        Of the type of `transform_matrices`.

    Raises:
        ValueError: another rank.
    """
    with name_scope(name, "matrices_to_flat_transforms"):
        matrices = convert_to_tensor(transform_matrices, name="transform_matrices")
        if matrices.shape.rank not in (2, 3):
            raise ValueError(f"Matrices should be 2D or 3D, got: {matrices}.")
        rows = reshape(matrices, [-1, 9])
        return (rows / rows[:, 8:9])[:, :8]


def compose_transforms(*transforms: Any, **kwargs: Any) -> Tensor:
    """One transformation [n, 8] for several, each [8] or [n, 8] (API: tf.contrib.image.compose_transforms).

    Args:
        transforms: those that a picture goes through, in that order.
        name: of the nodes.

    Raises:
        ValueError: none at all.
    """
    if not transforms:
        raise ValueError("compose_transforms needs at least one transformation.")
    with name_scope(kwargs.get("name"), "compose_transforms"):
        return matrices_to_flat_transforms(reduce(matmul, map(flat_transforms_to_matrices, transforms)))


def _transformed_shape(ctx: InferenceContext) -> list[TensorShape]:
    images = rules.with_rank(ctx.input(0), 4, "images")
    transforms = rules.with_rank(ctx.input(1), 2, "transforms")
    rules.merge_dimension(transforms[1], 8, f"transforms are [1 or batch, 8], got {transforms}")
    if transforms[0].value not in (None, 1):
        rules.merge_dimension(
            transforms[0], images[0], f"transforms {transforms} are one, or one for each of images {images}"
        )
    size = rules.with_rank(ctx.input(2), 1, "output_shape")
    rules.merge_dimension(size[0], 2, f"output_shape is height and width, got shape {size}")
    known = ctx.constant_shape(2)
    height, width = (None, None) if known.rank is None else (known[0], known[1])
    return [TensorShape([images[0], height, width, images[3]])]


def _places(transforms: torch.Tensor, height: int, width: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Where each output pixel is in the input, and whether it is anywhere."""
    y, x = torch.arange(height, dtype=torch.float32)[:, None], torch.arange(width, dtype=torch.float32)
    a0, a1, a2, b0, b1, b2, c0, c1 = transforms.T[:, :, None, None]
    k = c0 * x + c1 * y + 1
    is_somewhere = k != 0
    k = torch.where(is_somewhere, k, torch.ones_like(k))
    return (a0 * x + a1 * y + a2) / k, (b0 * x + b1 * y + b2) / k, is_somewhere


def _read(images: torch.Tensor, x: torch.Tensor, y: torch.Tensor, is_somewhere: torch.Tensor) -> torch.Tensor:
    """The pixels at whole places; zero outside."""
    batch, height, width, channels = images.shape
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height) & is_somewhere
    place = torch.where(inside, y * width + x, torch.zeros_like(x)).long()
    rows = place.expand(batch, *place.shape[1:]).reshape(batch, -1)
    found = images.reshape(batch, -1, channels).gather(1, rows[..., None].expand(-1, -1, channels))
    found = found.reshape(batch, *place.shape[1:], channels)
    return torch.where(inside[..., None], found, found.new_zeros(()))


def _round(values: torch.Tensor) -> torch.Tensor:
    # Halves go away from zero.
    return torch.sign(values) * torch.floor(values.abs() + 0.5)


def _bilinear(images: torch.Tensor, x: torch.Tensor, y: torch.Tensor, is_somewhere: torch.Tensor) -> torch.Tensor:
    left, top = torch.floor(x), torch.floor(y)
    across, down = (x - left)[..., None], (y - top)[..., None]
    wide = images if images.dtype == torch.float64 else images.float()
    corners = [_read(wide, left + right, top + lower, is_somewhere) for lower in (0, 1) for right in (0, 1)]
    upper = (1 - across) * corners[0] + across * corners[1]
    lower = (1 - across) * corners[2] + across * corners[3]
    return ((1 - down) * upper + down * lower).to(images.dtype)


def _transform_kernel(op: Operation) -> Callable[..., torch.Tensor]:
    is_nearest = text_of(op.attrs["interpolation"]) == "NEAREST"

    def compute(images: torch.Tensor, transforms: torch.Tensor, output_shape: torch.Tensor) -> torch.Tensor:
        if images.ndim != 4 or transforms.ndim != 2 or transforms.shape[1] != 8 or output_shape.shape != (2,):
            raise ValueError("The shapes of a projective transformation's inputs differ.")
        if transforms.shape[0] not in (1, images.shape[0]):
            raise ValueError("One transformation, or one for each picture.")
        x, y, is_somewhere = _places(transforms, *output_shape.tolist())
        if is_nearest:
            return _read(images, _round(x), _round(y), is_somewhere).contiguous()
        return _bilinear(images, x, y, is_somewhere).contiguous()

    return compute


def _transform_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    images, transforms, _ = op.inputs
    inverse = matrices_to_flat_transforms(matrix_inverse(flat_transforms_to_matrices(transforms)))
    slope = apply_op(
        "ImageProjectiveTransformV2",
        images=grad,
        transforms=inverse,
        output_shape=shape_of(images)[1:3],
        interpolation=op.attrs["interpolation"],
    )
    return [slope, None, None]


register_op(
    "ImageProjectiveTransformV2",
    inputs="images: dtype; transforms: float; output_shape: int32",
    outputs="transformed_images: dtype",
    attrs=f"dtype: type in {{{_TYPES}}}; interpolation: string; fill_mode: string = 'CONSTANT'",
    shape=_transformed_shape,
    kernel=_transform_kernel,
    gradient=_transform_gradient,
)
