"""tf.keras.optimizers"""

from convflow.api.keras.optimizers import schedules
from convflow.training.keras.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    Ftrl,
    Nadam,
    Optimizer,
    RMSprop,
    deserialize,
    get,
    serialize,
)
