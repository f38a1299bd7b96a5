"""tensorflow.python.framework.graph_util_impl"""

from convflow.api.graph_util import *
