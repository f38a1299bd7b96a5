"""tensorflow.python.client.session"""

from convflow.runtime.session import BaseSession, InteractiveSession, Session
