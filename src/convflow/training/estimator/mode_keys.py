"""What a model function is asked for (API: tf.estimator.ModeKeys)."""


class ModeKeys:
    """The names of the modes: "train", "eval" and "infer" (API: tf.estimator.ModeKeys)."""

    TRAIN = "train"
    EVAL = "eval"
    PREDICT = "infer"
