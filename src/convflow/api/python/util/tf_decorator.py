"""tensorflow.python.util.tf_decorator"""

from convflow.core.decorators import make_decorator, rewrap, unwrap
