"""tensorflow.python.keras"""

from convflow.api.keras import (
    activations,
    applications,
    callbacks,
    constraints,
    datasets,
    initializers,
    losses,
    metrics,
    models,
    optimizers,
    preprocessing,
    regularizers,
    wrappers,
)
from convflow.api.python.keras import backend, engine, layers, utils
from convflow.core.version import KERAS_VERSION as __version__
from convflow.modeling.keras.core import Input
from convflow.training.keras.model import Model
from convflow.training.keras.sequential import Sequential
