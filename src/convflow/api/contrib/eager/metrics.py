"""tf.contrib.eager.metrics"""

from convflow.modeling.eager.metrics import Accuracy, BinaryAccuracy, CategoricalAccuracy, Mean, Metric, SparseAccuracy
