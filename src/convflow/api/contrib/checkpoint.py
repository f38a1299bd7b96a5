"""tf.contrib.checkpoint"""

from convflow.modeling.tracking import AutoTrackable as Checkpointable
from convflow.modeling.tracking import List, NoDependency
from convflow.modeling.tracking import TrackedMapping as Mapping
from convflow.training.objects.manager import CheckpointManager
from convflow.training.objects.object_graph import object_metadata
