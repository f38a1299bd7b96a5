"""tf.contrib.tensorboard.plugins.projector"""

from tensorboard.plugins.projector.projector_config_pb2 import EmbeddingInfo, ProjectorConfig, SpriteMetadata

from convflow.training.projector import visualize_embeddings
