"""What is recorded of tf.keras.applications' networks: each layer's name, kind, shape, sources and weights."""

import hashlib

import numpy as np

NAMES = (
    "VGG16",
    "VGG19",
    "ResNet50",
    "ResNet101",
    "ResNet152",
    "ResNet50V2",
    "ResNet101V2",
    "ResNet152V2",
    "MobileNet",
    "MobileNetV2",
    "InceptionV3",
    "Xception",
    "DenseNet121",
    "DenseNet169",
    "DenseNet201",
)
# Networks small enough to run: their arguments.
SMALL = {
    "MobileNet": {"alpha": 0.25, "input_shape": (32, 32, 3), "include_top": False, "pooling": "avg"},
    "MobileNetV2": {"alpha": 0.35, "input_shape": (33, 40, 3), "include_top": True, "classes": 5},
}


def outputs(keras, name):
    """What a small network makes of two pictures, its weights drawn layer by layer."""
    model = getattr(keras.applications, name)(weights=None, **SMALL[name])
    for number, layer in enumerate(layer for layer in model.layers if layer.weights):
        rng = np.random.RandomState(number)
        values = []
        for weight in layer.weights:
            shape = [int(size) for size in weight.shape]
            is_scale = any(word in weight.name for word in ("gamma", "variance"))
            limit = 1.0 / np.sqrt(max(np.prod(shape[:-1]), 1) if "depthwise" not in weight.name else 9)
            values.append(rng.uniform(0.5, 1.5, shape) if is_scale else limit * 2 * rng.uniform(-1, 1, shape))
        layer.set_weights(values)
    pictures = np.random.RandomState(100).uniform(-1, 1, (2, *SMALL[name]["input_shape"]))
    return model.predict(pictures)


def rows(model):
    """A list for each layer: name, class, output shape, names of the layers it takes, shapes and names of weights."""
    found = []
    for layer in model.layers:
        node = layer._inbound_nodes[0]
        taken = node.input_tensors if layer.__class__.__name__ != "InputLayer" else []
        sources = [tensor._keras_history[0].name for tensor in (taken if isinstance(taken, list) else [taken])]
        shape = layer.output_shape[0] if isinstance(layer.output_shape, list) else layer.output_shape
        weights = [[weight.name, *(int(size) for size in weight.shape)] for weight in layer.weights]
        found.append([layer.name, type(layer).__name__, [-1 if n is None else int(n) for n in shape], sources, weights])
    return found


def digest(found):
    """A short name for the rows."""
    return hashlib.sha256(repr(found).encode()).hexdigest()[:16]


def as_newer(name, found):
    """TensorFlow 1.15's rows in the way of the recording, whose Keras is newer.

    The classifiers were named otherwise, MobileNets padded before the first convolution with a layer of its own, and
    MobileNet's mean kept its two axes by a layer of its own.
    """
    classifiers = {"probs", "fc1000", "Logits", "act_softmax"}
    left_out = {"conv1_pad", "Conv1_pad", "reshape_1"} if name.startswith("MobileNet") else set()
    sources_of = {row[0]: row[3] for row in found}

    def renamed(text):
        first, *rest = text.split("/")
        return "/".join(["predictions" if first in classifiers else first, *rest])

    newer = []
    for own, kind, shape, sources, weights in found:
        if own in left_out:
            continue
        sources = [source for item in sources for source in (sources_of[item] if item in left_out else [item])]
        if name == "MobileNet" and kind == "GlobalAveragePooling2D":
            shape = [shape[0], 1, 1, shape[1]]
        weights = [[renamed(weight), *sizes] for weight, *sizes in weights]
        newer.append([renamed(own), kind, shape, sources, weights])
    return newer
