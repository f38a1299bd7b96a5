"""tf.profiler"""

from convflow.formats.messages import GraphNodeProto, MultiGraphNodeProto
from convflow.training.profiler.options import ProfileOptionBuilder
from convflow.training.profiler.profile import profile
