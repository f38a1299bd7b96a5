"""tensorflow.python.saved_model.tag_constants"""

from convflow.api.saved_model.tag_constants import *
