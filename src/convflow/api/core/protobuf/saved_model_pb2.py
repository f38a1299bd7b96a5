"""tensorflow.core.protobuf.saved_model_pb2"""

from convflow.formats.saved_model import SavedModel
