"""tf.keras"""

from convflow.api.keras import (
    activations,
    applications,
    backend,
    callbacks,
    constraints,
    datasets,
    estimator,
    initializers,
    layers,
    losses,
    metrics,
    models,
    optimizers,
    preprocessing,
    regularizers,
    utils,
    wrappers,
)
from convflow.core.version import KERAS_VERSION as __version__
from convflow.modeling.keras.core import Input
from convflow.training.keras.model import Model
from convflow.training.keras.sequential import Sequential
