"""Initializers, regularizers and constraints: the nodes they make, compared with TensorFlow's (see array_cases.py).

Run under the oracle, `contrib` is tf_slim.
"""

import numpy as np


class Part:
    """What a partitioned variable tells its initializer: the whole shape and this part's place."""

    full_shape = (6, 4)
    var_offset = (2, 0)


def initializers(tf, contrib):
    init, keras = tf.initializers, tf.keras.initializers

    def variable(initializer, shape=(3, 2), dtype=tf.float32):
        return lambda: tf.get_variable("v", shape, dtype, initializer=initializer())

    def called(initializer, *args, **kwargs):
        return lambda: initializer()(*args, **kwargs)

    cases = {
        "zeros": variable(lambda: init.zeros()),
        "zeros int": variable(lambda: tf.zeros_initializer(), dtype=tf.int32),
        "zeros float64 by itself": called(lambda: tf.zeros_initializer(tf.float64), [2]),
        "zeros large": variable(lambda: tf.zeros_initializer(), (40, 40)),
        "ones": variable(lambda: tf.ones_initializer()),
        "ones int64": called(lambda: tf.ones_initializer(tf.int64), [2], tf.int32),
        "constant": variable(lambda: tf.constant_initializer(0.5)),
        "constant list": variable(lambda: tf.constant_initializer([1, 2, 3, 4, 5, 6])),
        "constant short": variable(lambda: tf.constant_initializer([1.0, 2.0])),
        "constant long": variable(lambda: tf.constant_initializer([1.0] * 7)),
        "constant nested": variable(lambda: tf.constant_initializer([[1, 2], [3, 4], [5, 6]])),
        "constant array": variable(lambda: tf.constant_initializer(np.arange(6.0).reshape(2, 3))),
        "constant verified": variable(lambda: tf.constant_initializer([[1.0, 2.0]], verify_shape=True)),
        "constant verified in the call": called(lambda: tf.constant_initializer([1.0]), [2], verify_shape=True),
        "constant bool": called(lambda: tf.constant_initializer(True, tf.bool), [2]),
        "constant text": variable(lambda: tf.constant_initializer("a"), (2,), tf.string),
        "constant of a set": called(lambda: tf.constant_initializer({1}), [2]),
        "random_uniform": variable(lambda: tf.random_uniform_initializer(-1.0, 1.0, seed=3)),
        "random_uniform default": variable(lambda: init.random_uniform(seed=3)),
        "random_uniform int": variable(lambda: tf.random_uniform_initializer(2, 9, seed=3), (5,), tf.int32),
        "random_normal": variable(lambda: tf.random_normal_initializer(1.0, 0.1, seed=3)),
        "random_normal float64": variable(lambda: init.random_normal(seed=3), dtype=tf.float64),
        "random_normal int": called(lambda: tf.random_normal_initializer(dtype=tf.int32), [2]),
        "truncated_normal": variable(lambda: tf.truncated_normal_initializer(stddev=0.1, seed=3)),
        "truncated_normal half": called(lambda: init.truncated_normal(seed=3, dtype=tf.float16), [4]),
        "uniform_unit_scaling": variable(lambda: tf.uniform_unit_scaling_initializer(1.5, seed=3), (2, 3, 4)),
        "uniform_unit_scaling vector": variable(lambda: init.uniform_unit_scaling(seed=3), (4,)),
        "orthogonal": variable(lambda: tf.orthogonal_initializer(seed=3), (4, 4)),
        "orthogonal wide": variable(lambda: tf.orthogonal_initializer(2.0, 3), (2, 5)),
        "orthogonal of a convolution": variable(lambda: init.orthogonal(seed=3), (2, 2, 3, 4)),
        "orthogonal vector": variable(lambda: tf.orthogonal_initializer(seed=3), (4,)),
        "orthogonal float64": variable(lambda: tf.orthogonal_initializer(1.5, seed=3), (3, 3), tf.float64),
        "identity float64": variable(lambda: init.identity(1.5), (3, 2), tf.float64),
        "identity": variable(lambda: init.identity(), (3, 3)),
        "identity gain": variable(lambda: init.identity(2.0), (2, 4)),
        "identity vector": variable(lambda: init.identity(), (3,)),
        "identity of a part": called(lambda: init.identity(), [2, 4], partition_info=Part),
        "glorot_uniform": variable(lambda: tf.glorot_uniform_initializer(3)),
        "glorot_uniform of a convolution": variable(lambda: init.glorot_uniform(3), (3, 3, 2, 4)),
        "glorot_uniform scalar": variable(lambda: init.glorot_uniform(3), ()),
        "glorot_uniform of a part": called(lambda: init.glorot_uniform(3), [2, 4], partition_info=Part),
        "glorot_normal": variable(lambda: tf.glorot_normal_initializer(3)),
        "default": lambda: [tf.set_random_seed(5), tf.get_variable("v", [3, 2])],
        "default vector": lambda: [tf.set_random_seed(5), tf.get_variable("v", [3])],
        "default int": lambda: tf.get_variable("v", [3], tf.int32),
        "negative scale": lambda: tf.variance_scaling_initializer(-1.0),
        "unknown mode": lambda: tf.variance_scaling_initializer(mode="fan"),
        "unknown distribution": lambda: tf.variance_scaling_initializer(distribution="cauchy"),
    }
    for name in ("he_normal", "he_uniform", "lecun_normal", "lecun_uniform"):
        cases[name] = variable(lambda name=name: getattr(init, name)(3))
        cases[f"keras {name}"] = variable(lambda name=name: getattr(keras, name)(3), (2, 2, 3, 4))
    for mode in ("fan_in", "fan_out", "fan_avg"):
        for kind in ("normal", "truncated_normal", "untruncated_normal", "uniform"):
            cases[f"variance_scaling {mode} {kind}"] = variable(
                lambda mode=mode, kind=kind: tf.variance_scaling_initializer(2.0, mode, kind, 3), (2, 2, 3, 4)
            )
    for name in (
        *("zeros", "ones", "constant", "random_uniform", "uniform", "random_normal", "normal", "truncated_normal"),
        *("glorot_uniform", "glorot_normal", "he_normal", "he_uniform", "lecun_normal", "lecun_uniform"),
        *("orthogonal", "identity", "Zeros", "VarianceScaling", "nothing"),
    ):
        cases[f"keras by name {name}"] = lambda name=name: keras.get(name)([2, 3])
        cases[f"layer {name}"] = lambda name=name: tf.layers.dense(tf.ones([1, 2]), 3, kernel_initializer=name)
    cases["keras by config"] = called(
        lambda: keras.deserialize({"class_name": "RandomUniform", "config": {"seed": 3}}), [2, 3]
    )
    cases["keras from its own config"] = called(
        lambda: keras.get(keras.serialize(keras.TruncatedNormal(stddev=0.5, seed=3))), [2, 3]
    )
    for mode in ("FAN_IN", "FAN_OUT", "FAN_AVG"):
        for uniform in (True, False):
            cases[f"contrib variance_scaling {mode} {uniform}"] = variable(
                lambda mode=mode, uniform=uniform: contrib.variance_scaling_initializer(2.0, mode, uniform, 3),
                (2, 2, 3, 4),
            )
    cases["contrib xavier"] = variable(lambda: contrib.xavier_initializer(seed=3))
    cases["contrib xavier normal"] = variable(lambda: contrib.xavier_initializer_conv2d(False, 3), (2, 2, 3, 4))
    cases["contrib xavier vector"] = variable(lambda: contrib.xavier_initializer(seed=3), (4,))
    cases["contrib xavier int"] = lambda: contrib.xavier_initializer(dtype=tf.int32)
    cases["contrib unknown mode"] = lambda: contrib.variance_scaling_initializer(mode="fan_in")
    return cases


def penalties(tf, contrib):
    regularizers, constraints = tf.keras.regularizers, tf.keras.constraints

    def weights(name="w", dtype=tf.float32):
        values = np.array([[1.5, -2.0], [0.5, 0.25], [-3.0, 1.0]])
        return tf.get_variable(name, initializer=tf.constant(values, dtype))

    def of_collection():
        tf.add_to_collection(tf.GraphKeys.WEIGHTS, weights())
        return contrib.apply_regularization(contrib.l2_regularizer(0.1))

    return {
        "l1": lambda: contrib.l1_regularizer(0.1)(weights()),
        "l1 scope": lambda: contrib.l1_regularizer(0.1, "s")(weights()),
        "l1 tensor": lambda: contrib.l1_regularizer(tf.constant(0.1))(weights()),
        "l1 zero": lambda: contrib.l1_regularizer(0.0)(weights()),
        "l1 integer": lambda: contrib.l1_regularizer(1),
        "l1 negative": lambda: contrib.l1_regularizer(-1.0),
        "l2": lambda: contrib.l2_regularizer(0.1)(weights()),
        "l2 float64": lambda: contrib.l2_regularizer(0.1)(weights(dtype=tf.float64)),
        "l2 scope": lambda: contrib.l2_regularizer(0.1, scope="s")(weights()),
        "l2 integer": lambda: contrib.l2_regularizer(0),
        "l2 negative": lambda: contrib.l2_regularizer(-0.5),
        "l1_l2": lambda: contrib.l1_l2_regularizer(0.1, 0.2)(weights()),
        "l1_l2 default": lambda: contrib.l1_l2_regularizer()(weights()),
        "l1_l2 only l2": lambda: contrib.l1_l2_regularizer(0.0, 0.2)(weights()),
        "l1_l2 only l1": lambda: contrib.l1_l2_regularizer(0.1, 0.0, scope="s")(weights()),
        "l1_l2 integer": lambda: contrib.l1_l2_regularizer(0.1, 2),
        "sum": lambda: contrib.sum_regularizer([contrib.l1_regularizer(0.1), None, contrib.l2_regularizer(0.1)])(
            weights()
        ),
        "sum of nothing": lambda: [contrib.sum_regularizer([None])],
        "apply": lambda: contrib.apply_regularization(contrib.l2_regularizer(0.1), [weights(), weights("other")]),
        "apply of collection": of_collection,
        "apply to nothing": lambda: contrib.apply_regularization(contrib.l2_regularizer(0.1)),
        "apply no penalty": lambda: contrib.apply_regularization(lambda w: None, [weights()]),
        "apply no scalar": lambda: contrib.apply_regularization(lambda w: w, [weights()]),
        "layer": lambda: tf.layers.dense(tf.ones([1, 2]), 3, kernel_regularizer=contrib.l2_regularizer(0.1)),
        "layer by names": lambda: tf.layers.dense(
            tf.ones([1, 2]), 3, kernel_regularizer="l2", bias_regularizer="l1_l2", kernel_constraint="max_norm"
        ),
        "layer unknown regularizer": lambda: tf.layers.dense(tf.ones([1, 2]), 3, kernel_regularizer="l3"),
        "keras l1": lambda: regularizers.l1(0.1)(weights()),
        "keras l2": lambda: regularizers.l2(0.1)(weights()),
        "keras l2 float64": lambda: regularizers.l2(0.1)(weights(dtype=tf.float64)),
        "keras l2 old name": lambda: regularizers.l2(l=0.1)(weights()),
        "keras l1_l2": lambda: regularizers.l1_l2(0.1, 0.2)(weights()),
        "keras L1L2": lambda: regularizers.L1L2(l2=0.2)(weights()),
        "keras none": lambda: regularizers.L1L2()(weights()),
        "keras by name": lambda: regularizers.get("l2")(weights()),
        "keras both by name": lambda: regularizers.get("l1_l2")(weights()),
        "keras unknown": lambda: regularizers.get("l3"),
        "keras text": lambda: regularizers.l2("a"),
        "max_norm": lambda: constraints.max_norm(2.0)(weights()),
        "max_norm default": lambda: constraints.MaxNorm()(weights()),
        "max_norm all axes": lambda: constraints.MaxNorm(1, axis=[0, 1])(weights()),
        "non_neg": lambda: constraints.non_neg()(weights()),
        "unit_norm": lambda: constraints.unit_norm()(weights()),
        "unit_norm axis": lambda: constraints.UnitNorm(axis=1)(weights()),
        "min_max_norm": lambda: constraints.min_max_norm(0.5, 1.0)(weights()),
        "min_max_norm rate": lambda: constraints.MinMaxNorm(0.5, 1.0, 0.25, axis=1)(weights()),
        "constraint by name": lambda: constraints.get("max_norm")(weights()),
        "constraint unknown": lambda: constraints.get("min_norm"),
    }


def value(tf, nodes, build):
    """The numbers that a case gives, as a list of one; an empty one for other results, and where nothing is seeded."""
    if not nodes or nodes[0].startswith("raises") or any(" seed=0 " in f"{line} " for line in nodes):
        return []
    with tf.Graph().as_default(), tf.Session() as session:
        result = build()
        if not isinstance(result, (tf.Tensor, tf.Variable)) or result.dtype.base_dtype == tf.string:
            return []
        session.run(tf.global_variables_initializer())
        return [np.asarray(session.run(result))]
