"""tensorflow.python.training.monitored_session"""

from convflow.api.train import (
    ChiefSessionCreator,
    MonitoredSession,
    MonitoredTrainingSession,
    Scaffold,
    SessionCreator,
    SingularMonitoredSession,
    WorkerSessionCreator,
)
from convflow.training.hooked_session import HookedSession as _HookedSession
