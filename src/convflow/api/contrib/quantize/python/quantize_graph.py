"""tf.contrib.quantize.python.quantize_graph"""

from convflow.training.quantize.graphs import (
    create_eval_graph,
    create_training_graph,
    experimental_create_eval_graph,
    experimental_create_training_graph,
)
