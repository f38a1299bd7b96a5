"""tensorflow.python.summary.summary_iterator"""

from convflow.formats.event import read_events as summary_iterator
