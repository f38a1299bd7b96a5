"""tf.keras.regularizers"""

from convflow.modeling.variables.regularizers_keras import L1, L1L2, L2, Regularizer, deserialize, get, l1_l2, serialize
from convflow.modeling.variables.regularizers_keras import L1 as l1
from convflow.modeling.variables.regularizers_keras import L2 as l2
