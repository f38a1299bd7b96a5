"""How TensorFlow was compiled, for programs that compile ops of their own (API: tf.sysconfig).

The numbers are those of the packages of TensorFlow 1.15 for Linux. There are no headers and no library to link with.
"""

from __future__ import annotations

from convflow.core.absent import Absent

COMPILER_VERSION = "7.3.1 20180303"
CXX11_ABI_FLAG = 0
MONOLITHIC_BUILD = 0

_REASON = "convflow has no C++ headers and no library that ops could be compiled against"
_ADVICE = "Write the op in Python, with tf.py_func or of other ops."

get_compile_flags = Absent("tf.sysconfig.get_compile_flags", _REASON, _ADVICE)
get_include = Absent("tf.sysconfig.get_include", _REASON, _ADVICE)
get_lib = Absent("tf.sysconfig.get_lib", _REASON, _ADVICE)
get_link_flags = Absent("tf.sysconfig.get_link_flags", _REASON, _ADVICE)
