"""tensorflow.python.util.tf_export"""

from convflow.core.decorators import tf_export
from convflow.core.decorators import tf_export as estimator_export
from convflow.core.decorators import tf_export as keras_export
