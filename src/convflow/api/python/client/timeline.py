"""tensorflow.python.client.timeline"""

from convflow.runtime.timeline import AllocationMaximum, StepStatsAnalysis, Timeline
