"""tf.estimator.inputs"""

from convflow.training.estimator.arrays import numpy_input_fn, pandas_input_fn
