"""tensorflow.python.training.session_manager"""

from convflow.training.session_manager import SessionManager
