"""tf.contrib"""

from convflow.api.contrib import (
    data,
    eager,
    factorization,
    framework,
    keras,
    layers,
    learn,
    legacy_seq2seq,
    lookup,
    metrics,
    opt,
    rnn,
    slim,
    tensor_forest,
    tensorboard,
    training,
    util,
)
