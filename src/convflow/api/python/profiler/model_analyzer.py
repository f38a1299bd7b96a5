"""tensorflow.python.profiler.model_analyzer"""

from convflow.training.profiler.profile import profile
