"""tensorflow.python: TensorFlow's inner modules, as far as programs import them"""

from convflow.core.lazy import lazy_submodules as _lazy_submodules

__getattr__, __dir__ = _lazy_submodules(__name__, "client", "ops", "tools", "training")
