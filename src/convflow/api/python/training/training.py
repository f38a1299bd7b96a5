"""tensorflow.python.training.training"""

from convflow.api.train import *
