"""tf.contrib"""

from convflow.api.contrib import (
    data,
    eager,
    framework,
    keras,
    layers,
    learn,
    metrics,
    opt,
    rnn,
    slim,
    tensorboard,
    training,
    util,
)
