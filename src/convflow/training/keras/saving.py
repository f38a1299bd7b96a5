"""A model's weights in files: HDF5 as Keras writes it, or checkpoints (API: tf.keras.models.Model.save_weights)."""

from __future__ import annotations

import importlib
import os
from typing import Any

import numpy as np

from convflow.core.version import KERAS_VERSION
from convflow.formats import files
from convflow.modeling.keras import backend
from convflow.modeling.variables.base import are_made_eagerly
from convflow.training.checkpoint_management import latest_checkpoint, write_state
from convflow.training.objects.checkpoint import write_objects
from convflow.training.objects.restoration import Restoration
from convflow.training.objects.status import LoadStatus

_HDF5_ENDINGS = (".h5", ".keras", ".hdf5")


def _h5py() -> Any:
    try:
        return importlib.import_module("h5py")
    except ImportError:
        raise ImportError(
            "HDF5 files need the package h5py: pip install h5py. Or save as a checkpoint: save_format='tf'."
        ) from None


def save_weights(model: Any, path: str, overwrite: bool, save_format: str | None) -> None:
    """Write a model's weights; see `Network.save_weights`."""
    path = os.fspath(path)
    is_hdf5 = path.endswith(_HDF5_ENDINGS) if save_format is None else save_format.lower() in ("h5", "hdf5", "keras")
    target = path if is_hdf5 else path + ".index"
    if not overwrite and os.path.exists(target):
        raise FileExistsError(f"{target} exists already. Pass overwrite=True to write over it.")
    if not is_hdf5:
        with model.graph.as_default():
            write_objects(model, path, None if are_made_eagerly() else backend.get_session())
        write_state(os.path.dirname(path), path, [path], save_relative_paths=True)
        return
    unfinished = files.temporary_name(path)
    with _h5py().File(unfinished, "w") as file:
        write_hdf5(file, model)
    os.replace(unfinished, path)


def load_weights(model: Any, path: str, by_name: bool) -> Any:
    """Read a model's weights; see `Network.load_weights`."""
    path = os.fspath(path)
    with model.graph.as_default():
        session = backend.get_session()
        if os.path.isdir(path):
            path = latest_checkpoint(path) or path
        if os.path.exists(path + ".index"):
            if by_name:
                raise NotImplementedError("Weights may only be loaded by name from HDF5 files, not from a checkpoint.")
            restoration = Restoration(path, model, None if are_made_eagerly() else lambda: session)
            return LoadStatus(restoration)
        _check_built(model)
        with _h5py().File(path, "r") as file:
            group = file["model_weights"] if "layer_names" not in file.attrs and "model_weights" in file else file
            read_hdf5(group, model, by_name)
    return None


def _check_built(model: Any) -> None:
    if not model.built:
        raise ValueError(
            "Unable to load weights saved in HDF5 format into a subclassed Model which has not created its variables "
            "yet. Call the Model first, then load the weights."
        )


def write_hdf5(group: Any, model: Any) -> None:
    """Write a group for each layer, and in it an array for each weight."""
    layers = model.layers
    group.attrs["layer_names"] = [layer.name.encode() for layer in layers]
    group.attrs["backend"] = b"tensorflow"
    group.attrs["keras_version"] = KERAS_VERSION.encode()
    for layer in layers:
        own = group.create_group(layer.name)
        weights = layer.weights
        own.attrs["weight_names"] = [weight.name.encode() for weight in weights]
        for weight, value in zip(weights, backend.batch_get_value(weights), strict=True):
            own.create_dataset(weight.name, data=value)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def read_hdf5(group: Any, model: Any, by_name: bool) -> None:
    """Read what `write_hdf5`, or Keras, wrote.

    Raises:
        ValueError: another number of layers or weights, or another shape.
    """
    saved = {
        name: [np.asarray(group[name][_text(weight)]) for weight in group[name].attrs["weight_names"]]
        for name in map(_text, group.attrs["layer_names"])
    }
    if by_name:
        pairs = [(layer, saved[layer.name]) for layer in model.layers if saved.get(layer.name)]
    else:
        layers, values = [layer for layer in model.layers if layer.weights], [item for item in saved.values() if item]
        if len(layers) != len(values):
            raise ValueError(
                f"You are trying to load a weight file containing {len(values)} layers into a model with {len(layers)} "
                "layers."
            )
        pairs = list(zip(layers, values, strict=True))
    for layer, own in pairs:
        layer.set_weights(own)
