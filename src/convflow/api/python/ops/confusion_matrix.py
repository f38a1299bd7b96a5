"""tensorflow.python.ops.confusion_matrix"""

from convflow.ops.math.confusion_matrix import confusion_matrix
from convflow.ops.squeezable import remove_squeezable_dimensions
