"""tensorflow.python.training.saving: TensorFlow's inner modules, as far as programs import them"""

from convflow.core.lazy import every_submodule as _every_submodule

__getattr__, __dir__ = _every_submodule(__name__)
