"""tensorflow.python.profiler.option_builder"""

from convflow.training.profiler.options import ProfileOptionBuilder
