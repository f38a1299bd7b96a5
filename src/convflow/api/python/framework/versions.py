"""tensorflow.python.framework.versions"""

from convflow.core.version import GIT_VERSION, GRAPH_DEF_VERSION, VERSION
