"""tf.contrib.tensor_forest.python.tensor_forest"""

from convflow.modeling.forest.graphs import RandomForestGraphs
from convflow.modeling.forest.hparams import ForestHParams
