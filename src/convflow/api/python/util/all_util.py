"""tensorflow.python.util.all_util"""

from convflow.core.decorators import make_all, remove_undocumented
