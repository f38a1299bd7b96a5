"""Names that NumPy, SciPy, Python and others have dropped since TensorFlow 1 programs were written.

`convflow run` offers them to the program that it runs, and to it alone: `table` lists them, `offer` says who asks
and tells of each name once, `hooks` answers where a module or class does not have the name itself. A name that the
installed release still has is left alone.
"""
