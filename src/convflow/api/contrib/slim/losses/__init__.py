"""tf.contrib.slim.losses"""

from convflow.api.contrib.slim.losses import loss_ops, metric_learning
from convflow.api.contrib.slim.losses.loss_ops import *
from convflow.api.contrib.slim.losses.metric_learning import (
    cluster_loss,
    contrastive_loss,
    lifted_struct_loss,
    npairs_loss,
    npairs_loss_multilabel,
    triplet_semihard_loss,
)
