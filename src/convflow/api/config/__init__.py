"""tf.config"""

from convflow.api.config import experimental
