"""tensorflow.python.training.saving.saveable_object"""

from convflow.modeling.saveable_object import SaveableObject, SaveSpec
