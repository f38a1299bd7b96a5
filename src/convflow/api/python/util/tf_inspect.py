"""tensorflow.python.util.tf_inspect"""

from inspect import (
    Parameter,
    Signature,
    currentframe,
    getdoc,
    getfile,
    getmembers,
    getmodule,
    getmro,
    getsource,
    isabstract,
    isclass,
    isfunction,
    isgenerator,
    ismethod,
    ismodule,
    isroutine,
    signature,
    stack,
)

from convflow.core.decorators import ArgSpec, getargspec, getcallargs, getfullargspec
