"""tensorflow.python.training.session_run_hook"""

from convflow.training.session_run_hook import SessionRunArgs, SessionRunContext, SessionRunHook, SessionRunValues
