"""Cases: pictures resized, cut, turned, recoloured, compared; boxes."""

from __future__ import annotations

from collections.abc import Iterator

from cases import Case, X, case, dt, given


def table() -> Iterator[Case]:
    yield from resized()
    yield from framed()
    yield from turned()
    yield from coloured()
    yield from adjusted()
    yield from converted()
    yield from compared()
    yield from boxed()
    yield from refused()


def picture(*shape: int, dtype: str = "float32") -> X:
    if dtype in ("float32", "float64", "float16"):
        return X(*shape, dtype=dtype, low=0.0, high=1.0)
    return X(*shape, dtype=dtype, low=0, high=255)


SIZES = {"up": [7, 9], "down": [2, 3], "one": [1, 1], "mixed": [3, 8], "odd": [6, 4]}


def resized() -> Iterator[Case]:
    flags = {
        "": {},
        " corners": {"align_corners": True},
        " centers": {"half_pixel_centers": True},
    }
    for method in ("bilinear", "nearest_neighbor", "bicubic"):
        for size, value in SIZES.items():
            for flag, settings in flags.items():
                yield case(f"image.resize_{method}", picture(2, 4, 5, 2), value, name=f"{size}{flag}", **settings)
    for method in ("bilinear", "nearest_neighbor", "bicubic", "area"):
        for dtype in ("uint8", "int32", "float16", "float64"):
            yield case(
                f"image.resize_{method}",
                picture(1, 3, 4, 1, dtype=dtype),
                [5, 3],
                name=dtype,
                differentiate=dtype == "float16",
            )
        yield case(
            f"image.resize_{method}", picture(1, 3, 4, 1), X(values=[2, 5], dtype="int32"), name="size fed",
            static=("full", "nothing"),
        )  # fmt: skip
    for size, value in SIZES.items():
        yield case("image.resize_area", picture(2, 4, 5, 2), value, name=size, differentiate=False)
        yield case("image.resize_area", picture(1, 5, 7, 1), value, name=f"{size} corners", align_corners=True,
                   differentiate=False)  # fmt: skip
    for method in range(4):
        yield case("image.resize_images", picture(4, 5, 2), [6, 3], method=method, name=f"one by {method}",
                   differentiate=method < 3)  # fmt: skip
        yield case("image.resize", picture(2, 4, 5, 2), [6, 3], method=method, name=f"batch by {method}",
                   differentiate=method < 3)  # fmt: skip
    yield case("image.resize_images", picture(4, 5, 2), [4, 5], name="same size")
    yield case("image.resize_images", picture(4, 5, 2, dtype="uint8"), [8, 2], align_corners=True, name="uint8")
    for size in ([8, 8], [2, 9], [9, 2]):
        yield case("image.resize_images", picture(4, 6, 1), size, preserve_aspect_ratio=True, name=f"fits {size}")
    for size in ([6, 12], [3, 3], [9, 2]):
        yield case("image.resize_image_with_pad", picture(4, 5, 2), *size, name=f"{size}")
        yield case("image.resize_image_with_pad", picture(2, 4, 5, 1), *size, method=1, name=f"batch {size}")


def framed() -> Iterator[Case]:
    for shape in ((5, 6, 2), (2, 5, 6, 1)):
        kind = "batch" if len(shape) == 4 else "one"
        yield case("image.crop_to_bounding_box", picture(*shape), 1, 2, 3, 3, name=kind)
        yield case("image.pad_to_bounding_box", picture(*shape), 1, 2, 8, 9, name=kind)
        for size in ([3, 4], [8, 9], [3, 9], [5, 6], [6, 5]):
            yield case("image.resize_image_with_crop_or_pad", picture(*shape), *size, name=f"{kind} {size}")
        for fraction in (0.5, 0.3, 0.875, 1.0):
            yield case("image.central_crop", picture(*shape), fraction, name=f"{kind} {fraction}")
    yield case("image.resize_with_crop_or_pad", picture(4, 4, 1, dtype="uint8"), 2, 6, name="uint8")
    yield case("image.crop_to_bounding_box", picture(5, 6, 2), 3, 0, 3, 3, name="too low", fails=True)
    yield case("image.pad_to_bounding_box", picture(5, 6, 2), 0, 0, 4, 9, name="too small", fails=True)
    yield case("image.crop_to_bounding_box", picture(5, 6, 2), -1, 0, 3, 3, name="negative", fails=True)
    yield case("image.central_crop", picture(5, 6, 2), 1.5, name="too much", fails=True)


def turned() -> Iterator[Case]:
    for shape in ((3, 4, 2), (2, 3, 4, 1)):
        kind = "batch" if len(shape) == 4 else "one"
        for function in ("flip_left_right", "flip_up_down", "transpose_image", "transpose"):
            yield case(f"image.{function}", picture(*shape), name=kind)
        for k in range(-1, 5):
            yield case("image.rot90", picture(*shape), k, name=f"{kind} {k}")
        for function in ("random_flip_left_right", "random_flip_up_down"):
            for seed in (1, 2):
                yield case(f"image.{function}", picture(*shape), seed=seed, name=f"{kind} {seed}", runs=3)
            yield case(f"image.{function}", picture(*shape, dtype="uint8"), seed=5, name=f"{kind} uint8", runs=3)
    yield case("image.flip_left_right", picture(3, 4), name="matrix", fails=True)


def coloured() -> Iterator[Case]:
    for function in ("rgb_to_hsv", "hsv_to_rgb", "rgb_to_yiq", "yiq_to_rgb", "rgb_to_yuv", "yuv_to_rgb"):
        for dtype in ("float32", "float64"):
            yield case(
                f"image.{function}", picture(2, 3, 3, dtype=dtype), name=dtype, differentiate=function != "hsv_to_rgb"
            )
        yield case(f"image.{function}", picture(2, 2, 2, 3), name="batch", differentiate=function != "hsv_to_rgb")
    grey = given([[0.5, 0.5, 0.5], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0], [1.0, 1.0, 0.0], [0.0, 1.0, 1.0]])
    yield case("image.rgb_to_hsv", grey, name="grey and ties", differentiate=False)
    for dtype in ("float32", "uint8", "float64"):
        yield case("image.rgb_to_grayscale", picture(2, 3, 3, dtype=dtype), name=dtype)
        yield case("image.grayscale_to_rgb", picture(2, 3, 1, dtype=dtype), name=dtype)
    yield case("image.rgb_to_grayscale", picture(2, 2, 2, 3), name="batch")
    yield case("image.rgb_to_hsv", picture(2, 4), name="four channels", fails="building")


def adjusted() -> Iterator[Case]:
    for dtype in ("float32", "uint8"):
        image = picture(3, 4, 3, dtype=dtype)
        plain = {"differentiate": False}
        yield case("image.adjust_brightness", image, 0.2, name=f"{dtype} up")
        yield case("image.adjust_brightness", image, -0.4, name=f"{dtype} down")
        for factor in (0.5, 2.0):
            yield case("image.adjust_contrast", image, factor, name=f"{dtype} {factor}", **plain)
            yield case("image.adjust_saturation", image, factor, name=f"{dtype} {factor}", **plain)
            yield case("image.adjust_gamma", image, factor, 0.9, name=f"{dtype} {factor}")
        for delta in (0.3, -0.7):
            yield case("image.adjust_hue", image, delta, name=f"{dtype} {delta}", **plain)
        for seed in (1, 7):
            yield case("image.random_brightness", image, 0.3, seed=seed, name=f"{dtype} {seed}", runs=2)
            yield case("image.random_contrast", image, 0.5, 1.5, seed=seed, name=f"{dtype} {seed}", runs=2, **plain)
            yield case("image.random_saturation", image, 0.5, 1.5, seed=seed, name=f"{dtype} {seed}", runs=2, **plain)
            yield case("image.random_hue", image, 0.4, seed=seed, name=f"{dtype} {seed}", runs=2, **plain)
        yield case("image.per_image_standardization", image, name=dtype)
    yield case("image.per_image_standardization", picture(2, 3, 3, 2), name="batch")
    yield case("image.per_image_standardization", X(2, 2, 1, low=0.5, high=0.5), name="one colour", differentiate=False)
    yield case("image.adjust_contrast", picture(2, 3, 3, 2), 0.7, name="batch", differentiate=False)
    yield case("image.random_contrast", picture(3, 3, 1), 2.0, 1.0, name="wrong order", fails=True)
    yield case("image.random_hue", picture(3, 3, 3), 0.7, name="too far", fails=True)
    yield case("image.adjust_gamma", picture(3, 3, 3), -1.0, name="negative", fails=True)


def converted() -> Iterator[Case]:
    for source in ("float32", "float64", "uint8", "int16", "uint16", "int32"):
        for target in ("float32", "float64", "uint8", "int16", "int32", "float16"):
            for saturate in (False, True):
                yield case(
                    "image.convert_image_dtype", picture(3, 2, dtype=source), dt(target), saturate=saturate,
                    name=f"{source} to {target}{' saturated' if saturate else ''}",
                )  # fmt: skip
    yield case("image.convert_image_dtype", given([-0.5, 0.2, 1.5]), dt("uint8"), saturate=True, name="beyond")


def compared() -> Iterator[Case]:
    yield case("image.total_variation", picture(4, 5, 2), name="one", static=("full", "batch", "rank"))
    yield case("image.total_variation", picture(2, 4, 5, 2), name="batch", static=("full", "batch", "rank"))
    yield case("image.image_gradients", picture(2, 4, 5, 2), name="batch")
    yield case("image.sobel_edges", picture(2, 4, 5, 2), name="batch")
    yield case("image.psnr", picture(2, 4, 5, 2), picture(2, 4, 5, 2), 1.0, name="float32")
    yield case("image.psnr", picture(4, 5, 2, dtype="uint8"), picture(4, 5, 2, dtype="uint8"), 255, name="uint8")
    yield case("image.ssim", picture(2, 12, 11, 2), picture(2, 12, 11, 2), 1.0, name="float32")
    yield case("image.ssim", picture(6, 7, 1), picture(6, 7, 1), 1.0, filter_size=5, name="small window")
    yield case("image.ssim", picture(12, 11, 1, dtype="uint8"), picture(12, 11, 1, dtype="uint8"), 255, name="uint8")
    yield case("image.ssim_multiscale", picture(1, 12, 13, 1), picture(1, 12, 13, 1), 1.0, power_factors=[0.5, 0.5],
               filter_size=4, name="two scales")  # fmt: skip
    yield case("image.psnr", picture(4, 5, 2), picture(4, 4, 2), 1.0, name="other size", fails=True)


BOXES = [[0.0, 0.0, 1.0, 1.0], [0.1, 0.2, 0.7, 0.9], [0.8, 0.9, 0.2, 0.1], [-0.3, 0.2, 1.2, 1.1]]
SCORES = [0.9, 0.75, 0.6, 0.95, 0.5, 0.3]
CORNERS = [[0, 0, 1, 1], [0, 0.1, 1, 1.1], [0, -0.1, 1, 0.9], [0, 10, 1, 11], [0, 10.1, 1, 11.1], [0, 100, 1, 101]]


def boxed() -> Iterator[Case]:
    owners = given([0, 1, 1, 0], "int32")
    for method in ("bilinear", "nearest"):
        for size in ([3, 3], [1, 1], [5, 2]):
            yield case("image.crop_and_resize", picture(2, 5, 6, 2), given(BOXES), owners, size, method=method,
                       name=f"{method} {size}", differentiate=method == "bilinear")  # fmt: skip
    yield case("image.crop_and_resize", picture(2, 5, 6, 1), given(BOXES), owners, [4, 4], extrapolation_value=7.5,
               name="value outside")  # fmt: skip
    yield case("image.crop_and_resize", picture(2, 5, 6, 1, dtype="uint8"), given(BOXES), owners, [4, 4], name="uint8")
    boxes, scores = given(CORNERS), given(SCORES)
    plain = {"differentiate": False}
    for threshold in (0.5, 0.1, 0.95):
        yield case("image.non_max_suppression", boxes, scores, 3, threshold, name=f"{threshold}", **plain)
        yield case("image.non_max_suppression", boxes, scores, 9, threshold, 0.4, name=f"{threshold} scores", **plain)
        for sigma in (0.0, 0.5):
            yield case("image.non_max_suppression_with_scores", boxes, scores, 6, threshold, 0.01, sigma,
                       name=f"{threshold} {sigma}", **plain)  # fmt: skip
    yield case("image.non_max_suppression", boxes, given([0.5] * 6), 6, name="ties", **plain)
    yield case("image.non_max_suppression", boxes, scores, 0, name="none", **plain)
    yield case("image.non_max_suppression_overlaps", X(6, 6, low=0.0, high=1.0), scores, 4, 0.5, name="table", **plain)
    yield case("image.draw_bounding_boxes", picture(2, 6, 7, 3), given([BOXES, BOXES]), name="RGB", **plain)
    yield case("image.draw_bounding_boxes", picture(1, 6, 7, 1), given([BOXES]), name="grey", **plain)
    yield case("image.draw_bounding_boxes", picture(1, 6, 7, 3), given([BOXES]),
               colors=given([[0.25, 0.5, 0.75], [1.0, 0.0, 0.5]]), name="colours", **plain)  # fmt: skip
    one = given([[[0.1, 0.2, 0.9, 0.8]]])
    for seed in range(1, 7):
        yield case("image.sample_distorted_bounding_box", given([40, 50, 3], "int32"), one, seed=seed,
                   name=f"seed {seed}", runs=4, **plain)  # fmt: skip
    yield case("image.sample_distorted_bounding_box", given([299, 400, 3], "int32"), one, seed=3, seed2=8,
               min_object_covered=0.5, aspect_ratio_range=[0.5, 2.0], area_range=[0.1, 0.6], max_attempts=20,
               name="settings", runs=4, **plain)  # fmt: skip
    yield case("image.sample_distorted_bounding_box", given([5, 7, 3], "int32"), X(1, 0, 4), seed=3,
               use_image_if_no_bounding_boxes=True, name="no boxes", runs=4, **plain)  # fmt: skip
    yield case("image.sample_distorted_bounding_box", given([5, 7, 3], "int32"), X(1, 0, 4), seed=3,
               name="no boxes allowed", fails=True)  # fmt: skip
    for centered in (True, False):
        for normalized in (True, False):
            offsets = given([[0.2, -0.1], [0.0, 0.3]]) if centered else given([[0.6, 0.5], [0.4, 0.5]])
            if not normalized:
                offsets = given([[0.0, 1.0], [1.0, -1.0]]) if centered else given([[3.0, 4.0], [4.0, 3.0]])
            yield case("image.extract_glimpse", picture(2, 7, 8, 1), [3, 2], offsets, centered=centered,
                       normalized=normalized, name=f"{centered} {normalized}", **plain)  # fmt: skip


def refused() -> Iterator[Case]:
    yield case("image.resize_bilinear", picture(4, 5, 2), [2, 2], name="rank 3", fails=True)
    yield case("image.resize_bilinear", picture(1, 4, 5, 2), [2, 0], name="no size", fails="building")
    yield case("image.resize_nearest_neighbor", picture(1, 4, 5, 2), [2], name="one size", fails=True)
    yield case("image.resize_images", picture(4, 5), [2, 2], name="matrix", fails=True)
    yield case("image.resize_images", picture(4, 5, 2), [2, 2, 2], name="three sizes", fails=True)
    yield case("image.crop_and_resize", picture(2, 5, 6, 2), given(BOXES), given([0, 1, 2, 0], "int32"), [2, 2],
               name="no such picture", fails=True)  # fmt: skip
    yield case("image.crop_and_resize", picture(2, 5, 6, 2), given(BOXES), given([0, 1], "int32"), [2, 2],
               name="too few owners", fails=True)  # fmt: skip
    yield case("image.non_max_suppression", given(CORNERS), given([0.5, 0.4]), 3, name="too few scores", fails=True)
    yield case("image.draw_bounding_boxes", picture(1, 6, 7, 2), given([BOXES]), name="two channels", fails=True)
    yield case("image.adjust_hue", picture(3, 3, 4), 0.2, name="four channels", fails=True)
    yield case("image.sobel_edges", picture(4, 5, 2), name="rank 3", fails=True)
