"""tf.contrib.framework.python.framework.checkpoint_utils"""

from convflow.training.checkpoint_reader import list_variables, load_checkpoint, load_variable
from convflow.training.init_from_checkpoint import init_from_checkpoint
