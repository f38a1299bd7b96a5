"""tensorflow.python.ops.gen_candidate_sampling_ops"""

from convflow.ops.raw_functions import __dir__, __getattr__
