"""tf.keras"""

from convflow.api import initializers
from convflow.api.keras import datasets, utils
