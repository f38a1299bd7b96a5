"""tensorflow.python.ops.while_loop"""

from convflow.ops.while_loop import while_loop
