"""tf.contrib.slim.layers.optimizers"""

from convflow.slim.adaptive_clipping import adaptive_clipping_fn
from convflow.slim.optimize_loss import OPTIMIZER_CLS_NAMES, OPTIMIZER_SUMMARIES, optimize_loss
