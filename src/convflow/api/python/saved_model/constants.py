"""tensorflow.python.saved_model.constants"""

from convflow.api.saved_model.constants import *
