"""tf.keras.optimizers"""

from convflow.training.keras.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    Ftrl,
    Optimizer,
    RMSprop,
    get,
    serialize,
)
