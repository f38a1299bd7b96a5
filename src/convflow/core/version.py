"""Which TensorFlow this is (API: tf.__version__, tf.VERSION)."""

# The release whose graphs, names and signatures convflow follows. The version of the package itself is
# `importlib.metadata.version("convflow")`; `convflow env` prints both.
VERSION = "1.15.5"
GIT_VERSION = "v1.15.5"
# The release of Keras in it (API: tf.keras.__version__), which its files of weights name as their writer.
KERAS_VERSION = "2.2.4-tf"
GRAPH_DEF_VERSION = 134
GRAPH_DEF_VERSION_MIN_CONSUMER = 0
GRAPH_DEF_VERSION_MIN_PRODUCER = 0


def is_tensorflow_2() -> bool:
    """Whether TensorFlow 2's behaviour is on: never (API: tensorflow.python.tf2.enabled)."""
    return False
