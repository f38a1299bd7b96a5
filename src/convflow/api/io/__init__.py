"""tf.io"""

from convflow.api.io import gfile
from convflow.ops.string_convert import decode_base64, decode_raw, encode_base64
from convflow.training.graph_io import write_graph
