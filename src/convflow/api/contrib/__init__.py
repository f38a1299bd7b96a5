"""tf.contrib"""

from convflow.api.contrib import (
    data,
    distributions,
    eager,
    factorization,
    framework,
    image,
    keras,
    layers,
    learn,
    legacy_seq2seq,
    lookup,
    losses,
    metrics,
    opt,
    rnn,
    slim,
    tensor_forest,
    tensorboard,
    training,
    util,
)
