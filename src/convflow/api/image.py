"""tf.image"""

from convflow.core.lazy import lazy_submodules as _lazy_submodules
from convflow.ops.array.patches import extract_image_patches, extract_patches
from convflow.ops.image.adjust import (
    adjust_brightness,
    adjust_contrast,
    adjust_gamma,
    adjust_hue,
    adjust_jpeg_quality,
    adjust_saturation,
    per_image_standardization,
    random_brightness,
    random_contrast,
    random_hue,
    random_jpeg_quality,
    random_saturation,
)
from convflow.ops.image.boxes import draw_bounding_boxes, sample_distorted_bounding_box
from convflow.ops.image.color import (
    grayscale_to_rgb,
    hsv_to_rgb,
    rgb_to_grayscale,
    rgb_to_hsv,
    rgb_to_yiq,
    rgb_to_yuv,
    yiq_to_rgb,
    yuv_to_rgb,
)
from convflow.ops.image.combined_suppression import combined_non_max_suppression
from convflow.ops.image.convert import convert_image_dtype
from convflow.ops.image.crop_resize import crop_and_resize
from convflow.ops.image.decode import (
    decode_and_crop_jpeg,
    decode_bmp,
    decode_gif,
    decode_image,
    decode_jpeg,
    decode_png,
    extract_jpeg_shape,
    is_jpeg,
)
from convflow.ops.image.encode import encode_jpeg, encode_png
from convflow.ops.image.flip import (
    flip_left_right,
    flip_up_down,
    random_flip_left_right,
    random_flip_up_down,
    rot90,
    transpose,
)
from convflow.ops.image.flip import transpose as transpose_image
from convflow.ops.image.frame import (
    central_crop,
    crop_to_bounding_box,
    pad_to_bounding_box,
    resize_image_with_crop_or_pad,
)
from convflow.ops.image.frame import resize_image_with_crop_or_pad as resize_with_crop_or_pad
from convflow.ops.image.glimpse import extract_glimpse
from convflow.ops.image.quality import image_gradients, psnr, sobel_edges, ssim, ssim_multiscale, total_variation
from convflow.ops.image.resize import ResizeMethod, resize_image_with_pad, resize_images
from convflow.ops.image.resize import resize_images as resize
from convflow.ops.image.resize_ops import resize_area, resize_bicubic, resize_bilinear, resize_nearest_neighbor
from convflow.ops.image.suppression import (
    non_max_suppression,
    non_max_suppression_overlaps,
    non_max_suppression_padded,
    non_max_suppression_with_scores,
)
from convflow.ops.random_crop import random_crop

# Names from before TensorFlow 1.0 are answered with their new ones.
__getattr__, __dir__ = _lazy_submodules(__name__)
