"""tensorflow.python.ops.critical_section_ops"""

from convflow.ops.critical_section import CriticalSection
