"""tensorflow.python.ops.histogram_ops"""

from convflow.ops.math.histogram import histogram_fixed_width, histogram_fixed_width_bins
