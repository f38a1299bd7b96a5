"""tensorflow.python.saved_model.signature_constants"""

from convflow.api.saved_model.signature_constants import *
