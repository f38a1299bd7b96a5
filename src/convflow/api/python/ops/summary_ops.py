"""tensorflow.python.ops.summary_ops"""

from convflow.training.summaries import tensor_summary
