"""Models of files and configurations (API: tf.keras.models)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from convflow.modeling.keras import (
    advanced_activations,
    attention,
    backend,
    convolutional,
    convolutional_recurrent,
    core,
    embeddings,
    local,
    merge,
    normalization,
    pooling,
    recurrent,
    recurrent_cells,
    wrappers,
)
from convflow.training.keras import model_files
from convflow.training.keras.custom_objects import get_custom_objects as custom_objects_now
from convflow.training.keras.model import Model
from convflow.training.keras.sequential import Sequential

_LAYERS = model_files.layer_classes(
    [
        advanced_activations,
        attention,
        convolutional,
        convolutional_recurrent,
        core,
        embeddings,
        local,
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
    return model_files.from_config(config, {**_CLASSES, **custom_objects_now(), **(custom_objects or {})})


def model_from_json(json_string: str, custom_objects: Any = None) -> Any:
    """The model that `to_json` described, without weights (API: tf.keras.models.model_from_json).

    Args:
        json_string: what `Model.to_json` returned.
        custom_objects: the program's own classes and functions by name.

    Returns:
        a model with new variables.

    Raises:
        ValueError: an unknown class.
    """
    return model_from_config(json.loads(json_string), custom_objects)


def clone_model(model: Any, input_tensors: Any = None, clone_function: Any = None) -> Any:
    """A model of layers like another's, with weights of its own (API: tf.keras.models.clone_model).

    Args:
        model: a `Sequential` or functional model.
        input_tensors: must be None.
        clone_function: of a layer, returns the new one; by default a layer of the same configuration.

    Raises:
        ValueError: a subclass, which has no configuration. NotImplementedError: `input_tensors`.
    """
    if input_tensors is not None:
        raise NotImplementedError("tf.keras.models.clone_model: input_tensors is not there; call the clone on them.")
    if not isinstance(model, Sequential) and not model._nodes:
        raise ValueError(
            f"Expected `model` argument to be a functional `Model` instance, but got a subclass model instead: {model}"
        )
    own = {type(layer).__name__: type(layer) for layer in model.layers}
    described = {"class_name": type(model).__name__, "config": model.get_config()}
    classes: dict[str, Any] = {**_CLASSES, **own, type(model).__name__: type(model)}
    if clone_function is not None:
        by_name = {layer.name: layer for layer in model.layers}
        classes = {name: _Cloned(by_name, clone_function, cls) for name, cls in classes.items()}
    with backend.graph().as_default():
        return model_files.from_config(described, classes)


class _Cloned:
    """Makes layers by the program's own function, and all else as its class does."""

    def __init__(self, layers: Mapping[str, Any], function: Any, cls: Any) -> None:
        self._layers, self._function, self._class = layers, function, cls

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._class(*args, **kwargs)

    def from_config(self, config: Mapping[str, Any]) -> Any:
        layer = self._layers.get(config.get("name", ""))
        is_input = layer is None or isinstance(layer, core.InputLayer)
        return self._class.from_config(config) if is_input else self._function(layer)


def save_model(
    model: Any, filepath: str, overwrite: bool = True, include_optimizer: bool = True, save_format: str | None = None
) -> None:
    """Write a model to a file (API: tf.keras.models.save_model); see `Model.save`.

    Args:
        model: a model of Keras.
        filepath: the HDF5 file.
        overwrite: whether a file that is there may be replaced.
        include_optimizer: whether the optimizer and its variables are written too.
        save_format: "h5", or None for that.

    Raises:
        ImportError: the package h5py is not installed. NotImplementedError: another format.
        FileExistsError: the file is there and may not be replaced.
    """
    model.save(filepath, overwrite, include_optimizer, **({} if save_format is None else {"save_format": save_format}))


def load_model(filepath: str, custom_objects: Any = None, compile: bool = True) -> Any:
    """The model that `Model.save` wrote (API: tf.keras.models.load_model).

    Args:
        filepath: an HDF5 file.
        custom_objects: the program's own classes and functions by name.
        compile: whether it is ready to be trained on.

    Raises:
        ImportError: the package h5py is not installed. ValueError: the file has weights only.
    """
    return model_files.load(filepath, {**_CLASSES, **custom_objects_now(), **(custom_objects or {})}, compile)
