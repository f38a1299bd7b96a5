"""tensorflow.python.ops.signal.window_ops"""

from convflow.ops.signal.windows import hamming_window, hann_window
