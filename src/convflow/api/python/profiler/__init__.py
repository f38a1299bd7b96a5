"""tensorflow.python.profiler"""

from convflow.api.python.profiler import model_analyzer, option_builder
