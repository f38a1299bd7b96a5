"""Small Keras models, the same under TensorFlow's Keras and here; their weights are set, nothing is drawn."""

import numpy as np


def numbers(*shape, seed=0):
    return np.random.RandomState(seed).uniform(-1, 1, shape).astype(np.float32)


def one_hot(count, classes):
    return np.eye(classes, dtype=np.float32)[np.arange(count) % classes]


def trained(model, x, y, epochs=2, names=True, **arguments):
    """What a training leaves."""
    model.set_weights([0.5 * numbers(*np.shape(w), seed=i) ** 2 + 0.05 for i, w in enumerate(model.get_weights())])
    history = model.fit(x, y, batch_size=4, epochs=epochs, shuffle=False, verbose=0, **arguments).history
    predicted = model.predict(x, batch_size=5)
    evaluated = model.evaluate(x, y, batch_size=3, verbose=0)
    found = {
        "history": {name: [float(value) for value in values] for name, values in history.items()},
        "predicted": [
            np.asarray(item).tolist() for item in (predicted if isinstance(predicted, list) else [predicted])
        ],
        "evaluated": np.ravel(evaluated).astype(float).tolist(),
        "metrics_names": model.metrics_names,
    }
    if names:
        found["weights"] = [variable.name for variable in model.weights]
        found["optimizer"] = [variable.name for variable in model.optimizer.weights]
    return found


def mlp(tf):
    k = tf.keras
    model = k.models.Sequential()
    model.add(k.layers.Dense(units=5, input_dim=4, kernel_initializer="glorot_uniform", activation="tanh"))
    model.add(k.layers.Dense(units=3, activation="softmax"))
    model.compile(optimizer=k.optimizers.SGD(lr=0.1, decay=1e-2, momentum=0.9), loss="categorical_crossentropy")
    return trained(model, numbers(10, 4), one_hot(10, 3), validation_split=0.2)


def cnn(tf):
    k = tf.keras
    layers = [
        k.layers.Conv2D(4, 3, padding="same", activation="relu", input_shape=(8, 8, 2)),
        k.layers.BatchNormalization(),
        k.layers.MaxPooling2D(),
        k.layers.SeparableConv2D(3, (3, 3), activation="elu"),
        k.layers.DepthwiseConv2D(2),
        k.layers.Flatten(),
        k.layers.Dropout(0.0),
        k.layers.Dense(3, activation="softmax", kernel_regularizer=k.regularizers.l2(0.01)),
    ]
    model = k.Sequential(layers)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    x = numbers(8, 8, 8, 2)
    return trained(model, x, np.arange(8) % 3, validation_data=(x[:3], np.arange(3)))


def branches(tf):
    k = tf.keras
    first, second = k.Input((4,), name="first"), k.Input((4,), name="second")
    shared = k.layers.Dense(3, activation="relu", name="shared")
    a, b = shared(first), shared(second)
    joined = k.layers.concatenate([k.layers.add([a, b]), k.layers.multiply([a, b])])
    one = k.layers.Dense(1, name="one")(joined)
    other = k.layers.Dense(2, activation="sigmoid", name="other")(joined)
    model = k.Model(inputs=[first, second], outputs=[one, other])
    model.compile(
        "rmsprop", {"one": "mse", "other": "binary_crossentropy"}, loss_weights={"one": 1.0, "other": 0.5},
        metrics={"other": ["binary_accuracy"]},
    )  # fmt: skip
    x = {"first": numbers(6, 4), "second": numbers(6, 4, seed=1)}
    return trained(model, x, {"one": numbers(6, 1, seed=2), "other": one_hot(6, 2)})


def recurrent(kind, **arguments):
    def case(tf):
        k = tf.keras
        model = k.Sequential()
        model.add(getattr(k.layers, kind)(3, input_shape=(5, 2), **arguments))
        if arguments.get("return_sequences"):
            model.add(k.layers.TimeDistributed(k.layers.Dense(2)))
            model.add(k.layers.GlobalMaxPooling1D())
        model.add(k.layers.Dense(1))
        model.compile(k.optimizers.SGD(0.05), "mse")
        return trained(model, numbers(6, 5, 2), numbers(6, 1, seed=3), names=False)

    return case


def both_ways(tf):
    k = tf.keras
    model = k.Sequential([k.layers.Embedding(10, 4, input_length=5), k.layers.Bidirectional(k.layers.LSTM(3))])
    model.add(k.layers.Dense(1, activation="sigmoid"))
    model.compile("sgd", "binary_crossentropy", metrics=["acc"])
    return trained(model, np.arange(30).reshape(6, 5) % 10, np.arange(6) % 2, names=False)


def optimizer(kind, **arguments):
    def case(tf):
        k = tf.keras
        model = k.Sequential([k.layers.Dense(2, input_shape=(3,), kernel_constraint="non_neg")])
        model.compile(getattr(k.optimizers, kind)(**arguments), "mse")
        return trained(model, numbers(8, 3), numbers(8, 2, seed=4), epochs=3)

    return case


def loss(name, shift=0.0):
    def case(tf):
        k = tf.keras
        model = k.Sequential([k.layers.Dense(3, input_shape=(3,), activation="softmax")])
        model.compile("sgd", name, metrics=["categorical_accuracy", "mae"])
        return trained(model, numbers(8, 3), one_hot(8, 3) + shift, names=False)

    return case


def weighted(tf):
    k = tf.keras
    model = k.Sequential([k.layers.Dense(3, input_shape=(3,), activation="softmax")])
    model.compile("sgd", "categorical_crossentropy")
    weights = np.arange(8, dtype=np.float32)
    return trained(model, numbers(8, 3), one_hot(8, 3), sample_weight=weights, class_weight={0: 1.0, 1: 2.0, 2: 0.5})


def shapes(tf):
    k = tf.keras
    model = k.Sequential(
        [
            k.layers.ZeroPadding2D(((1, 0), (2, 1)), input_shape=(4, 4, 2)),
            k.layers.Conv2DTranspose(3, 3, strides=2, padding="same"),
            k.layers.LeakyReLU(0.2),
            k.layers.Cropping2D(1),
            k.layers.UpSampling2D(2),
            k.layers.AveragePooling2D(3),
            k.layers.PReLU(),
            k.layers.Permute((3, 1, 2)),
            k.layers.Reshape((-1, 4)),
            k.layers.Activation("hard_sigmoid"),
            k.layers.Lambda(lambda x: x * 2.0),
            k.layers.GlobalAveragePooling1D(),
        ]
    )
    model.compile("sgd", "mse")
    return trained(model, numbers(4, 4, 4, 2), numbers(4, 4, seed=5), names=False)


def masked(kind, **arguments):
    """Steps that do not count: in a table of words, in a recurrent layer, in the loss and in what is followed.

    The loss is a sum: the mean is over all steps in TensorFlow 1.15, over those that count in 2.21.
    """

    def case(tf):
        k = tf.keras
        layers = [
            k.layers.Embedding(5, 3, mask_zero=True, input_length=4),
            getattr(k.layers, kind)(3, return_sequences=True, **arguments),
            k.layers.TimeDistributed(k.layers.Dense(2, activation="softmax")),
        ]
        model = k.Sequential(layers)
        model.compile("sgd", k.losses.CategoricalCrossentropy(reduction="sum"), metrics=["categorical_accuracy"])
        x = np.array([[1, 2, 0, 0], [3, 4, 1, 2], [2, 0, 0, 0], [4, 3, 2, 0]] * 2)
        y = one_hot(32, 2).reshape(8, 4, 2)
        return trained(model, x, y, names=False, sample_weight=np.linspace(0.5, 2, 8))

    return case


def masking(tf):
    k = tf.keras
    inputs = k.Input((4, 2))
    steps = k.layers.Masking(-1.0)(inputs)
    both = k.layers.Bidirectional(k.layers.GRU(3, return_sequences=True))(steps)
    joined = k.layers.Concatenate()([k.layers.Dropout(0.0)(both), steps])
    last = k.layers.SimpleRNN(2, unroll=True, go_backwards=True)(joined)
    mean = k.layers.GlobalAveragePooling1D()(joined)
    model = k.Model(inputs, k.layers.Dense(1)(k.layers.concatenate([last, mean])))
    model.compile(k.optimizers.Nadam(0.01), "mse")
    x = numbers(8, 4, 2)
    x[::2, 2:] = -1.0
    x[1, :2] = -1.0
    return trained(model, x, numbers(8, 1, seed=1), names=False)


def stateful(tf):
    k = tf.keras
    model = k.Sequential([k.layers.LSTM(3, stateful=True, batch_input_shape=(4, 3, 2)), k.layers.Dense(1)])
    model.compile("sgd", "mse")
    weights = model.get_weights()
    model.set_weights([0.5 * numbers(*np.shape(w), seed=i) ** 2 + 0.05 for i, w in enumerate(weights)])
    x, y = numbers(8, 3, 2), numbers(8, 1, seed=1)
    history = model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0).history
    first = model.predict(x, batch_size=4)
    second = model.predict(x, batch_size=4)
    model.reset_states()
    third = model.predict(x, batch_size=4)
    evaluated = model.evaluate(x, y, batch_size=4, verbose=0)
    return {
        "history": {"loss": [float(value) for value in history["loss"]]},
        "predicted": [item.tolist() for item in (first, second, third)],
        "evaluated": [float(evaluated)],
    }


def cells(tf):
    """Cells one after the other, states passed on from one layer to another."""
    k = tf.keras
    inputs = k.Input((4, 2))
    stacked = k.layers.RNN([k.layers.LSTMCell(3), k.layers.GRUCell(2)], return_sequences=True, return_state=True)
    sequence, *states = stacked(inputs)
    after = k.layers.GRU(3, reset_after=True, recurrent_activation="sigmoid")
    model = k.Model(inputs, k.layers.Dense(1)(after(sequence, initial_state=states[0][0])))
    model.compile("sgd", "mse")
    return trained(model, numbers(8, 4, 2), numbers(8, 1, seed=1), names=False)


def attending(tf):
    k = tf.keras
    inputs = k.Input((4, 3))
    keys = k.layers.Dense(3)(k.layers.LayerNormalization()(inputs))
    first = k.layers.Attention(use_scale=True, causal=True)([inputs, keys])
    second = k.layers.AdditiveAttention()([first, k.layers.Masking()(inputs), keys])
    local = k.layers.LocallyConnected1D(2, 2, activation="tanh")(second)
    model = k.Model(inputs, k.layers.Dense(1)(k.layers.Flatten()(k.layers.AlphaDropout(0.0)(local))))
    model.compile("sgd", "mse")
    x = numbers(8, 4, 3)
    x[::2, 3] = 0.0
    return trained(model, x, numbers(8, 1, seed=1), names=False)


def films(tf):
    k = tf.keras
    layers = [
        k.layers.ConvLSTM2D(2, 2, padding="same", return_sequences=True, input_shape=(3, 4, 4, 1)),
        k.layers.ConvLSTM2D(2, (2, 3), recurrent_activation="sigmoid"),
        k.layers.LocallyConnected2D(2, 2),
        k.layers.Flatten(),
        k.layers.Dense(1),
    ]
    model = k.Sequential(layers)
    model.compile("sgd", "mse")
    return trained(model, numbers(8, 3, 4, 4, 1), numbers(8, 1, seed=1), names=False)


CASES = {
    "mlp": mlp, "cnn": cnn, "branches": branches, "both_ways": both_ways, "weighted": weighted, "shapes": shapes,
    "simple_rnn": recurrent("SimpleRNN"), "lstm": recurrent("LSTM"), "gru": recurrent("GRU"),
    "lstm_sequences": recurrent("LSTM", return_sequences=True, go_backwards=True),
    "sgd": optimizer("SGD"), "nesterov": optimizer("SGD", momentum=0.5, nesterov=True),
    "rmsprop": optimizer("RMSprop"), "rmsprop_centered": optimizer("RMSprop", centered=True, momentum=0.5),
    "adam": optimizer("Adam", amsgrad=True), "adamax": optimizer("Adamax"), "adagrad": optimizer("Adagrad"),
    "adadelta": optimizer("Adadelta"), "ftrl": optimizer("Ftrl"),
    "nadam": optimizer("Nadam"), "masked_lstm": masked("LSTM"), "masked_unrolled": masked("GRU", unroll=True),
    "masking": masking, "stateful": stateful, "cells": cells,
    "attending": attending, "films": films,
    "clipped": optimizer("SGD", clipnorm=0.01, clipvalue=0.001),
    **{name: loss(name) for name in (
        "mse", "mae", "mape", "msle", "hinge", "squared_hinge", "categorical_hinge", "logcosh", "kld", "poisson",
        "cosine_similarity",
    )},
}  # fmt: skip
