"""tensorflow.python.client.client_lib"""

from convflow.core.errors import OpError
from convflow.graph.scopes import get_default_session
from convflow.runtime.session import InteractiveSession, Session
