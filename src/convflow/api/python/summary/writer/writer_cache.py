"""tensorflow.python.summary.writer.writer_cache"""

from convflow.training.writer import FileWriter, FileWriterCache
