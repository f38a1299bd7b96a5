"""Feature columns in many forms, for TensorFlow and for convflow: nodes, variables and values."""

import numpy as np

VALUES = {
    "age": [[20.0, -1.5], [35.0, 0.0], [50.0, 1.0], [64.5, 0.5]],
    "size": [[1.0], [2.0], [3.0], [4.0]],
    "flat": [1, 2, 3, 4],
    "colour": ["red", "", "blue", "black"],
    "ids": [[3, 5, -1], [5, 5, 12], [-1, -1, -1], [0, 1, 2]],
    "weights": [[1.0, 2.0, 0.0], [0.5, 0.25, 4.0], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]],
    "words": ([[0, 0], [0, 1], [2, 0], [3, 2]], ["red", "blue", "green", "red"], [4, 3]),
}


def features(tf):
    """What the cases read."""
    return {
        "age": tf.placeholder(tf.float32, [None, 2], "age"),
        "size": tf.placeholder(tf.float64, [None, 1], "size"),
        "flat": tf.placeholder(tf.int32, [None], "flat"),
        "colour": tf.placeholder(tf.string, [None], "colour"),
        "ids": tf.placeholder(tf.int64, [None, 3], "ids"),
        "weights": tf.placeholder(tf.float32, [None, 3], "weights"),
        "words": tf.sparse_placeholder(tf.string, name="words"),
    }


def _columns(tf):
    fc = tf.feature_column
    age = fc.numeric_column("age", shape=(2,))
    ids = fc.categorical_column_with_identity("ids", 10, default_value=9)
    colours = ["red", "green", "blue"]
    return {
        "age": age,
        "size": fc.numeric_column("size", dtype=tf.float64, normalizer_fn=lambda x: (x - 2.0) / 3.0),
        "flat": fc.numeric_column("flat", dtype=tf.int32),
        "ranges": fc.bucketized_column(age, [0.0, 1.0, 40.0]),
        "colour": fc.categorical_column_with_vocabulary_list("colour", colours),
        "default": fc.categorical_column_with_vocabulary_list("colour", colours, default_value=1),
        "numbers": fc.categorical_column_with_vocabulary_list("ids", [3, 5, 7], dtype=tf.int64),
        "words": fc.categorical_column_with_hash_bucket("words", 7),
        "hashed_colour": fc.categorical_column_with_hash_bucket("colour", 7),
        "hashed_ids": fc.categorical_column_with_hash_bucket("ids", 5, dtype=tf.int64),
        "ids": ids,
        "weighted": fc.weighted_categorical_column(ids, "weights"),
        "crossed": fc.crossed_column(["colour", fc.bucketized_column(age, [0.0, 30.0])], 11),
        "keyed": fc.crossed_column(["colour", "words"], 5, hash_key=3),
        "crossed_ids": fc.crossed_column([fc.crossed_column(["words", "colour"], 7), ids], 13),
    }


def _input_layers(tf, column):
    fc = tf.feature_column
    indicator, embedding = fc.indicator_column, fc.embedding_column
    return {
        "numbers": [column["age"], column["size"], column["flat"]],
        "ranges": [column["ranges"]],
        "indicators": [indicator(column[name]) for name in ("colour", "numbers", "words")],
        "default": [indicator(column["default"])],
        "identity": [indicator(column["ids"])],
        "weighted": [indicator(column["weighted"])],
        "embeddings": [
            embedding(column["colour"], 3), embedding(column["words"], 2, combiner="sqrtn"),
            embedding(column["weighted"], 2, combiner="sum", max_norm=1.0),
        ],
        "frozen": [embedding(column["hashed_ids"], 2, trainable=False)],
        "shared": [*fc.shared_embedding_columns([column["hashed_colour"], column["words"]], 2), column["age"]],
        "crossed": [indicator(column["crossed"]), embedding(column["keyed"], 2)],
        "nested": [indicator(column["crossed_ids"])],
    }  # fmt: skip


def _linear_models(column):
    every = ("age", "ranges", "colour", "words", "weighted", "crossed", "flat")
    return {
        "linear": ([column[name] for name in every], {}),
        "linear_mean": ([column[name] for name in ("size", "ids")], {"units": 3, "sparse_combiner": "mean"}),
        "linear_frozen": ([column["ids"]], {"trainable": False, "sparse_combiner": "sqrtn"}),
    }


def layers(tf, name, inputs):
    """The output of a case."""
    column = _columns(tf)
    inputs_of = _input_layers(tf, column)
    if name in inputs_of:
        return tf.feature_column.input_layer(inputs, inputs_of[name])
    columns, arguments = _linear_models(column)[name]
    with tf.variable_scope("model"):
        return tf.feature_column.linear_model(inputs, columns, **arguments)


def names(tf):
    with tf.Graph().as_default():
        column = _columns(tf)
        return [*_input_layers(tf, column), *_linear_models(column)]


def _filled(tf, session):
    """Gives every variable rising values."""
    for number, variable in enumerate(tf.global_variables()):
        shape = variable.shape.as_list()
        values = np.arange(np.prod(shape, dtype=int)).reshape(shape) * 0.25 - 1.0 + number
        variable.load(values.astype(np.float32), session)


def record(tf, name):
    """Nodes, collections and the values of a case."""
    with tf.Graph().as_default() as graph, tf.Session() as session:
        inputs = features(tf)
        output = layers(tf, name, inputs)
        nodes = [f"{op.type} {op.name}" for op in graph.get_operations() if op.name.partition("/")[0] not in inputs]
        collections = {
            key: [variable.op.name for variable in tf.get_collection(key)]
            for key in ("variables", "trainable_variables", "model_variables")
        }
        session.run([tf.global_variables_initializer(), tf.tables_initializer()])
        _filled(tf, session)
        return {
            "nodes": nodes,
            "collections": collections,
            "shape": [size if size is None else int(size) for size in output.shape.as_list()],
            "values": session.run(output, {inputs[key]: VALUES[key] for key in inputs}).tolist(),
        }
