"""tensorflow.python.util.tf_contextlib"""

from convflow.core.decorators import contextmanager
