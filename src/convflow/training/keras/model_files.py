"""Whole models in files, and made of configurations (API: tf.keras.models.load_model, model_from_json)."""

from __future__ import annotations

import copy
import inspect
import json
import os
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from convflow.formats import files
from convflow.modeling.keras import backend
from convflow.modeling.keras.base import Layer, mapped
from convflow.training.keras import optimizers, saving


def save(
    model: Any,
    path: str,
    overwrite: bool,
    include_optimizer: bool,
    save_format: str | None = None,
    signatures: Any = None,
    options: Any = None,
) -> None:
    """Write a model; see `Model.save`. `signatures` and `options` are of the other format alone."""
    path = os.fspath(path)
    if save_format not in (None, "h5", "hdf5", "keras"):
        raise NotImplementedError(
            f"Model.save: save_format={save_format!r} is not there; leave it out for an HDF5 file."
        )
    if not overwrite and os.path.exists(path):
        raise FileExistsError(f"{path} exists already. Pass overwrite=True to write over it.")
    unfinished = files.temporary_name(path)
    with saving._h5py().File(unfinished, "w") as file, model.graph.as_default():
        file.attrs["model_config"] = model.to_json()
        saving.write_hdf5(file.create_group("model_weights"), model)
        if include_optimizer and model._compiled is not None:
            _write_training(file, model)
    os.replace(unfinished, path)


def _write_training(file: Any, model: Any) -> None:
    def name_of(value: Any) -> Any:
        return getattr(value, "name", None) or getattr(value, "__name__", None) or value

    compiled = {key: mapped(name_of, value) for key, value in model._compiled.items()}
    described = {"optimizer_config": optimizers.serialize(model.optimizer), **compiled}
    file.attrs["training_config"] = json.dumps(described, default=float)
    weights = model.optimizer.weights
    if weights:
        group = file.create_group("optimizer_weights")
        group.attrs["weight_names"] = [weight.name.encode() for weight in weights]
        for weight, value in zip(weights, backend.batch_get_value(weights), strict=True):
            group.create_dataset(weight.name, data=value)


def load(path: str, classes: Mapping[str, Any], compile: bool) -> Any:
    """The model of a file that `save` wrote."""
    with saving._h5py().File(os.fspath(path), "r") as file:
        if "model_config" not in file.attrs:
            raise ValueError(f"No model found in config file {path}: it has weights only. Use model.load_weights.")
        model = from_config(json.loads(saving._text(file.attrs["model_config"])), classes)
        with model.graph.as_default():
            saving.read_hdf5(file["model_weights"], model, False)
            if compile and "training_config" in file.attrs:
                _read_training(file, model, classes)
    return model


def _read_training(file: Any, model: Any, classes: Mapping[str, Any]) -> None:
    described = json.loads(saving._text(file.attrs["training_config"]))

    def own(value: Any) -> Any:
        return classes.get(value, value) if isinstance(value, str) else value

    model.compile(
        optimizers.get(described["optimizer_config"]), mapped(own, described["loss"]),
        mapped(own, described.get("wanted_metrics", described.get("metrics"))), described.get("loss_weights"),
    )  # fmt: skip
    if "optimizer_weights" in file:
        model._training()
        group = file["optimizer_weights"]
        model.optimizer.set_weights([group[saving._text(name)][()] for name in group.attrs["weight_names"]])


def layer_classes(modules: list[ModuleType]) -> dict[str, Any]:
    """The layer classes of some modules by name."""
    return {
        name: value
        for module in modules
        for name, value in vars(module).items()
        if inspect.isclass(value) and issubclass(value, Layer) and not name.startswith("_")
    }


def from_config(described: Mapping[str, Any], classes: Mapping[str, Any]) -> Any:
    """The layer or model of a class name and a configuration.

    Raises:
        ValueError: an unknown class.
    """
    name = described["class_name"]
    if name not in classes:
        raise ValueError(f"Unknown layer: {name}. Pass it in custom_objects={{'{name}': {name}}}.")
    config = copy.deepcopy(dict(described["config"]))
    if name == "Sequential":
        return _sequential(config, classes)
    if "input_layers" in config:
        return _connected(classes[name], config, classes)
    for part in ("layer", "cell"):
        if isinstance(config.get(part), Mapping):
            config[part] = from_config(config[part], classes)
    if isinstance(config.get("cells"), list):
        config["cells"] = [from_config(item, classes) for item in config["cells"]]
    return classes[name].from_config(
        {key: tuple(v) if isinstance(v, list) and key != "cells" else v for key, v in config.items()}
    )


def _sequential(config: dict[str, Any], classes: Mapping[str, Any]) -> Any:
    model = classes["Sequential"](name=config.get("name"))
    for item in config["layers"]:
        model.add(from_config(item, classes))
    return model


def _connected(made_as: Any, config: dict[str, Any], classes: Mapping[str, Any]) -> Any:
    layers = {item["name"]: from_config(item, classes) for item in config["layers"]}
    waiting = [(layers[item["name"]], call) for item in config["layers"] for call in item["inbound_nodes"]]

    def tensor(place: Any) -> Any:
        nodes = layers[place[0]]._inbound_nodes
        return nodes[place[1]].output_tensors[place[2]] if place[1] < len(nodes) else None

    while waiting:
        left = []
        for layer, call in waiting:
            sources = [tensor(place) for place in call]
            if any(source is None for source in sources):
                left.append((layer, call))
            else:
                layer(sources[0] if len(sources) == 1 else sources)
        if len(left) == len(waiting):
            raise ValueError("The configuration's layers wait for each other: it is damaged.")
        waiting = left
    inputs = [tensor(place) for place in config["input_layers"]]
    outputs = [tensor(place) for place in config["output_layers"]]
    return made_as(_single(inputs), _single(outputs), name=config.get("name"))


def _single(tensors: list[Any]) -> Any:
    return tensors[0] if len(tensors) == 1 else tensors
