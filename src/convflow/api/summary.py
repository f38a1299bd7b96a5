"""tf.summary"""

from tensorboard.compat.proto.event_pb2 import Event, SessionLog, TaggedRunMetadata
from tensorboard.compat.proto.summary_pb2 import Summary

from convflow.training.summaries import audio, histogram, image, merge, merge_all, scalar, tensor_summary, text
from convflow.training.summaries_contrib import all_v2_summary_ops, initialize
from convflow.training.writer import FileWriter, FileWriterCache
