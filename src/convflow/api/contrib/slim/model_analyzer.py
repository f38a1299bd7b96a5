"""tf.contrib.slim.model_analyzer"""

from convflow.slim.model_analyzer import analyze_ops, analyze_vars, tensor_description
