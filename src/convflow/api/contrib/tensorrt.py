"""tf.contrib.tensorrt"""

from convflow.runtime.other_devices import create_inference_graph
