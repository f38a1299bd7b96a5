"""tf.contrib.boosted_trees.proto"""

from convflow.api.contrib.boosted_trees.proto import learner_pb2
