"""tf.keras"""

from convflow.api.keras import constraints, datasets, initializers, regularizers, utils
