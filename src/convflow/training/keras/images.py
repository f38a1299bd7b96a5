"""Pictures changed at random while a model is trained on them (API: tf.keras.preprocessing.image)."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image

from convflow.modeling.keras import backend
from convflow.modeling.layers.utils import normalize_data_format


class Sequence:
    """Batches by number (API: tf.keras.utils.Sequence). Subclasses give `__getitem__` and `__len__`."""

    def __getitem__(self, index: int) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no batches: give __getitem__.")

    def __len__(self) -> int:
        raise NotImplementedError(f"{type(self).__name__} does not say how many batches it has: give __len__.")

    def on_epoch_end(self) -> None:
        """Called after each epoch."""


def _is_first(data_format: str | None) -> bool:
    return normalize_data_format(data_format or backend.image_data_format()) == "channels_first"


def img_to_array(img: Any, data_format: str | None = None, dtype: Any = None) -> np.ndarray:
    """A Pillow picture as an array (API: tf.keras.preprocessing.image.img_to_array).

    Args:
        img: a Pillow picture, or an array of two or three axes.
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.
        dtype: of the result; `floatx()` by default.

    Returns:
        an array (height, width, channels), or (channels, height, width) with "channels_first".

    Raises:
        ValueError: an unknown `data_format`.
    """
    array = np.asarray(img, dtype or backend.floatx())
    array = array[:, :, None] if array.ndim == 2 else array
    return array.transpose(2, 0, 1) if _is_first(data_format) else array


def array_to_img(x: Any, data_format: str | None = None, scale: bool = True, dtype: Any = None) -> Image.Image:
    """An array as a Pillow picture (API: tf.keras.preprocessing.image.array_to_img).

    Args:
        x: an array of three axes, one, three or four channels.
        data_format: "channels_last" or "channels_first"; `image_data_format()` by default.
        scale: whether numbers are spread over 0 to 255; else they are cut to whole numbers.
        dtype: in which it computes; `floatx()` by default.

    Raises:
        ValueError: another number of axes, or an unknown `data_format`.
    """
    array = np.asarray(x, dtype or backend.floatx())
    if array.ndim != 3:
        raise ValueError(f"Expected image array to have rank 3 (single image). Got array with shape: {array.shape}")
    if _is_first(data_format):
        array = array.transpose(1, 2, 0)
    if scale:
        array = array - array.min()
        array = array / (array.max() or 1.0) * 255
    return Image.fromarray(np.squeeze(array.astype(np.uint8), -1) if array.shape[2] == 1 else array.astype(np.uint8))


def load_img(
    path: str, grayscale: bool = False, color_mode: str = "rgb", target_size: Any = None, interpolation: str = "nearest"
) -> Image.Image:
    """A picture of a file (API: tf.keras.preprocessing.image.load_img).

    Args:
        color_mode: "rgb", "rgba" or "grayscale".
        target_size: (height, width) to resize to.
        interpolation: "nearest", "bilinear" or "bicubic".
    """
    modes = {"rgb": "RGB", "rgba": "RGBA", "grayscale": "L"}
    if color_mode not in modes:
        raise ValueError(f'color_mode must be "grayscale", "rgb", or "rgba": it is {color_mode!r}')
    with Image.open(path) as file:
        img = file.convert("L" if grayscale else modes[color_mode])
    if target_size is not None and img.size != (target_size[1], target_size[0]):
        img = img.resize((target_size[1], target_size[0]), Image.Resampling[interpolation.upper()])
    return img


class ImageDataGenerator:
    """Batches of pictures, turned, shifted, flipped and normalized (API: tf.keras.preprocessing.image).

    Args:
        featurewise_center, featurewise_std_normalization: by the mean and deviation that `fit` finds.
        samplewise_center, samplewise_std_normalization: by each picture's own.
        rotation_range: degrees to both sides.
        width_shift_range, height_shift_range: parts of the size (pixels where 1 or more) to both sides.
        shear_range: degrees. zoom_range: a part, or the smallest and the largest factor.
        channel_shift_range: what is added to channels, to both sides.
        fill_mode: what comes in at the borders: "nearest", "constant", "reflect" or "wrap".
        cval: for "constant".
        horizontal_flip, vertical_flip: whether half of the pictures are mirrored.
        rescale: a factor, applied last.
        preprocessing_function: of each picture, applied before that.
        data_format: must be "channels_last".
        validation_split: the part that `subset="validation"` takes.

    Raises:
        NotImplementedError: another data format, or whitening.
    """

    def __init__(
        self,
        featurewise_center: bool = False,
        samplewise_center: bool = False,
        featurewise_std_normalization: bool = False,
        samplewise_std_normalization: bool = False,
        zca_whitening: bool = False,
        zca_epsilon: float = 1e-6,
        rotation_range: float = 0,
        width_shift_range: float = 0.0,
        height_shift_range: float = 0.0,
        brightness_range: Any = None,
        shear_range: float = 0.0,
        zoom_range: Any = 0.0,
        channel_shift_range: float = 0.0,
        fill_mode: str = "nearest",
        cval: float = 0.0,
        horizontal_flip: bool = False,
        vertical_flip: bool = False,
        rescale: float | None = None,
        preprocessing_function: Callable[[np.ndarray], np.ndarray] | None = None,
        data_format: str | None = None,
        validation_split: float = 0.0,
        dtype: Any = None,
    ) -> None:
        if zca_whitening or brightness_range is not None or (data_format or "channels_last") != "channels_last":
            raise NotImplementedError(
                "ImageDataGenerator: zca_whitening, brightness_range and channels_first are not there; leave them out."
            )
        self.featurewise_center, self.featurewise_std_normalization = featurewise_center, featurewise_std_normalization
        self.samplewise_center, self.samplewise_std_normalization = samplewise_center, samplewise_std_normalization
        self.rotation_range, self.shear_range = rotation_range, shear_range
        self.width_shift_range, self.height_shift_range = width_shift_range, height_shift_range
        self.channel_shift_range, self.fill_mode, self.cval = channel_shift_range, fill_mode, cval
        self.horizontal_flip, self.vertical_flip = horizontal_flip, vertical_flip
        self.rescale, self.preprocessing_function = rescale, preprocessing_function
        self.validation_split, self.dtype = validation_split, dtype or backend.floatx()
        is_one = np.isscalar(zoom_range)
        self.zoom_range = (1 - zoom_range, 1 + zoom_range) if is_one else tuple(zoom_range)
        self.mean: Any = None
        self.std: Any = None

    def fit(self, x: Any, augment: bool = False, rounds: int = 1, seed: int | None = None) -> None:
        """Find mean and deviation of each channel of some pictures."""
        pictures = np.asarray(x, self.dtype)
        if pictures.ndim != 4:
            raise ValueError(f"Input to `.fit()` should have rank 4. Got array with shape: {pictures.shape}")
        if augment:
            rng = np.random.RandomState(seed)
            pictures = np.stack([self._changed(item, rng) for _ in range(rounds) for item in pictures])
        if self.featurewise_center:
            self.mean = pictures.mean(axis=(0, 1, 2))
            pictures = pictures - self.mean
        if self.featurewise_std_normalization:
            self.std = pictures.std(axis=(0, 1, 2))

    def standardize(self, x: np.ndarray) -> np.ndarray:
        """A picture preprocessed, rescaled and normalized."""
        if self.preprocessing_function is not None:
            x = self.preprocessing_function(x)
        if self.rescale:
            x = x * self.rescale
        if self.samplewise_center:
            x = x - np.mean(x, keepdims=True)
        if self.samplewise_std_normalization:
            x = x / (np.std(x, keepdims=True) + 1e-6)
        for wanted, value, what in (
            (self.featurewise_center, self.mean, "featurewise_center"),
            (self.featurewise_std_normalization, self.std, "featurewise_std_normalization"),
        ):
            if wanted and value is None:
                raise ValueError(f"This ImageDataGenerator specifies `{what}`, but it hasn't been fit: call fit(data).")
        x = x - self.mean if self.featurewise_center else x
        return x / (self.std + 1e-6) if self.featurewise_std_normalization else x

    def random_transform(self, x: np.ndarray, seed: int | None = None) -> np.ndarray:
        """A picture changed at random, not normalized."""
        return self._changed(np.asarray(x, self.dtype), np.random.RandomState(seed) if seed is not None else np.random)

    def _changed(self, x: np.ndarray, rng: Any) -> np.ndarray:
        x = self._moved(x, rng)
        if self.channel_shift_range:
            shift = rng.uniform(-self.channel_shift_range, self.channel_shift_range)
            x = np.clip(x + shift, x.min(), x.max())
        if self.horizontal_flip and rng.random_sample() < 0.5:
            x = x[:, ::-1]
        return x[::-1] if self.vertical_flip and rng.random_sample() < 0.5 else x

    def _moved(self, x: np.ndarray, rng: Any) -> np.ndarray:
        height, width = x.shape[:2]

        def drawn(part: float, size: int) -> float:
            return rng.uniform(-part, part) * (1 if part >= 1 else size) if part else 0.0

        theta = math.radians(rng.uniform(-self.rotation_range, self.rotation_range)) if self.rotation_range else 0.0
        shear = math.radians(rng.uniform(-self.shear_range, self.shear_range)) if self.shear_range else 0.0
        tx, ty = drawn(self.height_shift_range, height), drawn(self.width_shift_range, width)
        zx, zy = rng.uniform(*self.zoom_range, 2) if self.zoom_range != (1, 1) else (1.0, 1.0)
        if not (theta or shear or tx or ty) and zx == zy == 1.0:
            return x
        rotation = np.array([[math.cos(theta), -math.sin(theta)], [math.sin(theta), math.cos(theta)]])
        matrix = rotation @ np.array([[1, -math.sin(shear)], [0, math.cos(shear)]]) @ np.diag([zx, zy])
        center = np.array([(height - 1) / 2, (width - 1) / 2])
        offset = center + rotation @ np.array([tx, ty]) - matrix @ center
        rows, columns = np.indices((height, width))
        places = np.einsum("ij,jhw->ihw", matrix, np.stack([rows, columns])) + offset[:, None, None]
        return _sampled(x, places, self.fill_mode, self.cval)

    def flow(
        self,
        x: Any,
        y: Any = None,
        batch_size: int = 32,
        shuffle: bool = True,
        sample_weight: Any = None,
        seed: int | None = None,
        subset: str | None = None,
        **kwargs: Any,
    ) -> NumpyArrayIterator:
        """Endless batches of some pictures (API: ImageDataGenerator.flow).

        Args:
            x, y: pictures (number, height, width, channels), and labels.
            shuffle: whether they come in another order each epoch.
            seed: of the changes.
            subset: "training" or "validation", with `validation_split`.
        """
        saved = [name for name, value in kwargs.items() if value]
        if saved:
            raise NotImplementedError(f"ImageDataGenerator.flow: {saved[0]} is not there; leave it out.")
        return NumpyArrayIterator(self, x, y, batch_size, shuffle, sample_weight, seed, subset)

    def flow_from_directory(
        self,
        directory: str,
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        classes: Any = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
    ) -> DirectoryIterator:
        """Endless batches of the pictures of a folder, in which each class has a folder of its own.

        API: ImageDataGenerator.flow_from_directory.

        Args:
            directory: the folder.
            target_size: rows and columns that pictures are brought to.
            color_mode: "grayscale", "rgb" or "rgba".
            classes: the folders' names in the order of the classes' numbers; all, sorted, by default.
            class_mode: labels as rows of zeros and a one ("categorical"), as numbers ("binary", "sparse"), as the
                pictures themselves ("input"), or none (None).
            shuffle: whether pictures come in another order each epoch.
            seed: of order and changes.
            save_to_dir, save_prefix, save_format: must be left alone.
            follow_links: whether links to folders are followed.
            subset: "training" or "validation", with `validation_split`.
            interpolation: how pictures change their size: "nearest", "bilinear", "bicubic", ...

        Raises:
            ValueError: an unknown mode or subset. NotImplementedError: pictures shall be saved.
        """
        if save_to_dir is not None:
            raise NotImplementedError("flow_from_directory: save_to_dir is not there; leave it out.")
        reading = (tuple(target_size), color_mode, interpolation)
        found = _files_by_class(directory, classes, self._part(subset), follow_links)
        return DirectoryIterator(self, directory, found, reading, class_mode, batch_size, shuffle, seed)

    def _part(self, subset: str | None) -> tuple[float, float]:
        if subset not in (None, "training", "validation"):
            raise ValueError(f'Invalid subset name: {subset}; expected "training" or "validation"')
        if subset is None:
            return 0.0, 1.0
        return (0.0, self.validation_split) if subset == "validation" else (self.validation_split, 1.0)


class NumpyArrayIterator(Sequence):
    """What `ImageDataGenerator.flow` returns; also an endless iterator (API: tf.keras.preprocessing.image).

    Args:
        generator: the `ImageDataGenerator` that changes pictures.
        x: an array of pictures, four axes.
        y: their labels, as many; None for none.
        batch_size: how many pictures a batch has.
        shuffle: whether each epoch has its own order.
        weights: a weight for each picture; None for none.
        seed: of order and changes; None takes NumPy's global generator.
        subset: "validation" for the part that `validation_split` says, "training" for the rest, None for all.

    Raises:
        ValueError: pictures of another number of axes, or not as many labels.
    """

    def __init__(
        self, generator: ImageDataGenerator, x: Any, y: Any, batch_size: int, shuffle: bool, weights: Any,
        seed: int | None, subset: str | None,
    ) -> None:  # fmt: skip
        parts = [None if part is None else np.asarray(part) for part in (x, y, weights)]
        pictures: Any = parts[0]
        if pictures.ndim != 4:
            raise ValueError(f"Input data should have rank 4. Got array with shape {pictures.shape}")
        if parts[1] is not None and len(parts[1]) != len(pictures):
            raise ValueError(
                f"`x` (images tensor) and `y` (labels) should have the same length. Found: x.shape = {pictures.shape}, "
                f"y.shape = {parts[1].shape}"
            )
        if subset is not None:
            at = int(len(pictures) * generator.validation_split)
            rows = slice(at) if subset == "validation" else slice(at, None)
            parts = [None if part is None else part[rows] for part in parts]
        self._parts, self._generator, self.batch_size, self.shuffle = parts, generator, batch_size, shuffle
        self.n = len(parts[0])  # type: ignore[arg-type]
        self._rng: Any = np.random if seed is None else np.random.RandomState(seed)
        self._next = 0
        self._reorder()

    def _reorder(self) -> None:
        self._order = self._rng.permutation(self.n) if self.shuffle else np.arange(self.n)

    def __len__(self) -> int:
        return -(-self.n // self.batch_size)

    def __getitem__(self, index: int) -> Any:
        rows = self._order[index * self.batch_size : (index + 1) * self.batch_size]
        generator, (x, y, weights) = self._generator, self._parts
        pictures = [generator._changed(x[row].astype(generator.dtype), self._rng) for row in rows]  # type: ignore[index]
        batch = np.stack([generator.standardize(picture) for picture in pictures]).astype(generator.dtype)
        found = (batch, *(part[rows] for part in (y, weights) if part is not None))
        return found if len(found) > 1 else batch

    def on_epoch_end(self) -> None:
        self._reorder()

    def __iter__(self) -> NumpyArrayIterator:
        return self

    def __next__(self) -> Any:
        batch = self[self._next]
        self._next += 1
        if self._next == len(self):
            self._next = 0
            self._reorder()
        return batch

    next = __next__


_ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".ppm", ".tif", ".tiff", ".gif")


def _files_by_class(
    directory: str, classes: Any, part: tuple[float, float], follow_links: bool
) -> dict[str, list[str]]:
    """The pictures below each class's folder, relative to `directory`, and of them the part between two shares."""
    if classes is None:
        classes = sorted(name for name in os.listdir(directory) if os.path.isdir(os.path.join(directory, name)))
    found = {}
    for name in classes:
        files = []
        for folder, _, names in sorted(os.walk(os.path.join(directory, name), followlinks=follow_links)):
            files += [
                os.path.relpath(os.path.join(folder, file), directory)
                for file in sorted(names)
                if file.lower().endswith(_ENDINGS)
            ]
        found[name] = files[int(part[0] * len(files)) : int(part[1] * len(files))]
    return found


class DirectoryIterator(NumpyArrayIterator):
    """What `ImageDataGenerator.flow_from_directory` returns; also an endless iterator.

    API: tf.keras.preprocessing.image.DirectoryIterator. Its attributes: `class_indices`, the classes' numbers by name;
    `classes`, the number of each picture's class; `filenames`, `filepaths`; `samples`, how many pictures;
    `image_shape`.

    Args:
        generator: the `ImageDataGenerator` that changes pictures.
        directory: the folder.
        found: {class: paths below the folder}.
        reading: the size of pictures (height, width), "rgb", "rgba" or "grayscale", and how they are resized.
        class_mode: "categorical" (rows with a one), "binary" or "sparse" (numbers), "input" (the pictures), None for
            none.
        batch_size: how many pictures a batch has.
        shuffle: whether each epoch has its own order.
        seed: of order and changes; None takes NumPy's global generator.

    Raises:
        ValueError: another `class_mode`.
    """

    def __init__(
        self, generator: ImageDataGenerator, directory: str, found: dict[str, list[str]], reading: Any,
        class_mode: str | None, batch_size: int, shuffle: bool, seed: int | None,
    ) -> None:  # fmt: skip
        if class_mode not in ("categorical", "binary", "sparse", "input", None):
            raise ValueError(
                f"Invalid class_mode: {class_mode}; expected one of: categorical, binary, sparse, input, None"
            )
        self.directory, self.class_mode = directory, class_mode
        self.class_indices = {name: number for number, name in enumerate(found)}
        self.num_classes = len(found)
        self.filenames = [file for files in found.values() for file in files]
        self.filepaths = [os.path.join(directory, file) for file in self.filenames]
        numbers = [[self.class_indices[name]] * len(files) for name, files in found.items()]
        self.classes = np.array([number for same in numbers for number in same], int)
        self.samples = self.n = len(self.filenames)
        self.target_size, self.color_mode, self.interpolation = reading
        self.image_shape = (*self.target_size, {"grayscale": 1, "rgba": 4}.get(self.color_mode, 3))
        self._generator, self.batch_size, self.shuffle = generator, batch_size, shuffle
        self._rng: Any = np.random if seed is None else np.random.RandomState(seed)
        self._next = 0
        self._reorder()
        print(f"Found {self.samples} images belonging to {self.num_classes} classes.")

    def reset(self) -> None:
        """The next batch is the first."""
        self._next = 0

    def __getitem__(self, index: int) -> Any:
        rows = self._order[index * self.batch_size : (index + 1) * self.batch_size]
        generator, pictures = self._generator, []
        for row in rows:
            picture = load_img(
                self.filepaths[row], color_mode=self.color_mode, target_size=self.target_size,
                interpolation=self.interpolation,
            )  # fmt: skip
            changed = generator._changed(img_to_array(picture, dtype=generator.dtype), self._rng)
            pictures.append(generator.standardize(changed))
        batch = np.stack(pictures).astype(generator.dtype)
        labels = self._labels(rows, batch)
        return batch if labels is None else (batch, labels)

    def _labels(self, rows: np.ndarray, batch: np.ndarray) -> Any:
        if self.class_mode == "input":
            return batch.copy()
        if self.class_mode is None:
            return None
        numbers = self.classes[rows]
        kind = self._generator.dtype
        return (
            np.eye(self.num_classes, dtype=kind)[numbers] if self.class_mode == "categorical" else numbers.astype(kind)
        )


def _sampled(x: np.ndarray, places: np.ndarray, fill_mode: str, cval: float) -> np.ndarray:
    """A picture's values between its pixels, of the four around each place."""
    height, width = x.shape[:2]
    if fill_mode not in ("nearest", "constant", "reflect", "wrap"):
        raise ValueError(f"fill_mode must be nearest, constant, reflect or wrap: it is {fill_mode!r}.")

    def pixel(row: np.ndarray, column: np.ndarray) -> np.ndarray:
        inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
        if fill_mode == "wrap":
            row, column = row % height, column % width
        elif fill_mode == "reflect":
            row, column = (_reflected(value, size) for value, size in ((row, height), (column, width)))
        values = x[np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)]
        return np.where(inside[..., None], values, cval) if fill_mode == "constant" else values

    low = np.floor(places).astype(int)
    (down, right), (row, column) = places - low, low
    down, right = down[..., None], right[..., None]
    top = pixel(row, column) * (1 - right) + pixel(row, column + 1) * right
    bottom = pixel(row + 1, column) * (1 - right) + pixel(row + 1, column + 1) * right
    return (top * (1 - down) + bottom * down).astype(x.dtype)


def _reflected(value: np.ndarray, size: int) -> np.ndarray:
    """Places beyond the borders mirrored there, border pixels twice."""
    value = value % (2 * size)
    return np.where(value >= size, 2 * size - 1 - value, value)
