"""The cases of tests/golden/slim/preprocessing.npz: name, preprocessing, training, size of the picture, keywords."""

from __future__ import annotations

from typing import Any

import numpy as np

SIZE = (10, 12)
CASES: tuple[tuple[str, str, bool, tuple[int, int], dict[str, Any]], ...] = (
    ("vgg_eval_wide", "vgg_16", False, (20, 31), {"resize_side_min": 15}),
    ("vgg_eval_high", "resnet_v1_50", False, (31, 20), {"resize_side_min": 14}),
    ("vgg_train", "vgg_19", True, (20, 31), {"resize_side_min": 14, "resize_side_max": 24}),
    ("inception_eval", "inception_v3", False, (20, 31), {}),
    ("inception_eval_whole", "mobilenet_v1", False, (9, 8), {"crop_image": False}),
    # The parts that training cuts out follow no seed in TensorFlow 2, so the whole picture is taken.
    ("inception_train", "inception_v4", True, (20, 31), {"crop_image": False, "add_image_summaries": False}),
    ("inception_train_slow", "inception_resnet_v2", True, (20, 31), {"fast_mode": False, "crop_image": False}),
    ("cifarnet_eval_cut", "cifarnet", False, (20, 31), {"add_image_summaries": False}),
    ("cifarnet_train", "cifarnet", True, (11, 13), {}),
    ("lenet", "lenet", False, (20, 31), {}),
)


def picture(size: tuple[int, int]) -> np.ndarray:
    """A picture of smooth colours, uint8, shape (height, width, 3)."""
    rows, columns = np.mgrid[: size[0], : size[1]]
    waves = [np.sin(rows / 3 + columns / 7 + shift) for shift in (0, 2, 4)]
    return np.round(np.stack(waves, -1) * 120 + 127).astype(np.uint8)


def results(tf: Any, factory: Any) -> dict[str, np.ndarray]:
    """What every case gives, each in a graph and a session of its own with the graph's seed 7."""
    found = {}
    for name, preprocessing, training, size, keywords in CASES:
        with tf.Graph().as_default(), tf.Session() as session:
            tf.set_random_seed(7)
            function = factory.get_preprocessing(preprocessing, is_training=training)
            out = SIZE if "lenet" not in name and "cifar" not in name else (12, 12)
            found[name] = session.run(function(tf.constant(picture(size)), *out, **keywords))
    return found
