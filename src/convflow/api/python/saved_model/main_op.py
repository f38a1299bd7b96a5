"""tensorflow.python.saved_model.main_op"""

from convflow.training.saved_model.main_op import main_op_with_restore
