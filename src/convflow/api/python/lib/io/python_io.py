"""tensorflow.python.lib.io.python_io"""

from convflow.formats.record_file import TFRecordCompressionType, TFRecordOptions, TFRecordWriter, tf_record_iterator
