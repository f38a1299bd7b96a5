"""Models of files and configurations (API: tf.keras.models)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from convflow.modeling.keras import (
    advanced_activations,
    convolutional,
    core,
    embeddings,
    merge,
    normalization,
    pooling,
    recurrent,
    recurrent_cells,
    wrappers,
)
from convflow.training.keras import model_files
from convflow.training.keras.model import Model
from convflow.training.keras.sequential import Sequential

_LAYERS = model_files.layer_classes(
    [
        advanced_activations,
        convolutional,
        core,
        embeddings,
        merge,
        normalization,
        pooling,
        recurrent,
        recurrent_cells,
        wrappers,
    ]
)
_CLASSES = {**_LAYERS, "Model": Model, "Sequential": Sequential}


def model_from_config(config: Mapping[str, Any], custom_objects: Any = None) -> Any:
    """The model of a class name and a configuration, without weights (API: tf.keras.models.model_from_config).

    Args:
        custom_objects: the program's own classes by name.

    Raises:
        ValueError: an unknown class.
    """
    return model_files.from_config(config, {**_CLASSES, **(custom_objects or {})})


def model_from_json(json_string: str, custom_objects: Any = None) -> Any:
    """The model that `to_json` described, without weights (API: tf.keras.models.model_from_json)."""
    return model_from_config(json.loads(json_string), custom_objects)


def load_model(filepath: str, custom_objects: Any = None, compile: bool = True) -> Any:
    """The model that `Model.save` wrote (API: tf.keras.models.load_model).

    Args:
        filepath: an HDF5 file.
        custom_objects: the program's own classes and functions by name.
        compile: whether it is ready to be trained on.

    Raises:
        ImportError: the package h5py is not installed. ValueError: the file has weights only.
    """
    return model_files.load(filepath, {**_CLASSES, **(custom_objects or {})}, compile)
