"""tensorflow.python.lib.io.tf_record"""

from convflow.formats.record_file import TFRecordCompressionType, TFRecordOptions, TFRecordWriter, tf_record_iterator
