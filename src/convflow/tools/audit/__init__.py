"""Which of TensorFlow's symbols a code base uses, and which of them are here: programs are read, never run.

`sources` finds and parses programs, `names` and `scopes` tell what each name in them stands for, `resolve` looks
symbols up and `instances` the members of objects, `signatures` checks calls, `code_base` puts it together, `report`
prints it.
"""
