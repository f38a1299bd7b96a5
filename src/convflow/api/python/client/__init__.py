"""tensorflow.python.client"""

from convflow.api.python.client import session, timeline
