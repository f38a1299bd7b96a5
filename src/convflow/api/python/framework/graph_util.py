"""tensorflow.python.framework.graph_util"""

from convflow.api.graph_util import *
