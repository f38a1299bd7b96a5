"""tf.contrib.quantize.python"""

from convflow.core.lazy import every_submodule as _every_submodule

__getattr__, __dir__ = _every_submodule(__name__)
