"""tensorflow.python.training.coordinator"""

from convflow.training.coordinator import Coordinator, LooperThread
